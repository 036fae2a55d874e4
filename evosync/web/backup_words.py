"""The last backup in words, for those who look after the service."""

from dataclasses import dataclass, replace
from datetime import datetime

from evosync.backup.amiss import find_amiss
from evosync.backup.folder import FolderSeen
from evosync.backup.standing_order import Backups, is_late
from evosync.db.backups import LastBackup
from evosync.spoken import size
from evosync.web.flash import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBackup:
    """The last backup made by itself, if any; `hint` says what to do, where something is."""

    state: Kind
    word: str
    told: str
    hint: str = ""
    made_at: datetime | None = None
    size: str = ""


def shown_backup(backups: Backups, seen: FolderSeen) -> ShownBackup:
    """Say how it stands: none are made, there was none yet, the last one is old, lost or fresh."""
    last, every = backups.last, backups.every
    if every is None:
        return ShownBackup(
            state="secondary",
            word="Копии выключены",
            told="Резервные копии сами не делаются",
            hint="Включает их настройка BACKUP_INTERVAL_HOURS.",
        )
    shown = _shown_last(last, is_old=is_late(last, backups.clock(), every))
    amiss = find_amiss(last, seen, backups.trouble)
    if amiss is None:
        return shown
    state: Kind = "warning" if shown.state == "success" else "danger"
    return replace(shown, state=state, word=amiss.word, hint=f"{amiss.told} {amiss.advice}")


def _shown_last(last: LastBackup | None, *, is_old: bool) -> ShownBackup:
    if last is None:
        return ShownBackup(
            state="warning",
            word="Копий ещё нет",
            told="Резервной копии ещё нет",
            hint="Первая будет через две минуты после запуска.",
        )
    return ShownBackup(
        state="warning" if is_old else "success",
        word="Копия старая" if is_old else "Копия свежая",
        told="Последняя резервная копия",
        hint="Проверьте место на диске и журнал сервиса." if is_old else "",
        made_at=last.made_at,
        size=size(last.size_bytes),
    )
