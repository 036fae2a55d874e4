"""Pages while a shop is mirrored for the first time: what a run costs whoever looks meanwhile.

Run by hand: `python -m tests.bench.pages_during_run [--goods N] [--rate R] [--json FILE]`.
Serves a sandbox, starts a service against it in a folder of its own, and stops both.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

from evosync.demo.shop import prepare
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.wiring import open_installation
from tests.bench.measuring import most_resident_mb, percentile, resident_mb
from tests.bench.stand import VK_RATE, make_world
from tests.flow.process import started
from tests.flow.stand import shop_settings, until
from tests.flow.test_stop import environ

GOODS = 2_500
EVERY_S = 1 / 50  # of each page
PAGES = ("/health", "/login")
IDLE_S = 8.0  # of asking while nothing else goes on, before the first run begins
DEADLINE_S = 1_200.0

Times = dict[str, list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Milliseconds of one page, from the moment at which it was to be asked for."""

    page: str
    when: str
    asked: int
    p50: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came out; memory in megabytes."""

    goods: int
    vk_rate: float
    run_s: float
    idle_mb: float
    peak_mb: float
    latencies: list[Latency]


def main() -> None:
    """Measure, print a table, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--rate", type=float, default=VK_RATE)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(_measure(Path(folder), wanted.goods, wanted.rate))
    for name in ("goods", "vk_rate", "run_s", "idle_mb", "peak_mb"):
        sys.stdout.write(f"{name:12} {getattr(figures, name):9.1f}\n")
    sys.stdout.write(f"{'page':10} {'when':8} {'asked':>7} {'p50':>8} {'p99':>8} {'max':>8}  ms\n")
    for each in figures.latencies:
        times = f"{each.p50:8.1f} {each.p99:8.1f} {each.worst:8.1f}"
        sys.stdout.write(f"{each.page:10} {each.when:8} {each.asked:7} {times}\n")
    if wanted.json:
        wanted.json.write_text(json.dumps(asdict(figures), indent=2))


async def _measure(folder: Path, goods: int, rate: float) -> Figures:
    world = make_world(goods)
    async with serve_sandbox(world) as url:
        await _prepare(world, folder, url)
        settings = environ(url, folder, f"sqlite:///{folder / 'evosync.db'}") | {
            "VK_REQUESTS_PER_SECOND": str(rate),
            "CATALOG_REFRESH_INTERVAL_SECONDS": "3600",
            "LOG_LEVEL": "INFO",
        }
        async with started(folder / "service", "serve", environ=settings) as service:
            base, pid = await service.listening(), service.process.pid
            await asyncio.sleep(IDLE_S / 2)
            idle_mb = resident_mb(pid)
            with _asking(base) as idle:
                await asyncio.sleep(IDLE_S)
            with _asking(base) as during:
                await until(
                    lambda: bool(service.events("run finished")), "the run ends", DEADLINE_S
                )
            [run] = service.events("run finished")
            if run["created"] != goods or find_differences(world):
                raise SystemExit(f"the run did not do its work: {run}")
            return Figures(
                goods=goods,
                vk_rate=rate,
                run_s=run["seconds"],
                idle_mb=idle_mb,
                peak_mb=most_resident_mb(pid),
                latencies=[*_latencies("idle", idle), *_latencies("running", during)],
            )


async def _prepare(world: SandboxWorld, folder: Path, url: str) -> None:
    database_url = f"sqlite:///{folder / 'evosync.db'}"
    async with open_installation(shop_settings(folder, url, database_url)) as opened:
        await prepare(opened, world)


def _latencies(when: str, times: Times) -> list[Latency]:
    return [
        Latency(
            page=page,
            when=when,
            asked=len(values),
            p50=statistics.median(values),
            p99=percentile(values, 99),
            worst=max(values),
        )
        for page, values in times.items()
    ]


@contextmanager
def _asking(base: str) -> Iterator[Times]:
    """Ask for each page 50 times a second, from processes of their own; gives milliseconds."""
    times: Times = {page: [] for page in PAGES}
    pipes: dict[str, Connection] = {}
    askers = []
    for page in PAGES:
        pipes[page], theirs = multiprocessing.Pipe()
        asker = multiprocessing.Process(target=_ask, args=(base, page, theirs))
        asker.start()
        askers.append(asker)
    try:
        yield times
    finally:
        for page, pipe in pipes.items():
            pipe.send("stop")
            times[page] += pipe.recv()
        for asker in askers:
            asker.join()


def _ask(base: str, page: str, pipe: Connection) -> None:
    client = HTTPConnection(base.removeprefix("http://"))
    client.request("GET", page)  # templates are read when they are first needed
    client.getresponse().read()
    times: list[float] = []
    due = perf_counter()
    while not pipe.poll(max(0.0, due - perf_counter())):
        client.request("GET", page)
        answer = client.getresponse()
        answer.read()
        if answer.status != HTTPStatus.OK:
            raise SystemExit(f"unexpected answer {answer.status} of {page}")
        # Whoever came while another waited has waited, too.
        times.append((perf_counter() - due) * 1000)
        due += EVERY_S
    pipe.send(times)


if __name__ == "__main__":
    main()
