"""A start before the database: waited for while time may mend it, and no longer."""

import asyncio
import socket

import pytest
from structlog.testing import capture_logs

from evosync.db.awaiting import await_database
from evosync.errors import Misconfigured, TryLater
from tests.flow.stand import until


def nobody_there() -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"mariadb://anna:tea@127.0.0.1:{closed.getsockname()[1]}/evosync"


async def test_a_file_and_a_database_that_answers_are_not_waited_for(empty_url: str) -> None:
    await await_database(empty_url, asyncio.Event(), wait_s=0)


async def test_a_database_that_never_comes_is_told() -> None:
    with capture_logs() as logs, pytest.raises(TryLater, match="не отвечает"):
        await await_database(nobody_there(), asyncio.Event(), wait_s=0.1)
    [told] = logs
    assert told["event"] == "database not there yet"
    assert "tea" not in repr(logs)


async def test_what_time_does_not_mend_is_told_at_once(mariadb_url: str) -> None:
    wrong = mariadb_url.replace("evosync-tests", "wrong")
    with pytest.raises(Misconfigured, match="имя или пароль не приняты"):
        await await_database(wrong, asyncio.Event())


async def test_a_stop_ends_the_wait() -> None:
    stopping = asyncio.Event()
    with capture_logs() as logs:
        waiting = asyncio.create_task(await_database(nobody_there(), stopping))
        await until(lambda: bool(logs), "it waits")
        stopping.set()
        with pytest.raises(TryLater) as told:
            await waiting
    assert told.value.code == "stopping"
