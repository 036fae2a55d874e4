"""Evenly spaced starts: the quota of a remote service, kept per key."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from evosync.outbound.ports import QuotaWatch


class Limiter:
    """Lets one request start every `interval_s` seconds; waiters go in order of arrival.

    One limiter stands for one quota (a VK user, not a token's text). Once it
    was paused, because the service found it too fast, the starts are `careful_s`
    apart. Waiting is on a monotonic clock, so a jump of the wall clock changes
    nothing. `watch` is told of every wait that there was.
    """

    def __init__(
        self,
        interval_s: float,
        careful_s: float | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        watch: QuotaWatch | None = None,
    ) -> None:
        self._interval_s = interval_s
        self._careful_s = interval_s if careful_s is None else careful_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._watch = watch
        self._turn = asyncio.Lock()
        self._next_start = 0.0

    async def slot(self) -> None:
        """Wait for the next free start."""
        # The lock's queue is the order of arrival. Only its head looks at the
        # clock, and looks again after each sleep, so a pause moves everybody
        # and a cancelled waiter gives its start to the next one.
        with self._watched():
            async with self._turn:
                while (wait_s := self._next_start - self._monotonic()) > 0:
                    await self._sleep(wait_s)
                self._next_start = self._monotonic() + self._interval_s

    async def ready(self, lead_s: float) -> None:
        """Wait until a start is free in at most so many seconds; takes none."""
        with self._watched(lead_s):
            async with self._turn:
                # In this order: else rounding may leave a wait too short to move the clock.
                while (wait_s := (self._next_start - lead_s) - self._monotonic()) > 0:
                    await self._sleep(wait_s)

    def pause(self, seconds: float) -> None:
        """Let nothing new start for `seconds`, not even those who wait already."""
        self._interval_s = self._careful_s
        self._next_start = max(self._next_start, self._monotonic() + seconds)
        if self._watch is not None:
            self._watch.paused()

    @contextmanager
    def _watched(self, lead_s: float = 0.0) -> Iterator[None]:
        """Tell how long the body waits, unless it has nothing to wait for."""
        began = self._monotonic()
        has_to_wait = self._turn.locked() or self._next_start - lead_s > began
        try:
            yield
        finally:
            if has_to_wait and self._watch is not None:
                self._watch.waited(self._monotonic() - began)
