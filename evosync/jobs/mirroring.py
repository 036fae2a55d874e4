"""The registry of runs: one at a time for a user, a few users at once, a stop with grace."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from evosync.db import due, run_queue, runs
from evosync.db.due import DueReading
from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.report import RunReport, RunStatus
from evosync.errors import EvoSyncError, TryLater
from evosync.jobs.asked import Asked, Order, order_of
from evosync.jobs.asked_reading import carry_out_reading
from evosync.jobs.one_run import INTERNAL, Watch, carry_out
from evosync.jobs.places import Places
from evosync.jobs.setup import check_asked
from evosync.wiring import Installation

log = structlog.get_logger(__name__)

STOP_GRACE_S = 40.0
"""How long a stop waits for the batches in hand; intents make what follows safe."""

INTERVALS_OF_SILENCE = 3
"""Without a success for so many intervals, while someone is due, the service is degraded."""

BUSY_FOR_S = 5.0
"""After this long what was asked for tries again, while another process works for its user."""

Work = partial[Coroutine[Any, Any, None]]
"""What is done for one user: a run, or a reading."""


class Mirroring:
    """Owns the tasks of runs. What is asked for while a user's run goes on becomes one more run."""

    def __init__(
        self,
        opened: Installation,
        stopping: asyncio.Event,
        *,
        on_paused: Callable[[int, EvoSyncError | None], Awaitable[None]] | None = None,
        busy_for_s: float = BUSY_FOR_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it; `on_paused` is called for a user whose run ended since a person is needed."""
        self._opened = opened
        self._stopping = stopping
        self._on_paused = on_paused
        self._busy_for_s = busy_for_s
        self.places = Places(opened.settings.sync_concurrency)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._readings: set[asyncio.Task[None]] = set()
        self._again: dict[int, Work] = {}
        # Runs by their users' buttons; their rows wait in the database.
        self._asked: dict[int, list[Order]] = {}
        self._waiting: dict[int, asyncio.TimerHandle] = {}
        self._monotonic, self._sound_at = monotonic, monotonic()
        self._is_anyone_due = False
        self.last_run_at: datetime | None = None

    async def start(self) -> None:
        """Learn from the database what health tells, and go on with what was asked for."""
        database = self._opened.database
        await database.write(run_queue.end_orphans, self._opened.clock())
        async with database.read() as tx:
            self.last_run_at = await runs.last_finished_at(tx)
            waiting = await run_queue.list_queued(tx)
        for run in waiting:
            self._queue(order_of(run))

    async def enqueue_due(self) -> None:
        """Ask for a run of every user whose mirror is on, and read the sides of the others."""
        await self._opened.database.write(run_queue.end_orphans, self._opened.clock())
        async with self._opened.database.read() as tx:
            mirrored = dict.fromkeys(await due.users_due(tx))
            readings = await due.readings_due(tx)
        self._is_anyone_due = bool(mirrored)
        for user_id in mirrored:
            self.enqueue(user_id)
        for reading in readings:
            if reading.user_id not in mirrored and reading.user_id not in self._tasks:
                self._begin(reading.user_id, partial(self._read_due, reading))

    async def read_soon(self, user_id: int) -> None:
        """Read what a user has just connected, so that there is something to look at.

        Whose mirror is on gets a run instead, which reads both sides first.
        """
        async with self._opened.database.read() as tx:
            is_mirrored = user_id in await due.users_due(tx, user_id)
        if is_mirrored:
            self.enqueue(user_id)
        else:
            self._go_on(user_id, partial(self._read, user_id))

    async def begin(self, asked: Asked) -> int:
        """Queue what a person asked for, and return the id of its run; it begins in its turn.

        The same wish, while it still waits, is one run. Raises NeedsPerson when something is
        missing that it needs, TryLater when the service is about to stop.
        """
        if self._stopping.is_set():
            raise TryLater("EvoSync сейчас перезапускается.", code="stopping")
        async with self._opened.database.read() as tx:
            await check_asked(tx, asked)
        run = await self._opened.database.write(
            run_queue.ask_for_run,
            asked.user_id,
            asked.kind,
            self._opened.clock(),
            asked_by=asked.asked_by,
            preview_id=asked.preview_id,
        )
        if order_of(run) not in self._asked.get(asked.user_id, ()):
            self._queue(order_of(run))
        return run.id

    async def cancel(self, run_id: int) -> bool:
        """Ask a run to end: at once while it waits, else before its next batch.

        False when it has ended already, or whoever carried it out is no more.
        """
        await self._opened.database.write(run_queue.end_orphans, self._opened.clock())
        return await self._opened.database.write(runs.cancel_run, run_id, self._opened.clock())

    def enqueue(self, user_id: int) -> None:
        """Ask for a run of one user, at once or after the one that is going on."""
        if self._stopping.is_set():
            return
        if timer := self._waiting.pop(user_id, None):
            timer.cancel()
        self._go_on(user_id, partial(self._run, user_id))

    async def drop(self, user_id: int) -> None:
        """Do nothing more for a user: what goes on is cancelled, which intents make safe.

        The user must be shut out first, or the timer would begin anew.
        """
        if timer := self._waiting.pop(user_id, None):
            timer.cancel()
        self._asked.pop(user_id, None)
        while task := self._tasks.get(user_id):
            self._again.pop(user_id, None)
            task.cancel()
            await asyncio.wait({task})
            # Where it had ended before, nothing was waited for: its callback is still to come.
            await asyncio.sleep(0)
        with contextlib.suppress(EvoSyncError):  # the next start begins none of them either
            await self._opened.database.write(run_queue.end_waiting, user_id, self._opened.clock())

    def is_overdue(self) -> bool:
        """Whether runs are asked for and none has come to a sound end for three intervals.

        A run that waits for a person or for VK ended soundly: that is its user's trouble.
        """
        silence_s = INTERVALS_OF_SILENCE * self._opened.settings.catalog_refresh_interval_seconds
        return self._is_anyone_due and self._monotonic() - self._sound_at > silence_s

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """Let every run finish the batch in hand, then cancel what is still going on.

        A reading leaves nothing half done: it is broken off at once.
        """
        for reading in self._readings:
            reading.cancel()
        for timer in self._waiting.values():
            timer.cancel()
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            log.warning("runs cancelled at the stop", runs=len(late))
            await asyncio.wait(late)

    def _go_on(self, user_id: int, work: Work) -> None:
        """Do a user's work at once, or after what goes on: a run rather than a reading."""
        if self._stopping.is_set():
            return
        if user_id not in self._tasks:
            self._begin(user_id, work)
        elif self._again.get(user_id) is None or work.func != self._read:
            self._again[user_id] = work

    def _queue(self, order: Order) -> None:
        """Carry out what was asked for, at once or after what goes on and was asked before."""
        if order.user_id in self._tasks:
            self._asked.setdefault(order.user_id, []).append(order)
            self.places.hurry(order.user_id)
        else:
            self._begin(order.user_id, self._work_of(order))

    def _work_of(self, order: Order) -> Work:
        is_reading = order.kind is RunKind.READING
        return partial(self._read_asked if is_reading else self._run_asked, order)

    def _begin(self, user_id: int, work: Work) -> None:
        task = asyncio.create_task(self._guarded(user_id, work), name=f"run of user {user_id}")
        self._tasks[user_id] = task
        if work.func in {self._read_due, self._read, self._read_asked}:
            self._readings.add(task)
            task.add_done_callback(self._readings.discard)
        task.add_done_callback(lambda _: self._ended(user_id))

    async def _guarded(self, user_id: int, work: Work) -> None:
        """Wait for a place, then do a user's work; one user's failure reaches nobody else."""
        try:
            is_asked = work.func in {self._run_asked, self._read_asked, self._read}
            async with self.places.taken(user_id, is_asked=is_asked):
                if not self._stopping.is_set():
                    await work()
        except EvoSyncError as error:
            self._sound_at = self._monotonic()
            log.info("run not begun", user_id=user_id, code=error.code, cause=error.cause)
        except Exception:
            log.exception("run broke outside its record", user_id=user_id)

    async def _run(self, user_id: int) -> None:
        order = Order(user_id=user_id, kind=RunKind.MIRROR, trigger=RunTrigger.TIMER)
        await self._mirror(order)

    async def _run_asked(self, order: Order) -> None:
        await self._told(order, self._mirror(order))

    async def _read_asked(self, order: Order) -> None:
        await self._told(order, carry_out_reading(self._opened, order))

    async def _told(self, order: Order, work: Awaitable[None]) -> None:
        """Carry out what waits as a row, and let the row tell if it cannot begin."""
        try:
            await work
        except EvoSyncError as error:
            if error.code == "busy":
                loop = asyncio.get_running_loop()
                loop.call_later(self._busy_for_s, self._queue_again, order)
            elif error.code != "cancelled" and order.run_id is not None:
                await self._opened.database.write(
                    run_queue.end_unbegun, order.run_id, error, self._opened.clock()
                )
            raise

    def _queue_again(self, order: Order) -> None:
        if not self._stopping.is_set():
            self._queue(order)

    async def _mirror(self, order: Order) -> None:
        user_id = order.user_id
        finished = await carry_out(self._opened, order, Watch(stopping=self._stopping))
        self._note(user_id, finished.report)
        if finished.report.status is RunStatus.PAUSED and self._on_paused is not None:
            await self._on_paused(user_id, finished.report.error)

    def _note(self, user_id: int, report: RunReport) -> None:
        self.last_run_at = now = self._opened.clock()
        if report.error is None or report.error.code != INTERNAL:
            self._sound_at = self._monotonic()
        if self._stopping.is_set() or report.status is RunStatus.CANCELLED:
            return
        if report.goes_on:
            self._go_on(user_id, partial(self._run_or_read, user_id))
        elif report.retry_at is not None:
            delay_s = max(0.0, (report.retry_at - now).total_seconds())
            loop = asyncio.get_running_loop()
            self._waiting[user_id] = loop.call_later(delay_s, self.enqueue, user_id)

    async def _run_or_read(self, user_id: int) -> None:
        """Go on with fresh readings; where what changed ended the mirror, the readings are all."""
        async with self._opened.database.read() as tx:
            is_mirrored = user_id in await due.users_due(tx, user_id)
        await (self._run(user_id) if is_mirrored else self._read(user_id))

    async def _read(self, user_id: int) -> None:
        async with self._opened.database.read() as tx:
            readings = await due.readings_due(tx, user_id)
        for reading in readings:
            await self._read_due(reading)

    async def _read_due(self, sides: DueReading) -> None:
        order = Order(user_id=sides.user_id, kind=RunKind.READING, trigger=RunTrigger.TIMER)
        await carry_out_reading(self._opened, order, sides)

    def _ended(self, user_id: int) -> None:
        del self._tasks[user_id]
        if self._stopping.is_set():
            return
        if asked := self._asked.get(user_id):
            self._begin(user_id, self._work_of(asked.pop(0)))
        elif work := self._again.pop(user_id, None):
            self._go_on(user_id, work)
