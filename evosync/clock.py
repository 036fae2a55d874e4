"""The present moment, in UTC, as the one thing that reads the clock; and how far it leaps."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

UNSTEADY = timedelta(seconds=5)
"""What the two clocks may differ by more is a leap; people and NTP set one of them."""


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


class Leaps:
    """How far the wall clock went ahead of time of late, told by a clock that nobody sets."""

    def __init__(
        self,
        wall: Callable[[], datetime] = now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._seen, self._seen_at = wall(), monotonic()
        self._leaps: list[tuple[float, timedelta]] = []

    def look(self) -> timedelta:
        """Tell how far the wall clock leapt since the last look: ahead, or back (negative)."""
        wall, at = self._wall(), self._monotonic()
        leap = wall - self._seen - timedelta(seconds=at - self._seen_at)
        self._seen, self._seen_at = wall, at
        if abs(leap) <= UNSTEADY:
            return timedelta(0)
        self._leaps.append((at, leap))
        return leap

    def ahead(self, within: timedelta) -> timedelta:
        """Tell how much older than it is something of the last `within` may look by now."""
        self.look()
        since = self._monotonic() - within.total_seconds()
        self._leaps = [(at, leap) for at, leap in self._leaps if at >= since]
        return sum((leap for _, leap in self._leaps if leap > timedelta(0)), timedelta(0))
