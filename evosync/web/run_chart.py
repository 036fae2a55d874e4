"""A month of changes, a bar a day: where each bar stands, and the same in words (pure)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date

from evosync.spoken import RUSSIAN, plural, zone_of
from evosync.web.run_words import DONE

DAYS = 30
WIDTH, HEIGHT = 600, 96
_STEP = WIDTH // DAYS
_BAR = 14
_LEAST = 2  # so that a single change is seen beside hundreds


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day: how much was done and how much failed, and where its bar stands in the picture.

    The failures stand on top: `failed_y` is above `done_y`.
    """

    label: str
    done: int
    failed: int
    x: int
    done_y: int
    done_height: int
    failed_y: int
    failed_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The picture. `told` says it in one sentence; `most` is what the highest bar counts."""

    bars: tuple[Bar, ...]
    first: str
    last: str
    most: int
    told: str

    @property
    def busy_days(self) -> tuple[Bar, ...]:
        """The days on which there was something, the latest first."""
        return tuple(bar for bar in reversed(self.bars) if bar.done or bar.failed)


def make_chart(
    ended: Iterable[tuple[datetime, Mapping[str, int]]], now: datetime, zone: str
) -> Chart | None:
    """Make the chart of the runs that ended at these moments; None when nothing happened."""
    done: Counter[date] = Counter()
    failed: Counter[date] = Counter()
    for at, counts in ended:
        day = at.astimezone(zone_of(zone)).date()
        done[day] += sum(counts.get(name, 0) for name in DONE)
        failed[day] += counts.get("failed", 0)
    today = now.astimezone(zone_of(zone)).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    most = max(done[day] + failed[day] for day in days)
    if not most:
        return None
    sums = sum(done[day] for day in days), sum(failed[day] for day in days)
    return Chart(
        bars=tuple(
            _bar(place, day, done[day], failed[day], most) for place, day in enumerate(days)
        ),
        first=_named(days[0]),
        last=_named(today),
        most=most,
        told=_told(*sums),
    )


def since(now: datetime) -> datetime:
    """Return the moment from which runs may belong to the chart, whatever the zone."""
    return now - timedelta(days=DAYS + 1)


def _bar(place: int, day: date, done: int, failed: int, most: int) -> Bar:
    done_height, failed_height = _height(done, most), _height(failed, most)
    return Bar(
        label=_named(day),
        done=done,
        failed=failed,
        x=place * _STEP + (_STEP - _BAR) // 2,
        done_y=HEIGHT - done_height,
        done_height=done_height,
        failed_y=max(0, HEIGHT - done_height - failed_height),
        failed_height=failed_height,
    )


def _height(number: int, most: int) -> int:
    return max(_LEAST, round(number * (HEIGHT - _LEAST) / most)) if number else 0


def _named(day: date) -> str:
    return format_date(day, "d MMMM", locale=RUSSIAN)


def _told(done: int, failed: int) -> str:
    changes = plural(done, "изменение", "изменения", "изменений")
    errors = plural(failed, "ошибка", "ошибки", "ошибок") if failed else "без ошибок"
    return f"За {DAYS} дней: {changes}, {errors}"
