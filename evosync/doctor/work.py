"""The work that goes on by itself: whether somebody does it, when it was last done (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evosync.backup.standing_order import is_late
from evosync.db.backups import LastBackup
from evosync.doctor.verdict import Verdict, attention, broken, good, unknown
from evosync.settings import Settings
from evosync.spoken import MOSCOW, ago, size

SERVICE, RUNS, BACKUP = "Служба", "Запуски", "Резервные копии"

_INTERVALS = 3  # as /health counts them


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSeen:
    """The service as it sees itself: whether its clock ticks, and which rounds failed last."""

    is_alive: bool
    failed: Sequence[str] = ()


def judge_service(seen: ServiceSeen) -> Verdict:
    """Judge the service from within."""
    if not seen.is_alive:
        told = "Часы службы остановились: по расписанию ничего не начинается."
        return broken(SERVICE, told, "Перезапустите EvoSync.")
    if seen.failed:
        told = f"Не вышло в последний раз: {', '.join(seen.failed)}."
        return attention(SERVICE, told, "Причина в журнале службы; повторится само.")
    return good(SERVICE, "Работает, по расписанию всё выходит.")


def judge_from_aside(*, is_served: bool) -> Verdict:
    """Judge the service from another process: whether one works on this database."""
    if is_served:
        return good(SERVICE, "evosync serve работает с этой базой.")
    told = "С этой базой не работает ни один evosync serve: запусков по расписанию не будет."
    return attention(SERVICE, told, "Запустите службу.")


def judge_runs(
    last_at: datetime | None, due: int, settings: Settings, now: datetime, zone: str = MOSCOW
) -> Verdict:
    """Judge how long ago a run of anybody ended; `due` = how many people's the timer begins."""
    if not due:
        return unknown(RUNS, "По расписанию пока никому ничего не отправляется.")
    if last_at is None:
        return unknown(RUNS, "Ещё ни одного запуска не было.")
    told = f"Последний закончился {ago(last_at, now, zone)}."
    every = timedelta(seconds=settings.catalog_refresh_interval_seconds)
    if now - last_at > _INTERVALS * every:
        return attention(RUNS, told, "Проверьте, работает ли служба, и посмотрите её журнал.")
    return good(RUNS, told)


def judge_backup(
    last: LastBackup | None, settings: Settings, now: datetime, zone: str = MOSCOW
) -> Verdict:
    """Judge how old the last scheduled backup is."""
    every = timedelta(hours=settings.backup_interval_hours)
    by_hand = "Делайте копии сами: evosync backup ФАЙЛ, и храните их на другой машине."
    if not every:
        return attention(BACKUP, "По расписанию не делаются (BACKUP_INTERVAL_HOURS=0).", by_hand)
    if last is None:
        told = "Ещё ни одной нет."
        return attention(BACKUP, told, "Служба сделает её сама; или выполните evosync backup ФАЙЛ.")
    told = f"Последняя сделана {ago(last.made_at, now, zone)}, {size(last.size_bytes)}."
    if is_late(last, now, every):
        return attention(BACKUP, told, "Проверьте место на диске и журнал службы.")
    return good(BACKUP, told)
