"""Open streams of events: how many a person may have, and a pause that a stop cuts short."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

MOST_STREAMS = 8
"""How many a person may have open; browsers keep six to one host, over HTTP/1.1, in all tabs."""


class Streams:
    """Counts the open streams of each person; one too many takes the oldest's place."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._most = most
        self._open: defaultdict[int, deque[asyncio.Event]] = defaultdict(deque)
        self._looks: set[asyncio.Task[Any]] = set()

    @property
    def count(self) -> int:
        """How many are open, of everybody."""
        return sum(map(len, self._open.values()))

    @contextmanager
    def seat(self, user_id: int) -> Iterator[asyncio.Event]:
        """Take a place; the event that is given is set when another stream needs it."""
        seats, mine = self._open[user_id], asyncio.Event()
        while len(seats) >= self._most:
            seats.popleft().set()
        seats.append(mine)
        try:
            yield mine
        finally:
            if mine in seats:
                seats.remove(mine)
            if not seats and self._open.get(user_id) is seats:
                del self._open[user_id]

    async def whole(self, look: Coroutine[Any, Any, T]) -> T:
        """Let a look at the database come to its end, though nobody may wait for it any more.

        Broken off in the middle, it would cost the database a connection each
        time that somebody closes a page.
        """
        task = asyncio.create_task(look)
        self._looks.add(task)
        task.add_done_callback(self._looked)
        return await asyncio.shield(task)

    async def settled(self) -> None:
        """Wait until nothing is looked at."""
        if self._looks:
            await asyncio.wait(self._looks)

    def _looked(self, task: asyncio.Task[Any]) -> None:
        self._looks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits raises it


async def pause(seconds: float, *ends: asyncio.Event) -> None:
    """Wait so long, or until one of the events is set."""
    waits = [asyncio.ensure_future(each.wait()) for each in ends]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
