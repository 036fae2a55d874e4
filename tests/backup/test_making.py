"""A backup shows one moment while others write, and leaves nothing behind when it fails."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evosync.db.dumping import open_dump
from evosync.db.engine import Database
from evosync.db.settings_kv import save_value
from evosync.db.types import Tx
from evosync.errors import EvoSyncError
from tests.backup.copies import PASSPHRASE, make
from tests.builders import NOON
from tests.db.people import add_user


async def count_up(tx: Tx, number: int) -> None:
    """Write the same number at two places, in one transaction."""
    for name in ("a", "z"):
        await save_value(tx, name, number, NOON)


async def test_what_is_written_while_it_goes_on_is_not_in_it(
    database: Database, database_url: str
) -> None:
    await database.write(count_up, 1)
    async with open_dump(database_url) as dump:
        await database.write(count_up, 2)
        await add_user(database, "late@example.com")
        found = {
            each.name: [tuple(row) async for rows in dump.rows(each) for row in rows]
            for each in dump.tables
            if each.name in {"settings_kv", "users"}
        }
    assert found["users"] == []
    assert [row[1] for row in found["settings_kv"]] == ["1", "1"]


@contextmanager
def files_no_longer_than(size_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
async def test_where_there_is_no_room_no_half_of_a_file_stays(
    passphrase: str, sqlite_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "copy").write_text("PK\x03\x04 the one before")
    with files_no_longer_than(4096), pytest.raises(EvoSyncError, match="не записать"):
        await make(sqlite_url, folder / "copy", passphrase=passphrase)
    assert {each.name: each.read_text() for each in folder.iterdir()} == {
        "copy": "PK\x03\x04 the one before"
    }


async def test_nothing_but_a_backup_is_replaced(sqlite_url: str, tmp_path: Path) -> None:
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    key = tmp_path / "secret.key"
    key.write_text("a key")
    before = await asyncio.to_thread(database.read_bytes)
    for target in (database, key):
        with pytest.raises(EvoSyncError, match="не копия EvoSync, заменять это нельзя"):
            await make(sqlite_url, target)
    for folder in (tmp_path, Path(), Path("/")):
        with pytest.raises(EvoSyncError, match="не записать"):
            await make(sqlite_url, folder)
    assert key.read_text() == "a key"
    assert await asyncio.to_thread(database.read_bytes) == before
    for _ in range(2):
        await make(sqlite_url, tmp_path / "copy.zip")


def test_an_empty_database_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(EvoSyncError, match="копировать нечего"):
        asyncio.run(make(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.zip"))
    assert list(tmp_path.iterdir()) == []


async def test_mariadb_sends_no_more_rows_while_some_are_packed(mariadb_url: str) -> None:
    """Its driver would take them all: a big table would be held, whatever the portions."""
    async with open_dump(mariadb_url) as dump:
        driver = (await dump._tx.get_raw_connection()).driver_connection
        assert driver is not None
        [table] = [each for each in dump.tables if each.name == "permissions"]
        seen = [driver._transport.is_reading() async for _ in dump.rows(table)]
        assert set(seen) == {False}
        assert driver._transport.is_reading()
