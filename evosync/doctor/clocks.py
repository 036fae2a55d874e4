"""The machine's clock, against those of the services that it speaks to (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from evosync.doctor.verdict import Verdict, attention, broken, good, unknown

TITLE = "Часы"

NOTABLE = timedelta(seconds=30)
# Signed links, sessions and tokens' ends go wrong by then, and TLS not long after.
GREAT = timedelta(minutes=5)

_ADVICE = "Включите синхронизацию времени (timedatectl set-ntp true)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What another clock showed when ours showed `ours`; both aware UTC."""

    whose: str
    theirs: datetime
    ours: datetime

    @property
    def ahead(self) -> timedelta:
        """By how much ours is ahead of it."""
        return self.ours - self.theirs


def read_date(header: str | None) -> datetime | None:
    """Read the header Date of an answer; None when there is none that can be read."""
    try:
        found = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def judge_clock(samples: Iterable[Sample]) -> Verdict:
    """Judge our clock; where others disagree, the one that is next to ours is believed."""
    nearest = min(samples, key=lambda each: abs(each.ahead), default=None)
    if nearest is None:
        return unknown(TITLE, "Сверить часы не с кем: никто не ответил.")
    gap = abs(nearest.ahead)
    if gap <= NOTABLE:
        return good(TITLE, f"Сверены с часами {nearest.whose}.")
    way = "спешат" if nearest.ahead > timedelta() else "отстают"
    told = f"Часы машины {way} на {_spoken(gap)} (по часам {nearest.whose})."
    return broken(TITLE, told, _ADVICE) if gap > GREAT else attention(TITLE, told, _ADVICE)


def _spoken(gap: timedelta) -> str:
    minutes = round(gap / timedelta(minutes=1))
    if minutes < 2:
        return f"{round(gap.total_seconds())} с"
    return f"{minutes} мин" if minutes < 120 else f"{round(minutes / 60)} ч"
