"""Whether the service lives, and the monitor that is pinged as long as it does."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from structlog.testing import capture_logs

from evosync.db.engine import Database, open_database
from evosync.jobs.mirroring import INTERVALS_OF_SILENCE, Mirroring
from evosync.jobs.scheduler import MAX_SILENCE, Scheduler
from evosync.jobs.vitals import PING_ROUND, Vitals, ping, take_vitals
from evosync.outbound.client import Client, open_client
from tests.flow.stand import Shop
from tests.jobs.stand import Broken, broken_for, quiet
from tests.keeping.stand import Clock

SECRET_PATH = "/ping/5f0c-s3cr3t"
WELL = Vitals(is_database_up=True, is_scheduler_up=True, is_impaired=False)


@dataclass(slots=True)
class Monitor:
    """A dead-man's monitor: what it was asked for, and the status it answers with."""

    url: str = ""
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.decode().splitlines()[0])
        writer.write(f"HTTP/1.1 {self.status} Said\r\nContent-Length: 0\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    made = Monitor()
    server = await asyncio.start_server(made, "127.0.0.1", 0)
    async with server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{SECRET_PATH}"
        yield made


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made = open_client("monitor")
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("vitals", "status"),
    [
        pytest.param(WELL, "ok", id="well"),
        pytest.param(replace(WELL, is_impaired=True), "degraded", id="impaired"),
        pytest.param(replace(WELL, is_database_up=False), "down", id="no database"),
        pytest.param(replace(WELL, is_scheduler_up=False), "down", id="no scheduler"),
        pytest.param(
            Vitals(is_database_up=False, is_scheduler_up=True, is_impaired=True), "down", id="both"
        ),
    ],
)
def test_down_is_what_is_silent_and_degraded_what_fails(vitals: Vitals, status: str) -> None:
    assert vitals.status == status


async def test_a_service_that_is_well_is_pinged_for(monitor: Monitor, client: Client) -> None:
    with capture_logs() as events:
        await ping(client, monitor.url, WELL)
    assert monitor.asked == [f"GET {SECRET_PATH} HTTP/1.1"]
    assert "monitor not pinged" not in {event["event"] for event in events}


@pytest.mark.parametrize(
    "vitals", [replace(WELL, is_impaired=True), replace(WELL, is_database_up=False)]
)
async def test_a_service_that_is_not_well_is_silent(
    vitals: Vitals, monitor: Monitor, client: Client
) -> None:
    with capture_logs() as events:
        await ping(client, monitor.url, vitals)
    assert monitor.asked == []
    [told] = events
    assert (told["event"], told["status"]) == ("monitor not pinged", vitals.status)


@pytest.mark.parametrize("status", [404, 500])
async def test_a_monitor_that_refuses_is_told_in_the_log_without_its_address(
    status: int, monitor: Monitor, client: Client
) -> None:
    monitor.status = status
    with capture_logs() as events:
        await ping(client, f"{monitor.url}?rid=s3cr3t", WELL)
    [told] = [event for event in events if event["event"] == "monitor not pinged"]
    assert told["cause"] == f"HTTP {status}"
    assert "s3cr3t" not in repr(events)


async def test_a_monitor_that_is_gone_is_told_in_the_log_without_its_address(
    client: Client,
) -> None:
    async with await asyncio.start_server(Monitor(), "127.0.0.1", 0) as gone:
        port = gone.sockets[0].getsockname()[1]
    with capture_logs() as events:
        await ping(client, f"http://127.0.0.1:{port}{SECRET_PATH}", WELL)
    [told] = [event for event in events if event["event"] == "monitor not pinged"]
    assert told["log_level"] == "warning"
    assert "s3cr3t" not in repr(events)


@pytest.fixture
async def scheduler(clock: Clock) -> AsyncIterator[Scheduler]:
    made = Scheduler(clock=clock)
    made.start([])
    yield made
    made.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_all_that_answers_is_well(
    shop: Shop, scheduler: Scheduler, mirroring: Mirroring
) -> None:
    assert await take_vitals(shop.opened.database, scheduler, mirroring) == WELL


@pytest.mark.parametrize(
    ("failed", "status"),
    [
        pytest.param({"checks"}, "degraded", id="a round of work"),
        pytest.param({PING_ROUND}, "ok", id="the monitor's own"),
        pytest.param({PING_ROUND, "house"}, "degraded", id="both"),
    ],
)
async def test_a_round_that_failed_the_last_time_impairs(
    failed: set[str], status: str, shop: Shop, scheduler: Scheduler, mirroring: Mirroring
) -> None:
    scheduler.failed |= failed
    assert (await take_vitals(shop.opened.database, scheduler, mirroring)).status == status


async def test_a_scheduler_without_a_beat_is_down(
    shop: Shop, scheduler: Scheduler, mirroring: Mirroring
) -> None:
    scheduler.monotonic = lambda: time.monotonic() + MAX_SILENCE.total_seconds()
    assert (await take_vitals(shop.opened.database, scheduler, mirroring)).status == "down"


async def test_a_database_that_does_not_answer_is_down(
    scheduler: Scheduler, mirroring: Mirroring
) -> None:
    closing = asyncio.Event()

    async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await closing.wait()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        database: Database = open_database(f"mariadb://anna:tea@127.0.0.1:{port}/evosync")
        vitals = await take_vitals(database, scheduler, mirroring)
        closing.set()
        await database.close()
    assert vitals.status == "down"


async def test_runs_that_break_for_long_impair(
    shop: Shop, scheduler: Scheduler, stopping: asyncio.Event
) -> None:
    opened, passed_s = broken_for(shop.opened, shop.user_id), [0.0]
    mirroring = Mirroring(opened, stopping, monotonic=lambda: passed_s[0])
    passed_s[0] += INTERVALS_OF_SILENCE * opened.settings.catalog_refresh_interval_seconds + 1
    await mirroring.enqueue_due()
    await quiet()
    await scheduler._beat()
    assert (await take_vitals(opened.database, scheduler, mirroring)).status == "degraded"
    Broken.user_ids.clear()
    await mirroring.enqueue_due()
    await quiet()
    assert (await take_vitals(opened.database, scheduler, mirroring)).status == "ok"
