"""Backups that nobody asks for: when one is due, which ones go, and before a migration."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from evosync.backup.folder import FOLDER, Reason, file_name, open_folder, rotate
from evosync.backup.standing_order import GRACE, Backups, is_due, is_late, migrate_safely
from evosync.db.backups import LastBackup, find_last_backup
from evosync.db.engine import Database, open_database
from evosync.db.migrate import SchemaState, check_schema, on_own_connection
from evosync.errors import EvoSyncError, Misconfigured
from evosync.settings import Settings
from tests.backup.copies import PASSPHRASE, put_back
from tests.builders import NOON
from tests.db.rows import fill
from tests.db.test_migrate import move

DAY = timedelta(days=1)


@dataclass
class HandClock:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


def names(data_dir: Path) -> list[str]:
    return sorted(each.name for each in (data_dir / FOLDER).iterdir())


def last(ago: timedelta) -> LastBackup:
    return LastBackup(made_at=NOON - ago, size_bytes=1, file="x.zip")


@pytest.mark.parametrize(
    ("found", "due", "late"),
    [
        pytest.param(None, True, True, id="never"),
        pytest.param(last(timedelta(hours=23)), False, False, id="an hour is missing"),
        pytest.param(last(timedelta(hours=23, minutes=56)), True, False, id="minutes are missing"),
        pytest.param(last(2 * DAY + GRACE), True, False, id="one was missed"),
        pytest.param(last(2 * DAY + 1.01 * GRACE), True, True, id="two were missed"),
        pytest.param(last(-timedelta(hours=1)), True, False, id="of the future"),
    ],
)
def test_when_a_backup_is_due_and_when_it_is_late(
    found: LastBackup | None, due: bool, late: bool
) -> None:
    assert is_due(found, NOON, DAY) is due
    assert is_late(found, NOON, DAY) is late


async def test_neither_do_restarts_make_backups_nor_put_them_off(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    clock = HandClock()
    settings = Settings(database_url=sqlite_url, data_dir=tmp_path, backup_keep=2)

    async def service_lives() -> LastBackup | None:
        backups = Backups(settings, sqlite_database, clock)
        await backups.load()
        await backups.round()
        return backups.last

    first = await service_lives()
    assert first is not None
    assert names(tmp_path) == [first.file]
    assert (tmp_path / FOLDER / first.file).stat().st_size == first.size_bytes
    assert ((tmp_path / FOLDER).stat().st_mode & 0o777) == 0o700
    clock.at += timedelta(hours=1)
    assert await service_lives() == first
    clock.at += timedelta(hours=23)
    second = await service_lives()
    clock.at += DAY
    third = await service_lives()
    assert second is not None
    assert third is not None
    assert names(tmp_path) == [second.file, third.file]
    async with sqlite_database.read() as tx:
        assert await find_last_backup(tx) == third


async def test_a_backup_that_fails_is_no_last_backup(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    backups = Backups(
        Settings(database_url=sqlite_url, data_dir=tmp_path), sqlite_database, HandClock()
    )
    with pytest.raises(Misconfigured, match="нельзя писать"):
        await backups.round()
    assert backups.last is None
    assert backups.trouble.startswith("DATA_DIR: в папку ")
    (tmp_path / FOLDER).unlink()
    await backups.round()
    assert (backups.last is not None, backups.trouble) == (True, "")


def test_rotation_deletes_only_what_was_made_for_the_same_reason(tmp_path: Path) -> None:
    folder = open_folder(tmp_path)
    made = [
        file_name(reason, NOON + number * DAY, is_sealed=bool(number % 2))
        for reason in Reason
        for number in range(4)
    ]
    theirs = ["evosync-scheduled-mine.zip", "evosync.zip", "before the move.zip"]
    for name in (*made, *theirs):
        (folder / name).write_text("x")
    assert [each.name for each in rotate(folder / made[3], Reason.SCHEDULED, 3)] == [made[0]]
    assert names(tmp_path) == sorted({*made, *theirs} - {made[0]})


def test_rotation_spares_the_newest_whatever_a_wrong_clock_left(tmp_path: Path) -> None:
    folder = open_folder(tmp_path)
    old, newest, next_year, later = (
        folder / file_name(Reason.SCHEDULED, NOON + number * DAY, is_sealed=False)
        for number in (0, 1, 365, 366)
    )
    for each in (old, newest, next_year, later):
        each.write_text("x")
    assert rotate(newest, Reason.SCHEDULED, 2) == [next_year, later]
    assert rotate(newest, Reason.SCHEDULED, 1) == [old]
    assert newest.exists()


def test_what_a_kill_left_unfinished_goes_and_nothing_else(tmp_path: Path) -> None:
    folder = open_folder(tmp_path)
    name = file_name(Reason.SCHEDULED, NOON, is_sealed=True)
    for each in (name, f".{name}.0a1b2c3d.part", ".somebody's.part"):
        (folder / each).write_text("x")
    open_folder(tmp_path)
    assert names(tmp_path) == sorted([name, ".somebody's.part"])


async def test_rows_are_backed_up_before_the_schema_changes(empty_url: str, tmp_path: Path) -> None:
    await move(empty_url, "0013")
    await on_own_connection(empty_url, fill)
    settings = Settings(
        database_url=empty_url, data_dir=tmp_path / "data", backup_passphrase=PASSPHRASE
    )
    saved = await migrate_safely(settings, NOON)
    assert saved is not None
    assert await check_schema(empty_url) is SchemaState.CURRENT
    assert saved.manifest.revision == "0013"
    assert await migrate_safely(settings, NOON) is None
    assert names(tmp_path / "data") == [saved.path.name]
    back = f"sqlite:///{tmp_path / 'back.db'}"
    await put_back(back, saved.path, tmp_path / "other", passphrase=PASSPHRASE)
    database = open_database(back)
    async with database.read() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM users")) == 1
    await database.close()


async def test_without_a_backup_nothing_is_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    await move(url, "0001")
    (tmp_path / FOLDER).write_text("in the way")
    with pytest.raises(EvoSyncError, match="Схема базы не обновлена"):
        await migrate_safely(Settings(database_url=url, data_dir=tmp_path), NOON)
    assert await check_schema(url) is SchemaState.BEHIND


async def test_a_new_database_needs_no_backup(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert await migrate_safely(Settings(database_url=url, data_dir=tmp_path), NOON) is None
    assert os.listdir(tmp_path) == ["new.db"]  # noqa: PTH208 - sockets and all
