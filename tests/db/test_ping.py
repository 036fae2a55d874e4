"""The database's sign of life: one question for all who ask, and an answer for a second."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from evosync.db.engine import PING_FRESH_S, PING_GIVEN_UP_S, PING_HOLDS_S, Database, open_database
from evosync.errors import Misconfigured, TryLater
from tests.db.relay import silent_at_will


async def test_the_database_answers_a_ping(database: Database) -> None:
    await database.ping()


async def test_many_pings_are_few_questions_and_who_has_a_good_answer_waits_for_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    passed_s = 0.0
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "time", lambda: 1000.0 + passed_s)

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def note(*told: Any) -> None:
        asked.append(told[2])

    for _ in range(3):
        await asyncio.gather(*(database.ping() for _ in range(20)))
    assert asked.count("SELECT 1") == 1
    # The answer of a while ago is given at once, and another is asked for behind it.
    passed_s = PING_FRESH_S
    for _ in range(20):
        await database.ping(timeout_s=0)
    assert database._ping is not None
    await database._ping
    assert asked.count("SELECT 1") == 2
    # One of long ago says nothing of now.
    passed_s += PING_HOLDS_S
    with pytest.raises(TryLater):
        await database.ping(timeout_s=0)
    await asyncio.gather(*(database.ping() for _ in range(20)))
    assert asked.count("SELECT 1") == 3


async def test_a_good_answer_does_not_outlive_a_bad_one(sqlite_database: Database) -> None:
    await sqlite_database.ping()
    file = Path(sqlite_database.engine.url.database or "")
    await asyncio.to_thread(file.write_bytes, b"no database any more" * 500)
    await sqlite_database.engine.dispose()
    sqlite_database._answered_at = float("-inf")
    await sqlite_database.ping()  # the last one was good; what comes of it, the next one is told
    assert sqlite_database._ping is not None
    await asyncio.wait({sqlite_database._ping})
    with pytest.raises(Misconfigured):
        await sqlite_database.ping()


async def test_a_ping_asked_anew_leaves_those_who_wait_for_the_last_one_their_answer(
    sqlite_database: Database,
) -> None:
    async def ask_often() -> None:
        for _ in range(20):
            # The last answer is of long ago.
            sqlite_database._answered_at = sqlite_database._well_at = float("-inf")
            await sqlite_database.ping()

    await asyncio.gather(*(ask_often() for _ in range(20)))


async def test_a_connection_that_fell_silent_is_given_up_for_another(
    mariadb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_s = 0.0
    loop = asyncio.get_running_loop()
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + passed_s)
    async with silent_at_will(mariadb_url) as (url, relay):
        database = open_database(url)
        await database.ping()
        relay.speaks.clear()
        # First of the connection that stood, then of another, which is taken and never greeted.
        for _ in range(2):
            passed_s += PING_HOLDS_S
            with pytest.raises(TryLater, match="не отвечает"):
                await database.ping(timeout_s=0)
            asked = database._ping
            assert asked is not None
            passed_s += PING_GIVEN_UP_S
            await asyncio.wait({asked}, timeout=30)
            assert isinstance(asked.exception(), TryLater)
        relay.speaks.set()
        passed_s += PING_HOLDS_S
        await database.ping()
        await database.close()
