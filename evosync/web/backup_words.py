"""The last backup in words, for those who look after the service."""

from dataclasses import dataclass
from datetime import datetime

from evosync.backup.standing_order import Backups, is_late
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


def shown_backup(backups: Backups) -> ShownBackup:
    """Say how it stands: none are made, there was none yet, the last one is old or fresh."""
    last, every = backups.last, backups.every
    if every is None:
        return ShownBackup(
            state="secondary",
            word="Копии выключены",
            told="Резервные копии сами не делаются",
            hint="Включает их настройка BACKUP_INTERVAL_HOURS.",
        )
    is_old = is_late(last, backups.clock(), every)
    hint = "Проверьте место на диске и журнал сервиса." if is_old else ""
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
        hint=hint,
        made_at=last.made_at,
        size=size(last.size_bytes),
    )
