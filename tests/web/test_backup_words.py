from datetime import timedelta

import pytest

from evosync.backup.standing_order import Backups
from evosync.db.backups import LastBackup
from evosync.db.engine import Database
from evosync.settings import Settings
from evosync.web.backup_words import shown_backup
from tests.builders import NOON


@pytest.mark.parametrize(
    ("hours", "ago", "state", "word"),
    [
        pytest.param(0, None, "secondary", "Копии выключены", id="off"),
        pytest.param(24, None, "warning", "Копий ещё нет", id="never"),
        pytest.param(24, timedelta(hours=47), "success", "Копия свежая", id="fresh"),
        pytest.param(24, timedelta(hours=51), "warning", "Копия старая", id="old"),
    ],
)
def test_the_last_backup_is_told_to_those_who_look_after_the_service(
    hours: int, ago: timedelta | None, state: str, word: str, sqlite_database: Database
) -> None:
    last = None if ago is None else LastBackup(made_at=NOON - ago, size_bytes=1536, file="x.zip")
    backups = Backups(
        Settings(backup_interval_hours=hours), sqlite_database, lambda: NOON, last=last
    )
    shown = shown_backup(backups)
    assert (shown.state, shown.word) == (state, word)
    assert shown.made_at == (last.made_at if last else None)
