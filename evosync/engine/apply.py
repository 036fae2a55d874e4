"""A plan carried out: batches, outcomes and links as they happen."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Protocol

from evosync.engine.applied import Applied, Stop
from evosync.engine.caps import Caps
from evosync.engine.caution import Caution
from evosync.engine.changes import (
    AddAlbum,
    Adopt,
    Change,
    Create,
    EditAlbum,
    Lose,
    Outcome,
    PutInAlbum,
    TakeAlbum,
    TakeFromAlbum,
)
from evosync.engine.flights import Flights, items_of
from evosync.engine.likeness import Mismatch
from evosync.engine.ports import Ledger, Target
from evosync.engine.whereabouts import Whereabouts
from evosync.errors import EvoSyncError

Checkpoint = Callable[[], Awaitable[str | None]]
"""Asked before each batch: a reason to stop here (`cancelled`, `stopping`, …) or None.

May raise EvoSyncError, which ends the work like one of the market's.
"""

Progress = Callable[[str, int, int], None]
"""Told of a stage of the run, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What `apply` works with."""

    target: Target
    ledger: Ledger
    clock: Callable[[], datetime]
    checkpoint: Checkpoint
    progress: Progress
    caution: Caution


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at items of ours came to: what it sent, and why no more may be made.

    `stopped` is a `Stop` or the checkpoint's reason. `unseen` are products.
    """

    outcomes: tuple[Outcome, ...] = ()
    stopped: str | None = None
    mismatches: tuple[Mismatch, ...] = ()
    unseen: tuple[str, ...] = ()


class Pace(Protocol):
    """How fast a kind of change goes. Implemented by `evosync.engine.canary`."""

    @property
    def is_free(self) -> bool:
        """Whether batches may be under way side by side, with no look after each."""
        ...

    def take(self, changes: Sequence[Change], most: int) -> tuple[list[Change], list[Change]]:
        """Divide changes into the next batch, of `most` at most, and the rest."""
        ...

    async def look(self, outcomes: Sequence[Outcome] | None) -> Look:
        """Look at what stands, before the first batch (None) and after each, with its outcomes."""
        ...


class FullBatches:
    """Implements Pace: as much as a request carries, and never a look."""

    is_free = True

    def take(self, changes: Sequence[Change], most: int) -> tuple[list[Change], list[Change]]:
        """Cut off a full batch."""
        return list(changes[:most]), list(changes[most:])

    async def look(self, _outcomes: Sequence[Outcome] | None) -> Look:
        """See nothing that would stop it."""
        return Look()


_FULL_BATCHES = FullBatches()


async def apply(
    changes: Sequence[Change], hands: Hands, creates_pace: Pace = _FULL_BATCHES
) -> Applied:
    """Carry out changes in their order, batch by batch, creates at a pace of their own.

    Each batch is committed as intended before it is sent and as done after
    it, so that a run killed anywhere is continued by the next one. A change
    that VK refuses is an outcome and never stops the rest; what would only
    meet the same cap again is refused without a call.
    """
    work = _Work(changes=changes, left=len(changes))
    error: EvoSyncError | None = None
    try:
        await _work_through(work, hands, creates_pace)
        if work.look.stopped in {None, *Stop}:
            await hands.target.send(())  # raises what stopped the last batch halfway
    except EvoSyncError as met:
        error = met
    return Applied(
        outcomes=tuple(work.outcomes),
        left=work.left,
        stopped=work.look.stopped,
        error=error,
        mismatches=work.look.mismatches,
        unseen=work.look.unseen,
    )


@dataclass(slots=True, kw_only=True)
class _Work:
    """How far a plan has come; `look` is the latest one."""

    changes: Sequence[Change]
    left: int
    outcomes: list[Outcome] = field(default_factory=list)
    look: Look = field(default_factory=Look)


