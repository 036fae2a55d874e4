"""Transactions: nothing is lost when many write at once, and faults are one clear sentence."""

import asyncio
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncmy.errors import OperationalError
from sqlalchemy import event, insert, text, update
from sqlalchemy.engine import make_url

from evosync.db import settings_kv
from evosync.db.engine import (
    REPLAYS,
    Database,
    open_database,
)
from evosync.db.tables.journal import settings_kv as rows
from evosync.db.types import Tx
from evosync.errors import EvoSyncError, Misconfigured, TryLater
from tests.builders import NOON

USERS = 8
WRITES = 5


async def add_one(tx: Tx, name: str) -> None:
    """Read a number and write the next one: what a lost update spoils."""
    found = await tx.scalar(
        text(
            "SELECT value FROM settings_kv WHERE name = :n FOR UPDATE"
            if tx.dialect.name == "mariadb"
            else "SELECT value FROM settings_kv WHERE name = :n"
        ),
        {"n": name},
    )
    await asyncio.sleep(0)
    await settings_kv.save_value(tx, name, int(found or 0) + 1, NOON)


async def value_of(database: Database, name: str) -> Any:
    """Read a value."""
    async with database.read() as tx:
        return await settings_kv.find_value(tx, name)


async def test_eight_users_written_at_once_lose_nothing(database: Database) -> None:
    for name in ("shared", *map(str, range(USERS))):
        await database.write(settings_kv.save_value, name, 0, NOON)

    async def work(user: int) -> None:
        for _ in range(WRITES):
            await database.write(add_one, str(user))
            await database.write(add_one, "shared")

    await asyncio.gather(*map(work, range(USERS)))
    assert await value_of(database, "shared") == USERS * WRITES
    assert [await value_of(database, str(user)) for user in range(USERS)] == [WRITES] * USERS


async def test_two_processes_that_write_at_once_lose_nothing(
    database: Database, database_url: str
) -> None:
    await database.write(settings_kv.save_value, "shared", 0, NOON)
    other = open_database(database_url)
    try:
        await asyncio.gather(
            *(each.write(add_one, "shared") for each in (database, other) * WRITES)
        )
    finally:
        await other.close()
    assert await value_of(database, "shared") == 2 * WRITES


async def test_a_deadlock_is_broken_and_the_victim_replayed(
    mariadb_url: str,
) -> None:
    database = open_database(mariadb_url)
    tries: list[str] = []
    both = asyncio.Barrier(2)

    async def write_both(tx: Tx, first: str, second: str) -> None:
        tries.append(first)
        await tx.execute(update(rows).where(rows.c.name == first).values(value=first))
        if len(tries) <= 2:
            await both.wait()  # each holds what the other wants next
        await tx.execute(update(rows).where(rows.c.name == second).values(value=first))

    try:
        for name in ("a", "b"):
            await database.write(settings_kv.save_value, name, None, NOON)
        await asyncio.gather(
            database.write(write_both, "a", "b"), database.write(write_both, "b", "a")
        )
        assert len(tries) == 3
        # Whoever was replayed wrote last, and wrote both.
        assert await value_of(database, "a") == await value_of(database, "b") == tries[2]
    finally:
        await database.close()


async def test_a_transaction_is_given_up_after_three_replays(
    database: Database, break_statements: list[int]
) -> None:
    break_statements[0] = 100
    with pytest.raises(TryLater, match="занята"):
        await database.write(settings_kv.save_value, "a", 1, NOON)
    assert 100 - break_statements[0] == REPLAYS + 1
    break_statements[0] = 0
    assert await value_of(database, "a") is None


async def test_a_transaction_is_replayed_whole(
    database: Database, break_statements: list[int]
) -> None:
    break_statements[0] = REPLAYS
    await database.write(settings_kv.save_value, "a", 1, NOON)
    assert await value_of(database, "a") == 1


@pytest.fixture
def break_statements(database: Database) -> Iterator[list[int]]:
    """Break as many inserts as the list's number says, as the database itself would."""
    left = [0]

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if left[0] and statement.startswith("INSERT"):
            left[0] -= 1
            if database.is_sqlite:
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            raise OperationalError(1213, "Deadlock found")

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", refuse)
    yield left
    event.remove(engine, "before_cursor_execute", refuse)


