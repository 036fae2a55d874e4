"""Work that no page waits for: so that its time tells nothing, or because it may take long."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from evosync.errors import EvoSyncError

log = structlog.get_logger(__name__)

MOST = 100  # errands under way; a flood of them is nobody's wish


class Errands:
    """Does work in the background; must be stopped before its event loop ends."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._is_stopped = False

    def begin(
        self, name: str, work: Callable[[], Awaitable[None]], *, is_needed: bool = False
    ) -> None:
        """Begin some work; one of a name that still goes on is enough. Failures go to the log.

        A name is a kind, which the log tells, and whose it is, which it does
        not. What `is_needed` is begun however much there is to do.
        """
        if name in self._tasks.values():
            return
        is_full = len(self._tasks) >= MOST and not is_needed
        if self._is_stopped or is_full:
            log.warning("errand not begun", kind=_kind(name), why="too many" if is_full else "stop")
            return
        task = asyncio.create_task(_guarded(work))
        self._tasks[task] = name
        task.add_done_callback(self._tasks.pop)

    async def carry_out(
        self, name: str, work: Callable[[], Awaitable[None]], *, patience_s: float
    ) -> None:
        """Begin needed work, and wait for its end for so long; then it goes on by itself."""
        self.begin(name, work, is_needed=True)
        waited = [task for task, standing in self._tasks.items() if standing == name]
        if waited:
            await asyncio.wait(waited, timeout=patience_s)

    async def settled(self) -> None:
        """Wait until nothing goes on."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def stop(self, grace_s: float) -> None:
        """Begin nothing more, and cancel what is not done in `grace_s` seconds."""
        self._is_stopped = True
        if not self._tasks:
            return
        names = dict(self._tasks)
        _, late = await asyncio.wait(list(names), timeout=grace_s)
        for task in late:
            log.warning("errand cut short", kind=_kind(names[task]))
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _kind(name: str) -> str:
    return name.split(" ", 1)[0]


async def _guarded(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except EvoSyncError as error:
        log.warning("errand failed", code=error.code, cause=error.cause)
    except Exception:
        log.exception("errand broke")
