from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evosync.backup.folder import FolderSeen
from evosync.backup.standing_order import Backups
from evosync.db.backups import LastBackup
from evosync.db.engine import Database
from evosync.settings import Settings
from evosync.web.backup_words import shown_backup
from tests.builders import NOON

FRESH, OLD = timedelta(hours=47), timedelta(hours=51)
WELL = FolderSeen(folder=Path("data/backups"))
CLOSED, EMPTY = replace(WELL, is_writable=False), replace(WELL, has_last=False)


def backups_of(
    database: Database, *, hours: int = 24, ago: timedelta | None = None, trouble: str = ""
) -> Backups:
    last = None if ago is None else LastBackup(made_at=NOON - ago, size_bytes=1536, file="x.zip")
    settings = Settings(backup_interval_hours=hours)
    return Backups(settings, database, lambda: NOON, last=last, trouble=trouble)


@pytest.mark.parametrize(
    ("ago", "seen", "trouble", "state", "word"),
    [
        pytest.param(None, WELL, "", "warning", "Копий ещё нет", id="never"),
        pytest.param(FRESH, WELL, "", "success", "Копия свежая", id="fresh"),
        pytest.param(OLD, WELL, "", "warning", "Копия старая", id="old"),
        pytest.param(None, WELL, "Нет места.", "danger", "Копия не вышла", id="first failed"),
        pytest.param(FRESH, WELL, "Нет места.", "warning", "Копия не вышла", id="last failed"),
        pytest.param(OLD, CLOSED, "Нет места.", "danger", "Копии не делаются", id="closed"),
        pytest.param(FRESH, EMPTY, "", "warning", "Копия пропала", id="gone"),
    ],
)
def test_the_last_backup_is_told_to_those_who_look_after_the_service(
    sqlite_database: Database,
    ago: timedelta | None,
    seen: FolderSeen,
    trouble: str,
    *,
    state: str,
    word: str,
) -> None:
    backups = backups_of(sqlite_database, ago=ago, trouble=trouble)
    shown = shown_backup(backups, seen)
    assert (shown.state, shown.word) == (state, word)
    assert shown.made_at == (backups.last.made_at if backups.last else None)
    assert trouble in shown.hint or not seen.is_writable
    assert ("запуска" in shown.hint) is (word == "Копий ещё нет")


def test_backups_that_are_switched_off_are_no_trouble(sqlite_database: Database) -> None:
    shown = shown_backup(backups_of(sqlite_database, hours=0), CLOSED)
    assert (shown.state, shown.word) == ("secondary", "Копии выключены")