async def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    async def half(tx: Tx) -> None:
        await settings_kv.save_value(tx, "a", 1, NOON)
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await database.write(half)
    assert await value_of(database, "a") is None


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(BrokenPipeError("nobody reads"), id="pipe"),
        pytest.param(TimeoutError("too late"), id="time"),
        pytest.param(FileNotFoundError("no picture"), id="file"),
    ],
)
async def test_what_breaks_beside_the_database_is_not_laid_to_it(
    database: Database, error: OSError
) -> None:
    async def breaks(tx: Tx) -> None:
        await settings_kv.save_value(tx, "a", 1, NOON)
        raise error

    with pytest.raises(type(error)) as raised:
        async with database.read() as tx:
            await breaks(tx)
    assert raised.value is error
    with pytest.raises(type(error)) as raised:
        await database.write(breaks)
    assert raised.value is error
    assert await value_of(database, "a") is None


async def test_a_table_that_is_gone_is_one_sentence(database: Database) -> None:
    await database.write(lambda tx: tx.execute(text("DROP TABLE settings_kv")))
    with pytest.raises(Misconfigured, match="восстановите её из копии"):
        await value_of(database, "a")
    with pytest.raises(Misconfigured, match="восстановите её из копии"):
        await database.write(settings_kv.save_value, "a", 1, NOON)


async def test_a_row_that_the_database_refuses_is_a_mistake_of_ours_told_without_its_values(
    database: Database,
) -> None:
    async def twice(tx: Tx) -> None:
        for _ in range(2):
            await tx.execute(insert(rows).values(name="hunter2", updated_at=NOON))

    with pytest.raises(EvoSyncError, match="журнале") as raised:
        await database.write(twice)
    assert raised.value.code == "internal"
    assert "hunter2" not in f"{raised.value}{raised.value.cause}"
    assert raised.value.__cause__ is None


async def test_what_a_read_writes_is_undone(database: Database) -> None:
    async with database.read() as tx:
        await settings_kv.save_value(tx, "a", 1, NOON)
    assert await value_of(database, "a") is None


async def test_a_read_of_sqlite_sees_one_state_while_others_write(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.read() as tx:
        assert await settings_kv.find_value(tx, "a") is None
        await sqlite_database.write(settings_kv.save_value, "a", 1, NOON)
        assert await settings_kv.find_value(tx, "a") is None
    assert await value_of(sqlite_database, "a") == 1


async def test_a_file_damaged_inside_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "evosync.db"
    file.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    database = open_database(f"sqlite:///{file}")
    with pytest.raises(Misconfigured, match="повреждён"):
        await database.ping()
    await database.close()


@pytest.mark.parametrize(
    ("change", "kind", "why"),
    [
        pytest.param({"password": "hunter2"}, Misconfigured, "имя или пароль", id="password"),
        pytest.param({"username": "nobody"}, Misconfigured, "имя или пароль", id="user"),
        pytest.param({"database": "no_such_base"}, Misconfigured, "базы в MariaDB нет", id="base"),
        pytest.param({"port": 0}, TryLater, "не отвечает", id="nobody listens"),
    ],
)
async def test_a_mariadb_that_cannot_be_used_is_one_sentence(
    mariadb_server: str, change: dict[str, Any], kind: type[EvoSyncError], why: str
) -> None:
    if "port" in change:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            change = {"port": free.getsockname()[1]}
    url = make_url(mariadb_server + "mysql").set(**change)
    database = open_database(url.render_as_string(hide_password=False))
    try:
        with pytest.raises(kind, match=why) as raised:
            await database.ping(timeout_s=10)
    finally:
        await database.close()
    assert "hunter2" not in f"{raised.value}{raised.value.cause}"
    assert raised.value.__cause__ is None


async def test_a_database_that_does_not_answer_in_time_is_told(database: Database) -> None:
    with pytest.raises(TryLater, match="не отвечает"):
        await database.ping(timeout_s=0)


async def test_mariadb_refuses_what_does_not_fit(mariadb_url: str) -> None:
    database = open_database(mariadb_url)
    try:
        async with database.read() as tx:
            mode, level = (
                await tx.execute(text("SELECT @@SESSION.sql_mode, @@SESSION.tx_isolation"))
            ).one()
    finally:
        await database.close()
    assert "STRICT_ALL_TABLES" in mode
    assert level == "READ-COMMITTED"
