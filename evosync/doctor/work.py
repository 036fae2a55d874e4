"""The work that goes on by itself: whether somebody does it, when it was last done (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evosync.backup.amiss import Amiss
from evosync.backup.standing_order import is_late
from evosync.db.backups import LastBackup
from evosync.doctor.verdict import Verdict, attention, broken, good, unknown
from evosync.settings import Settings
from evosync.spoken import MOSCOW, ago, size

SERVICE, RUNS, BACKUP = "Служба", "Запуски", "Резервные копии"

_INTERVALS = 3  # as /health counts them


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSeen:
    """The service as it sees itself: whether its clock ticks, and which rounds failed last.

    `backup_trouble` is why the last backup was not made, in one sentence.
    """

    is_alive: bool
    failed: Sequence[str] = ()
    backup_trouble: str = ""


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
    last: LastBackup | None,
    settings: Settings,
    now: datetime,
    zone: str = MOSCOW,
    amiss: Amiss | None = None,
) -> Verdict:
    """Judge how old the last scheduled backup is, and what keeps others from being made."""
    every = timedelta(hours=settings.backup_interval_hours)
    by_hand = "Делайте копии сами: evosync backup ФАЙЛ, и храните их на другой машине."
    if not every:
        return attention(BACKUP, "По расписанию не делаются (BACKUP_INTERVAL_HOURS=0).", by_hand)
    told, advice = "Ещё ни одной нет.", "Служба сделает её сама; или выполните evosync backup ФАЙЛ."
    if last is not None:
        told = f"Последняя сделана {ago(last.made_at, now, zone)}, {size(last.size_bytes)}."
        advice = "Проверьте место на диске и журнал службы."
    is_old = is_late(last, now, every)
    if amiss is not None:
        judge = broken if is_old else attention
        return judge(BACKUP, f"{told} {amiss.told}", amiss.advice)
    return attention(BACKUP, told, advice) if is_old else good(BACKUP, told)
