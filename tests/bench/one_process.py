"""One process: how soon the service is ready, what memory it takes, how long planning takes.

Run by hand: `python -m tests.bench.one_process [--goods N] [--letters N] [--rate R] [--json FILE]`.
Serves a sandbox in a process of its own and starts the service against it, several times. VK is
let answer faster than it does in truth: memory does not ask how long a push takes. What tests are
written with weighs on the service, too, wherever it lies beside it: `--python` names the
interpreter of an installation as `requirements.lock` has it.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Any

from evosync.log import configure_logging
from evosync.sandbox.comparison import find_differences
from tests.bench.apart import Apart, served
from tests.bench.measuring import cpu_s, most_resident_mb, resident_mb
from tests.bench.planning import measure_planning
from tests.bench.report import Report
from tests.bench.stand import TEXT, make_fast_world, open_measured
from tests.flow.process import Running, started
from tests.flow.stand import until
from tests.flow.test_stop import environ

GOODS = 15_000
SMALL = 100  # goods of the shop that idles
RATE = 100.0  # requests a second to VK
STARTS = 5
IDLE_S = 60.0  # after the first run has ended
REST_S = 5.0  # after a big run has ended
DEADLINE_S = 900.0

READY_S = 2.0
IDLE_MB = 90.0
PEAK_MB = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure, which is to stay below its target."""

    what: str
    measured: float
    target: float | None
    is_met: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """A run in a service of its own; memory in megabytes, time in seconds."""

    run: str
    goods: int
    run_s: float
    cpu_s: float
    before_mb: float
    peak_mb: float
    after_mb: float


def main() -> None:
    """Measure, print tables, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--letters", type=int, default=len(TEXT), help="of a description")
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--idle", type=float, default=IDLE_S, metavar="SECONDS")
    parser.add_argument("--only", choices=("planning", "service"))
    parser.add_argument("--python", default=sys.executable, help="of an installation without tests")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    configure_logging("ERROR")
    report = Report("one_process", wanted.json)
    if wanted.only != "service":
        report.add("Planning (seconds of CPU, no I/O)", measure_planning(wanted.goods))
    if wanted.only != "planning":
        python = wanted.python
        idle = _measure_idle(wanted.starts, wanted.rate, wanted.idle, python)
        ready_s, idle_mb = asyncio.run(idle)
        costs = asyncio.run(_measure_runs(wanted.goods, wanted.letters, wanted.rate, python))
        report.add(f"Runs at {wanted.rate:g} requests a second to VK", costs)
        rows = [
            _measured("start to ready, s", ready_s, READY_S),
            _measured("idle, MB", idle_mb, IDLE_MB),
            *(_measured(f"peak of {one.run}, MB", one.peak_mb, PEAK_MB) for one in costs),
        ]
        report.add("Targets", rows)


def _measured(what: str, measured: float, target: float) -> Measured:
    return Measured(
        what=what, measured=measured, target=target, is_met="yes" if measured < target else "NO"
    )


async def _measure_idle(
    starts: int, rate: float, idle_s: float, python: str
) -> tuple[float, float]:
    """Start the service over a small shop; give the median until it is ready, and what idles."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        async with _prepared(SMALL, folder) as apart:
            settings = _environ(apart, folder, rate)
            times = []
            for number in range(starts):
                async with _service(folder / f"start-{number}", settings, python) as (_, took_s):
                    times.append(took_s)
            async with _service(folder / "idle", settings, python) as (service, _):
                await _run_finished(service)
                await asyncio.sleep(idle_s)
                return statistics.median(times), resident_mb(service.process.pid)


async def _measure_runs(goods: int, letters: int, rate: float, python: str) -> list[RunCost]:
    """Mirror a shop for the first time, and twice more with nothing to send.

    Only the first of these writes down how VK shows what was pushed.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        async with _prepared(goods, folder, letters) as apart:
            settings = _environ(apart, folder, rate)
            push, ended = await _measure_run("first push", goods, folder, settings, python)
            if ended["created"] != goods or await apart.do(find_differences):
                raise SystemExit(f"the push did not do its work: {ended}")
            # The next round has to come soon, but not before this one run has been looked at.
            soon = settings | {"CATALOG_REFRESH_INTERVAL_SECONDS": "20"}
            costs = [push]
            for name in ("the run after it", "nothing to do"):
                quiet, ended = await _measure_run(name, goods, folder, soon, python)
                if ended["created"] or ended["updated"] or ended["status"] != "done":
                    raise SystemExit(f"there was something to do: {ended}")
                costs.append(quiet)
            return costs


async def _measure_run(
    name: str, goods: int, folder: Path, settings: dict[str, str], python: str
) -> tuple[RunCost, dict[str, Any]]:
    async with _service(folder / name.replace(" ", "-"), settings, python) as (service, _):
        pid = service.process.pid
        before_mb, before_s = resident_mb(pid), cpu_s(pid)
        ended = await _run_finished(service)
        used_s, peak_mb = cpu_s(pid) - before_s, most_resident_mb(pid)
        await asyncio.sleep(REST_S)
        cost = RunCost(
            run=name,
            goods=goods,
            run_s=ended["seconds"],
            cpu_s=used_s,
            before_mb=before_mb,
            peak_mb=peak_mb,
            after_mb=resident_mb(pid),
        )
        return cost, ended


@asynccontextmanager
async def _prepared(goods: int, folder: Path, letters: int = len(TEXT)) -> AsyncIterator[Apart]:
    """Serve a shop of so many goods, with its owner connected and everything switched on."""
    async with served(make_fast_world, goods, letters) as apart:
        async with open_measured(apart, folder, f"sqlite:///{folder / 'evosync.db'}"):
            pass
        yield apart


@asynccontextmanager
async def _service(
    folder: Path, settings: dict[str, str], python: str
) -> AsyncIterator[tuple[Running, float]]:
    """Start the service; gives it, and the seconds until it said that it is well."""
    began = perf_counter()
    async with started(folder, "serve", environ=settings, python=python) as service:
        base = await service.listening()
        await until(lambda: _is_well(base), "the service is well")
        yield service, perf_counter() - began


def _is_well(base: str) -> bool:
    connection = HTTPConnection(base.removeprefix("http://"))
    connection.request("GET", "/health")
    return connection.getresponse().status == HTTPStatus.OK


def _environ(apart: Apart, folder: Path, rate: float) -> dict[str, str]:
    return environ(apart.url, folder, f"sqlite:///{folder / 'evosync.db'}") | {
        "VK_REQUESTS_PER_SECOND": str(rate),
        "CATALOG_REFRESH_INTERVAL_SECONDS": "3600",
        "LOG_LEVEL": "INFO",
    }


async def _run_finished(service: Running) -> dict[str, Any]:
    await until(lambda: bool(service.events("run finished")), "the run ends", DEADLINE_S)
    return service.events("run finished")[0]


if __name__ == "__main__":
    main()
