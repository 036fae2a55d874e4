"""One cycle of a service over all its shops: begun by its timer, measured until all have run."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evosync.web.lifespan import FIRST_PIPELINE
from tests.bench.apart import Apart
from tests.bench.measuring import cpu_s, most_resident_mb, resident_mb
from tests.flow.process import Running, started
from tests.flow.test_stop import environ

POLL_S = 0.5
DEADLINE_S = 3_600.0
STOP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What a cycle came to; CPU is that of the service, and of the sandbox beside it.

    `runs` are the events of its runs' ends, in their order; `is_apart` = the
    checks of connections had ended before the first of them. Sizes are in megabytes.
    """

    wall_s: float
    cpu_s: float
    sandbox_cpu_s: float
    checks_cpu_s: float
    is_apart: bool
    peak_mb: float
    after_mb: float
    log_mb: float
    runs: list[dict[str, Any]]

    def mean(self, what: str) -> float:
        """Return what a run took of something on the average."""
        return sum(float(run[what]) for run in self.runs) / len(self.runs)


async def carry_out_cycle(
    apart: Apart, folder: Path, database_url: str, of: range, **settings: str
) -> Cycle:
    """Start a service, and stop it when the runs of these users have ended, whatever others do.

    `folder` holds the service's data.
    """
    async with started(
        folder / "service", "serve", environ=_environ(apart, folder, database_url, settings)
    ) as service:
        await service.listening()
        pid = service.process.pid
        started_cpu_s = cpu_s(pid)
        await _until(service, lambda: bool(service.events("connections checked")))
        begun_at_cpu_s, sandbox_cpu_s = cpu_s(pid), cpu_s(apart.pid)
        is_apart = not service.events("run finished")
        await _until(service, lambda: len(_runs_of(service, of)) == len(of))
        events = _runs_of(service, of)
        cycle = Cycle(
            wall_s=_seconds(service, events),
            cpu_s=cpu_s(pid) - begun_at_cpu_s,
            sandbox_cpu_s=cpu_s(apart.pid) - sandbox_cpu_s,
            checks_cpu_s=begun_at_cpu_s - started_cpu_s,
            is_apart=is_apart,
            peak_mb=most_resident_mb(pid),
            after_mb=resident_mb(pid),
            log_mb=(folder / "service" / "stdout").stat().st_size / 2**20,
            runs=events,
        )
        # A second for the log of requests, which is written behind.
        await asyncio.sleep(1)
        if await service.terminate(STOP_S):
            raise SystemExit(f"the service did not end well: {service.err[-500:]}")
        return cycle


def _environ(
    apart: Apart, folder: Path, database_url: str, settings: Mapping[str, str]
) -> dict[str, str]:
    return environ(apart.url, folder, database_url) | {
        "VK_REQUESTS_PER_SECOND": "3",
        "CATALOG_REFRESH_INTERVAL_SECONDS": "86400",
        "HEALTH_CHECK_INTERVAL_SECONDS": "86400",
        "LOG_LEVEL": "INFO",
        **settings,
    }


def _runs_of(service: Running, of: range) -> list[dict[str, Any]]:
    return [run for run in service.events("run finished") if run["user_id"] in of]


def _seconds(service: Running, runs: list[dict[str, Any]]) -> float:
    """Return how long it took from the moment when the timer woke until the last run's end."""
    [beginning] = service.events("service started")
    woken_at = datetime.fromisoformat(beginning["timestamp"]) + FIRST_PIPELINE
    return (datetime.fromisoformat(runs[-1]["timestamp"]) - woken_at).total_seconds()


async def _until(service: Running, is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():
            if service.process.returncode is not None:
                raise SystemExit(f"the service ended: {service.out[-500:]} {service.err[-500:]}")
            await asyncio.sleep(POLL_S)
