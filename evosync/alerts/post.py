"""Letters sent behind the back of a page, so that its timing does not tell whom they go to."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from evosync.alerts.mail import Letter, Mailer
from evosync.errors import EvoSyncError, TryLater

log = structlog.get_logger(__name__)

MOST_WAITING = 100  # letters; a flood of them is nobody's wish
AT_ONCE = 4  # connections; mail servers count them
PAUSES_S = (5.0, 60.0)  # before the second and the third try


class Post:
    """Sends letters, either now or as soon as it can.

    Must be stopped before its event loop ends. `wait` sleeps for a number of
    seconds; `pauses_s` are the sleeps between tries.
    """

    def __init__(
        self,
        mailer: Mailer,
        *,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
        pauses_s: Sequence[float] = PAUSES_S,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._mailer = mailer
        self._wait = wait
        self._pauses_s = pauses_s
        self._most_waiting = most_waiting
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._kinds: dict[asyncio.Task[None], str] = {}  # by the task that sends the letter
        self._resting: set[asyncio.Task[None]] = set()
        self._is_stopped = False

    async def now(self, letter: Letter) -> None:
        """Send a letter at once. Raises what the mailer raises."""
        await self._mailer.send(letter)
        log.info("letter sent", kind=letter.kind)

    def later(self, letter: Letter) -> None:
        """Have a letter sent in the background; nobody hears of a failure but the log."""
        if self._is_stopped or len(self._kinds) >= self._most_waiting:
            why = "stopped" if self._is_stopped else "too many waiting"
            log.warning("letter dropped", kind=letter.kind, why=why)
            return
        task = asyncio.create_task(self._deliver(letter))
        self._kinds[task] = letter.kind
        task.add_done_callback(self._kinds.pop)

    async def stop(self, grace_s: float) -> None:
        """Take no more letters and let those on their way arrive, for `grace_s` seconds at most.

        One that waits for another try is given up at once.
        """
        self._is_stopped = True
        kinds = dict(self._kinds)
        if not kinds:
            return
        for task in self._resting:
            task.cancel()
        _, late = await asyncio.wait(kinds, timeout=grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*kinds, return_exceptions=True)
        for task, kind in kinds.items():
            if task.cancelled():
                log.warning("letter dropped", kind=kind, why="stopped")

    async def _deliver(self, letter: Letter) -> None:
        for pause_s in self._pauses_s:
            if await self._is_settled(letter, may_repeat=True):
                return
            await self._rest(pause_s)
        await self._is_settled(letter, may_repeat=False)

    async def _is_settled(self, letter: Letter, *, may_repeat: bool) -> bool:
        """Try once; tell whether that was the end of it, for better or worse."""
        try:
            async with self._gate:
                await self.now(letter)
        except EvoSyncError as error:
            if isinstance(error, TryLater) and may_repeat and not self._is_stopped:
                log.info("letter delayed", kind=letter.kind, cause=error.cause)
                return False
            log.warning("letter not sent", kind=letter.kind, code=error.code, cause=error.cause)
        except Exception as error:  # noqa: BLE001  nobody else would hear of it
            # Without its words and its place: they may quote the letter.
            log.error("letter not sent", kind=letter.kind, cause=type(error).__name__)  # noqa: TRY400
        return True

    async def _rest(self, pause_s: float) -> None:
        task = asyncio.current_task()
        if task is None:  # never: a coroutine is run by one
            return
        self._resting.add(task)
        try:
            await self._wait(pause_s)
        finally:
            self._resting.discard(task)
