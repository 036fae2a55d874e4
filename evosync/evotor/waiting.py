"""How long to wait before a request is sent again, and with whose clock."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from evosync import clock
from evosync.evotor.failures import Busy

SHORTEST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
UNTOLD_WAIT_S = 10.0  # a 429 that does not say how long

# What one request may spend on a spent quota. Evotor publishes no figures; a
# run may take 15 minutes in all.
MAX_WAITS = 5
MAX_WAITED_S = 120.0

# X-RateLimit-Reset: one page of Evotor's documents says seconds left, another
# seconds since 1970, and clients have met milliseconds. The ranges lie far apart.
_SECONDS_LEFT = range(10**6)
_EPOCH_S = range(10**9, 10**11)
_EPOCH_MS_FROM = 10**12
_NUMBER = re.compile(r"\d{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The clock, the sleep and the dice of waiting; `random` gives 0…1."""

    now: Callable[[], datetime] = clock.now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random


class Patience:
    """What one request may still wait for a spent quota, in waits and in seconds."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._waits = 0
        self._waited_s = 0.0

    async def wait(self, headers: Mapping[str, str]) -> None:
        """Wait as a 429 asks. Raises Busy when that would be too long or too often."""
        now = self._pace.now()
        pause_s = asked_wait_s(headers, now)
        self._waits += 1
        self._waited_s += pause_s
        if self._waits > MAX_WAITS or self._waited_s > MAX_WAITED_S:
            raise Busy(
                "Эвотор просит подождать", cause="429", retry_at=now + timedelta(seconds=pause_s)
            )
        await self._pace.sleep(pause_s)


def asked_wait_s(headers: Mapping[str, str], now: datetime) -> float:
    """Read from a 429's headers (lower-case names) how many seconds to wait, 1 to 60."""
    asked_s = _retry_after_s(headers.get("retry-after", ""), now)
    if asked_s is None:
        asked_s = _reset_s(headers.get("x-ratelimit-reset", ""), now)
    if asked_s is None:
        asked_s = UNTOLD_WAIT_S
    return min(max(asked_s, SHORTEST_WAIT_S), LONGEST_WAIT_S)


def _retry_after_s(text: str, now: datetime) -> float | None:
    if _NUMBER.fullmatch(text):
        return int(text)
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError):  # not a date, or one without a zone
        return None


def _reset_s(text: str, now: datetime) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    value = int(text)
    if value in _SECONDS_LEFT:
        return value
    if value in _EPOCH_S:
        return value - now.timestamp()
    if value > _EPOCH_MS_FROM:
        return value / 1000 - now.timestamp()
    return None