async def _work_through(work: _Work, hands: Hands, creates_pace: Pace) -> None:
    """Send batch after batch, until every change was tried or a look says to stop.

    Several are under way at once, as many as the market takes; all of them
    have landed when this returns or raises, unless it was cancelled.
    """
    # Only albums ask where a product's item is, and a great shop's links take long to read.
    is_placing = any(isinstance(change, PutInAlbum) for change in work.changes)
    whereabouts = Whereabouts(await hands.ledger.links() if is_placing else ())
    async with Flights() as flights:
        crew = _Crew(work, hands, whereabouts, flights)
        for stage, changes in _stages(work.changes):
            if stage != _ALBUMS:  # they need no item, and no item them
                await flights.land()
            pace = creates_pace if stage == _CREATES else _FULL_BATCHES
            await crew.send_stage(list(changes), pace)
            if work.look.stopped is not None:
                return


class _Crew:
    """Carries the batches of a plan, and learns from what became of each."""

    def __init__(
        self, work: _Work, hands: Hands, whereabouts: Whereabouts, flights: Flights
    ) -> None:
        self._work = work
        self._hands = hands
        self._whereabouts = whereabouts
        self._caps = Caps()
        self._flights = flights

    async def send_stage(self, todo: list[Change], pace: Pace) -> None:
        """Send changes that may share requests, at their pace, until a look says to stop."""
        work, hands = self._work, self._hands
        if await _is_stopped(work, pace, None):
            return
        while todo:
            # What is tried with a single change is heard of before more like it goes.
            near = todo[: hands.target.batch_size]
            is_alone = hands.caution.is_needed(near) or not pace.is_free
            await self._flights.land(0 if is_alone else hands.target.flights - 1)
            await hands.target.ready()
            size = hands.caution.room(todo, hands.target.batch_size)
            batch, todo = pace.take(todo, size)
            known = self._whereabouts.resolve(batch)
            items = frozenset(items_of(known))
            await self._flights.clear(items)
            # Asked last: what comes before may last minutes.
            if (reason := await hands.checkpoint()) is not None:
                work.look = Look(stopped=reason)
                return
            sent, capped = self._caps.split(known)
            if sent:
                await hands.ledger.begin(sent, hands.clock())
            flight = self._carry(sent, capped, len(batch))
            if pace.is_free:
                self._flights.launch(flight, items)
            elif await _is_stopped(work, pace, await flight):
                return

    async def _carry(
        self, sent: Sequence[Change], capped: Sequence[Outcome], count: int
    ) -> list[Outcome]:
        """Send what is begun of a batch that stands for so many changes of the plan."""
        done = await _send_begun(sent, self._hands)
        work, hands = self._work, self._hands
        work.left -= count
        work.outcomes += [*done, *capped]
        for pupil in (self._whereabouts, self._caps, hands.caution):
            pupil.learn(done)
        hands.progress("apply", len(work.changes) - work.left, len(work.changes))
        return done


async def _is_stopped(work: _Work, pace: Pace, outcomes: Sequence[Outcome] | None) -> bool:
    work.look = await pace.look(outcomes)
    work.outcomes += work.look.outcomes
    return work.look.stopped is not None


async def send_batch(batch: Sequence[Change], hands: Hands) -> list[Outcome]:
    """Send a batch, with its intents committed before and its outcomes after."""
    if batch:
        await hands.ledger.begin(batch, hands.clock())
    return await _send_begun(batch, hands)


async def _send_begun(batch: Sequence[Change], hands: Hands) -> list[Outcome]:
    if not batch:
        return []
    try:
        outcomes = await hands.target.send(batch)
    except EvoSyncError:
        # The Target raises only when no create of the batch can have been carried out.
        await hands.ledger.withdraw(batch)
        raise
    await hands.ledger.record(outcomes)
    return outcomes


_CREATES = "create"
_ALBUMS = "albums"


def _stages(changes: Sequence[Change]) -> Iterator[tuple[str, Iterator[Change]]]:
    """Split where a request must not carry both kinds, or later changes need earlier ids."""
    return groupby(changes, key=_stage)


def _stage(change: Change) -> str:
    match change:
        case Create():
            return _CREATES
        case AddAlbum() | TakeAlbum() | EditAlbum():
            return _ALBUMS
        case PutInAlbum() | TakeFromAlbum():
            return "membership"
        case Adopt() | Lose():
            return "noted"
        case _:
            return "edit"
