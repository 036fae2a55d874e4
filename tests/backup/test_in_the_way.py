"""What else is where a backup is put back: others' tables and transactions, half of ours."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from evosync.db import refilling
from evosync.db.engine import open_database
from evosync.db.migrate import SchemaState, check_schema, on_own_connection
from evosync.errors import EvoSyncError, Misconfigured, TryLater
from tests.backup.copies import make, put_back
from tests.db.rows import everything, fill


async def ask(url: str, question: str) -> list[Any]:
    return await on_own_connection(url, lambda each: list(each.scalars(text(question))))


async def change(url: str, *statements: str) -> None:
    def work(connection: Connection) -> None:
        for each in statements:
            connection.execute(text(each))

    await on_own_connection(url, work)


EMAILS = "SELECT email FROM users"
# A kind of column that we know nothing of, and one that is not even a table's.
THEIRS = (
    "CREATE TABLE notes (id INTEGER, place POINT)",
    "INSERT INTO notes (id) VALUES (7)",
    "CREATE VIEW their_view AS SELECT email FROM users",
)


async def test_another_programs_tables_beside_ours_are_neither_copied_nor_touched(
    copy: Path, database_url: str, tmp_path: Path
) -> None:
    await on_own_connection(database_url, fill)
    await change(database_url, *THEIRS)
    saved = await make(database_url, tmp_path / "theirs.zip")
    assert {each.table for each in saved.manifest.tables}.isdisjoint({"notes", "their_view"})
    await put_back(database_url, copy, tmp_path, force=True)
    assert await ask(database_url, "SELECT id FROM notes") == [7]
    assert await ask(database_url, "SELECT email FROM their_view") == ["anna@example.com"]


async def test_another_programs_database_is_refused_even_by_force(
    copy: Path, empty_url: str, tmp_path: Path
) -> None:
    await change(empty_url, THEIRS[0])
    with pytest.raises(Misconfigured, match="другой программы"):
        await put_back(empty_url, copy, tmp_path, force=True)


async def test_a_newer_programs_tables_give_way_to_an_older_backup_and_others_stay(
    copy: Path, database_url: str, tmp_path: Path
) -> None:
    """Who goes back to an earlier version takes the backup made before the migration."""
    await change(
        database_url,
        *THEIRS,
        "CREATE TABLE newer (id BIGINT PRIMARY KEY, user_id BIGINT,"
        " FOREIGN KEY (user_id) REFERENCES users (id))",
        "CREATE TABLE newest (id BIGINT, newer_id BIGINT,"
        " FOREIGN KEY (newer_id) REFERENCES newer (id))",
        "UPDATE alembic_version SET version_num='9999'",
    )
    await put_back(database_url, copy, tmp_path, force=True)
    assert await ask(database_url, EMAILS) == ["anna@example.com"]
    tables = await on_own_connection(database_url, lambda each: inspect(each).get_table_names())
    assert {"newer", "newest", "notes"} & set(tables) == {"notes"}


@pytest.mark.parametrize("loss", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
async def test_accounts_without_a_version_of_their_schema_are_replaced_only_by_force(
    loss: str, copy: Path, sqlite_url: str, tmp_path: Path
) -> None:
    await on_own_connection(sqlite_url, fill)
    await change(sqlite_url, loss)
    with pytest.raises(EvoSyncError, match="--force"):
        await put_back(sqlite_url, copy, tmp_path)
    await put_back(sqlite_url, copy, tmp_path, force=True)
    assert await ask(sqlite_url, EMAILS) == ["anna@example.com"]
    assert await check_schema(sqlite_url) is SchemaState.CURRENT


@contextlib.asynccontextmanager
async def held(url: str) -> AsyncIterator[None]:
    """Hold the last table that would be dropped, with a server whose patience is a second."""
    patience = await ask(url, "SELECT @@global.lock_wait_timeout")
    await change(url, "SET GLOBAL lock_wait_timeout=1")
    database = open_database(url)
    async with database.read() as tx:
        await tx.execute(text(EMAILS))
        yield
    await database.close()
    await change(url, f"SET GLOBAL lock_wait_timeout={patience[0]}")


async def test_a_restore_does_not_wait_for_ever_for_somebodys_open_transaction(
    copy: Path, mariadb_url: str, tmp_path: Path
) -> None:
    await on_own_connection(mariadb_url, fill)
    before = await on_own_connection(mariadb_url, everything)
    async with held(mariadb_url):
        with pytest.raises(TryLater, match="Базу держит другая программа"):
            await put_back(mariadb_url, copy, tmp_path, force=True)
    assert await check_schema(mariadb_url) is SchemaState.CURRENT
    assert await on_own_connection(mariadb_url, everything) == before
    await put_back(mariadb_url, copy, tmp_path, force=True)
    assert await ask(mariadb_url, EMAILS) == ["anna@example.com"]


async def test_a_connection_that_changes_tables_waits_a_minute_at_most(mariadb_url: str) -> None:
    assert await ask(mariadb_url, "SELECT @@lock_wait_timeout") == [60]
    assert await ask(mariadb_url, "SELECT @@global.lock_wait_timeout") > [60]


async def test_a_lost_connection_is_told_as_such(mariadb_url: str) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("KILL CONNECTION_ID()"))

    with pytest.raises(TryLater) as told:
        await on_own_connection(mariadb_url, work)
    assert told.value.code == "database_down"


async def test_a_backup_is_looked_at_without_a_folder_for_temporary_files(
    copy: Path, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TMPDIR may lie on a network's disk, where SQLite is refused."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    refilling._known.clear()
    await put_back(sqlite_url, copy, tmp_path)
    assert await ask(sqlite_url, EMAILS) == ["anna@example.com"]
