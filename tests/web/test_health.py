import asyncio
import socket
import time
from collections.abc import Iterator
from importlib.metadata import version

import httpx
import pytest
from starlette.applications import Starlette

from evosync.db.backups import LastBackup
from evosync.db.engine import open_database
from evosync.jobs.scheduler import MAX_SILENCE
from evosync.web.state import AppState
from tests.web.conftest import HandClock, with_database

KEYS = {"status", "database", "scheduler", "last_run_at", "last_backup_at", "version"}


@pytest.fixture(params=["silent", "closed"])
def dead_port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Give a port where nothing is ever said, or where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        if request.param == "silent":
            yield port
            return
    yield port


async def test_all_is_well(monitor: httpx.AsyncClient) -> None:
    answer = await monitor.get("/health")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "scheduler": "ok",
        "last_run_at": None,
        "last_backup_at": None,
        "version": version("evosync"),
    }


async def test_the_last_run_is_told(
    monitor: httpx.AsyncClient, state: AppState, clock: HandClock
) -> None:
    state.mirroring.last_run_at = clock()
    assert (await monitor.get("/health")).json()["last_run_at"] == "2026-03-01T12:00:00Z"


async def test_the_last_backup_is_told(
    monitor: httpx.AsyncClient, state: AppState, clock: HandClock
) -> None:
    state.backups.last = LastBackup(made_at=clock(), size_bytes=1, file="x.zip")
    assert (await monitor.get("/health")).json()["last_backup_at"] == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize("query", ["", "?strict=1"])
async def test_three_minutes_without_a_beat_are_down(
    query: str, monitor: httpx.AsyncClient, state: AppState, clock: HandClock
) -> None:
    clock.move(days=1)  # which is no silence, only another hour on the wall
    assert (await monitor.get(f"/health{query}")).status_code == 200
    state.scheduler.monotonic = lambda: time.monotonic() + MAX_SILENCE.total_seconds()
    answer = await monitor.get(f"/health{query}")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["scheduler"]) == ("down", "down")
    assert set(answer.json()) == KEYS


async def test_a_database_that_does_not_answer_is_down(
    dead_port: int, app: Starlette, monitor: httpx.AsyncClient
) -> None:
    database = open_database(f"mariadb://anna:secret@127.0.0.1:{dead_port}/evosync")
    with_database(app, database)
    answer = await monitor.get("/health")
    await database.close()
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["database"]) == ("down", "down")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "greeting",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="another service"),
        pytest.param(b"\0\0\0\0", id="an empty packet"),
        pytest.param(b"\x17\0\0\0\xff\x6a\x04Host is not allowed.", id="host not allowed"),
    ],
)
async def test_a_database_that_talks_nonsense_is_down(
    greeting: bytes, app: Starlette, monitor: httpx.AsyncClient
) -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        database = open_database(f"mariadb://anna:secret@127.0.0.1:{port}/evosync")
        with_database(app, database)
        answer = await monitor.get("/health")
        await database.close()
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["database"]) == ("down", "down")


@pytest.mark.parametrize(("query", "code"), [("", 200), ("?strict=1", 503), ("?strict=0", 200)])
async def test_a_round_that_failed_is_degraded(
    query: str, code: int, monitor: httpx.AsyncClient, state: AppState
) -> None:
    state.scheduler.failed.add("pipeline")
    answer = await monitor.get(f"/health{query}")
    assert (answer.status_code, answer.json()["status"]) == (code, "degraded")
    state.scheduler.failed.clear()
    assert (await monitor.get(f"/health{query}")).json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/nowhere", "/health/more", "/HEALTH"])
async def test_an_unknown_path_is_not_found(path: str, monitor: httpx.AsyncClient) -> None:
    assert (await monitor.get(path)).status_code == 404


async def test_health_is_only_to_be_read(
    monitor: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    assert (await monitor.post("/health")).status_code == 403
    assert (await stranger.post("/health")).status_code == 405
    assert (await monitor.head("/health")).status_code == 200
