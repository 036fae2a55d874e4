"""The service that works by itself: what it does first, in turn, through a stop and a restart."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from evosync.db.connections import find_evotor
from evosync.db.runs import Run, list_runs
from evosync.engine.report import RunStatus
from evosync.jobs.mirroring import STOP_GRACE_S
from evosync.sandbox.comparison import find_differences, list_wanted
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.lifespan import lifespan
from evosync.web.server import REQUESTS_GRACE_S
from evosync.web.state import AppState
from tests.flow.process import started
from tests.flow.stand import shop_settings, small_world, until
from tests.flow.test_stop import STOP_DEADLINE_S, environ, prepared

TEAS = 120  # some five requests of 25 creates
EXECUTE_DELAY_S = 0.4  # so that a first run is longer than the interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service in the running loop over Anna's shop, and what it logged."""

    world: SandboxWorld
    settings: Settings
    user_id: int

    @contextlib.asynccontextmanager
    async def running(self, stopping: asyncio.Event | None = None) -> AsyncIterator[AppState]:
        app = make_app()
        async with lifespan(
            app, self.settings, stopping or asyncio.Event(), first_pipeline=timedelta(seconds=1.5)
        ):
            yield app.state.evosync

    def is_equal(self) -> bool:
        is_complete = len(self.items()) >= len(list_wanted(self.world))
        return is_complete and not find_differences(self.world)

    def items(self) -> list[object]:
        return list(self.world.vk.items(self.world.community_id))


@pytest.fixture
async def service(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """Give a shop of many teas that nobody has mirrored, and a service in a hurry."""
    world = small_world(TEAS)
    async with serve_sandbox(world) as url:
        user_id = await prepared(world, tmp_path, url, sqlite_url)
        settings = msgspec.structs.replace(
            shop_settings(tmp_path, url, sqlite_url),
            health_check_interval_seconds=1,
            catalog_refresh_interval_seconds=2,
        )
        world.vk.knobs.execute_delay_s = EXECUTE_DELAY_S
        yield Service(world=world, settings=settings, user_id=user_id)


async def runs_of(state: AppState, user_id: int) -> list[Run]:
    """List the runs, the first one first."""
    async with state.database.read() as tx:
        return (await list_runs(tx, user_id))[::-1]


async def test_connections_are_looked_at_before_the_first_run(service: Service) -> None:
    with capture_logs() as events:
        async with service.running() as state:
            checks, pipeline = (state.scheduler.next_at(name) for name in ("checks", "pipeline"))
            assert checks is not None
            assert pipeline is not None
            assert checks < pipeline
            await until(lambda: bool(service.items()), "the first run creates")
    told = [event["event"] for event in events]
    assert told.index("connections checked") < told.index("run finished")


async def test_a_run_longer_than_the_interval_is_followed_and_never_overtaken(
    service: Service,
) -> None:
    with capture_logs() as events:
        async with service.running() as state:
            await until(service.is_equal, "VK equals the till")
            await until(lambda: count(events, "run finished") >= 3, "further rounds come")
            runs = await runs_of(state, service.user_id)
    first = runs[0]
    assert first.started_at is not None
    assert first.finished_at is not None
    every = timedelta(seconds=service.settings.catalog_refresh_interval_seconds)
    assert first.finished_at - first.started_at > every
    for before, after in itertools.pairwise(runs):
        assert after.started_at is not None
        assert before.finished_at is None or before.finished_at <= after.started_at
    assert not [event for event in events if event["log_level"] in {"warning", "error"}]
    assert len(service.items()) == len(list_wanted(service.world))


async def checked_at(state: AppState, user_id: int) -> datetime:
    """Tell when Anna's till was last looked at."""
    async with state.database.read() as tx:
        till = await find_evotor(tx, user_id)
    assert till is not None
    assert till.health.is_online
    assert till.health.last_checked_at is not None
    return till.health.last_checked_at


async def test_rounds_of_checks_move_on_while_a_long_run_goes_on(service: Service) -> None:
    with capture_logs() as events:
        async with service.running() as state:
            await until(lambda: bool(service.items()), "the first run creates")
            moments = [await checked_at(state, service.user_id)]
            for _ in range(2):
                await another_round(events)
                moments.append(await checked_at(state, service.user_id))
            assert count(events, "run finished") == 0
            assert not state.scheduler.failed
    assert moments == sorted(set(moments))


async def another_round(events: Sequence[Mapping[str, object]]) -> None:
    """Wait until one more round of checks has ended."""
    before = count(events, "connections checked")
    await until(lambda: count(events, "connections checked") > before, "another round of checks")


def count(events: Sequence[Mapping[str, object]], name: str) -> int:
    return sum(event["event"] == name for event in events)


async def test_a_stop_in_mid_run_is_made_up_for_after_the_next_start(service: Service) -> None:
    stopping = asyncio.Event()
    with capture_logs() as events:
        async with service.running(stopping) as state:
            await until(lambda: bool(service.items()), "the first run creates")
            stopping.set()
    # It ended by itself, in the time that it is given.
    assert (count(events, "run finished"), count(events, "runs cancelled at the stop")) == (1, 0)
    stood = len(service.items())
    assert 0 < stood < len(list_wanted(service.world))
    async with service.running() as state:
        await until(service.is_equal, "VK equals the till")
        statuses = [run.status for run in await runs_of(state, service.user_id)]
    assert statuses[0] is RunStatus.PARTIAL
    assert len(service.items()) == len(list_wanted(service.world))


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()


HELD_OPEN = {
    "kept alive": b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "half a head": b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half a body": b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n\r\nemail=",
}


async def test_browsers_that_hold_connections_open_do_not_delay_a_stop(tmp_path: Path) -> None:
    settings = environ("http://127.0.0.1:9", tmp_path, f"sqlite:///{tmp_path / 'evosync.db'}")
    async with started(tmp_path / "service", "serve", environ=settings) as service:
        url = await service.listening()
        async with contextlib.AsyncExitStack() as browsers:
            for sent in HELD_OPEN.values():
                reader, writer = await browsers.enter_async_context(connected(url))
                writer.write(sent)
                await writer.drain()
                if sent is HELD_OPEN["kept alive"]:
                    head = await reader.readuntil(b"\r\n\r\n")
                    assert head.startswith(b"HTTP/1.1 200")
            # They would hold on for ever, and are not given as long as a run is.
            assert REQUESTS_GRACE_S < STOP_DEADLINE_S < STOP_GRACE_S
            assert await service.terminate(STOP_DEADLINE_S) == 0
    assert service.events("service stopped")
