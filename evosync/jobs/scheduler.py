"""What runs when: a beat that proves the loop alive, and the pipeline's rounds.

The scheduler only enqueues. APScheduler cancels its own tasks at shutdown, so
no run is ever one of them. It goes by the wall clock, which may be set back or
ahead at any time; what watches over it does not.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from evosync.clock import Leaps
from evosync.log import log_fault
from evosync.tally import NOBODY, Tally

log = structlog.get_logger(__name__)

BEAT = timedelta(seconds=30)
MAX_SILENCE = timedelta(minutes=3)
"""Without a beat for this long the service counts as down (design: Health)."""
WATCH_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Round:
    """One repeated piece of work: what, how often, and how long after the start first."""

    name: str
    work: Callable[[], Awaitable[None]]
    every: timedelta
    first_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundState:
    """How a round stands: when it began last, when that ended, and when it comes next.

    `has_failed` = the last one that ended did.
    """

    name: str
    every: timedelta
    begun_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None
    has_failed: bool

    @property
    def is_going_on(self) -> bool:
        """Whether it has begun and not ended."""
        return self.begun_at is not None and self.ended_at is None


@dataclass(slots=True)
class Scheduler:
    """Wakes rounds; a round that fails is logged and comes again at its next time.

    `monotonic` gives seconds of a clock that nobody sets.
    """

    clock: Callable[[], datetime]
    tally: Tally = NOBODY
    monotonic: Callable[[], float] = time.monotonic
    watch_every: timedelta = WATCH_EVERY
    failed: set[str] = field(default_factory=set)
    _rounds: list[Round] = field(init=False, default_factory=list)
    _begun_at: dict[str, datetime] = field(init=False, default_factory=dict)
    _ended_at: dict[str, datetime] = field(init=False, default_factory=dict)
    _beat_at: float | None = field(init=False, default=None)
    _watching: asyncio.Task[None] | None = field(init=False, default=None)
    _inner: AsyncIOScheduler = field(init=False)

    def __post_init__(self) -> None:
        # A round that overlaps itself is skipped; one missed while the machine
        # slept is run once, not as often as it was missed.
        self._inner = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self, rounds: Iterable[Round]) -> None:
        """Begin, in the running loop."""
        now = self.clock()
        self._beat_at = self.monotonic()
        self._inner.add_job(self._beat, _Every(BEAT), next_run_time=now + BEAT, id="beat")
        self._rounds = list(rounds)
        for each in self._rounds:
            self._inner.add_job(
                self._run,
                _Every(each.every),
                args=[each],
                next_run_time=now + each.first_after,
                id=each.name,
            )
        self._inner.start()
        self._watching = asyncio.create_task(self._watch(), name="watch over the clock")

    def stop(self) -> None:
        """Wake nothing any more."""
        if self._watching is not None:
            self._watching.cancel()
        if self._inner.running:
            self._inner.shutdown(wait=False)

    def is_alive(self) -> bool:
        """Whether the loop still comes round."""
        silence_s = MAX_SILENCE.total_seconds()
        return self._beat_at is not None and self.monotonic() - self._beat_at < silence_s

    def next_at(self, name: str) -> datetime | None:
        """When a round comes next; None when it is not planned."""
        job = self._inner.get_job(name)
        found: datetime | None = job.next_run_time if job else None
        return found

    def list_rounds(self) -> list[RoundState]:
        """List how each round stands, in the order in which they were given."""
        return [
            RoundState(
                name=each.name,
                every=each.every,
                begun_at=self._begun_at.get(each.name),
                ended_at=self._ended_at.get(each.name),
                next_at=self.next_at(each.name),
                has_failed=each.name in self.failed,
            )
            for each in self._rounds
        ]

    async def _beat(self) -> None:
        self._beat_at = self.monotonic()

    async def _watch(self) -> None:
        """Notice when the wall clock leaps; one set back would have every round sleep so long."""
        leaps = Leaps(self.clock, self.monotonic)
        while True:
            await asyncio.sleep(self.watch_every.total_seconds())
            if leap := leaps.look():
                log.warning("clock leapt", seconds=round(leap.total_seconds()))
                if leap < timedelta(0):
                    self._move(leap)

    def _move(self, leap: timedelta) -> None:
        """Let every round come as soon as it would have come without the leap."""
        for job in self._inner.get_jobs():
            job.modify(next_run_time=max(self.clock(), job.next_run_time + leap))

    async def _run(self, each: Round) -> None:
        self._begun_at[each.name] = self.clock()
        self._ended_at.pop(each.name, None)
        try:
            await each.work()
        except asyncio.CancelledError:
            # At a stop APScheduler breaks its jobs off, and would call that an error.
            if self._inner.running:
                raise
            log.info("round broken off", round=each.name)
        except Exception as error:  # noqa: BLE001 - one round's failure must not end the rounds
            self.failed.add(each.name)
            self.tally.round_ended(each.name, has_failed=True)
            log_fault(log, "round failed", error, round=each.name)
        else:
            self.failed.discard(each.name)
            self.tally.round_ended(each.name, has_failed=False)
        finally:
            self._ended_at[each.name] = self.clock()


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The first moment that is still to come of those a whole number of times later or earlier.

    APScheduler's own counts every time that was missed, one by one: for years,
    on a machine that starts in 1970 until it is told the time.
    """

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        since = previous or now
        return since + self._every * ((now - since) // self._every + 1)
