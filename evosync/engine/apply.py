"""A plan carried out: batches, outcomes and links as they happen."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Protocol

from evosync.catalog.item import Link, LinkState
from evosync.engine.caps import Caps
from evosync.engine.caution import Caution
from evosync.engine.changes import (
    AddAlbum,
    Adopt,
    Change,
    Create,
    Done,
    EditAlbum,
    Lose,
    Outcome,
    PutInAlbum,
    Relink,
    Restore,
    TakeAlbum,
    TakeFromAlbum,
)
from evosync.engine.likeness import Mismatch
from evosync.engine.ports import Ledger, Target
from evosync.errors import EvoSyncError

Checkpoint = Callable[[], Awaitable[str | None]]
"""Asked before each batch: a reason to stop here (`cancelled`, `stopping`, …) or None.

May raise EvoSyncError, which ends the work like one of the market's.
"""

Progress = Callable[[str, int, int], None]
"""Told of a stage of the run, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a plan. `left` counts changes that have no outcome.

    These were not begun, or what became of them could not be written down.
    `stopped` is the checkpoint's reason or a `Stop`, `error` what ended the
    work early; both None = every change was tried. `mismatches` and `unseen`
    are those of a look that stopped it, `moderated` what moderation said of
    each product that it was asked about (None = nothing).
    """

    outcomes: tuple[Outcome, ...] = ()
    left: int = 0
    stopped: str | None = None
    error: EvoSyncError | None = None
    mismatches: tuple[Mismatch, ...] = ()
    unseen: tuple[str, ...] = ()
    moderated: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_cut(self) -> bool:
        """Whether somebody asked for a stop, or VK for a rest: nothing more is to be sent."""
        return self.error is not None or self.stopped not in {None, *Stop}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What `apply` works with."""

    target: Target
    ledger: Ledger
    clock: Callable[[], datetime]
    checkpoint: Checkpoint
    progress: Progress
    caution: Caution


class Stop(StrEnum):
    """Why a pace lets no more creates through in this run."""

    DIFFERS = "differs"  # VK shows another value than was sent
    LEFT = "left"  # the same, and a person said to leave it so
    UNSEEN = "unseen"  # VK did not show in time what it said it had made
    UNSURE = "unsure"  # VK's answer to a create was lost


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

    def take(self, changes: Sequence[Change], most: int) -> tuple[list[Change], list[Change]]:
        """Divide changes into the next batch, of `most` at most, and the rest."""
        ...

    async def look(self, outcomes: Sequence[Outcome] | None) -> Look:
        """Look at what stands, before the first batch (None) and after each, with its outcomes."""
        ...


class FullBatches:
    """Implements Pace: as much as a request carries, and never a look."""

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
    """Send batch after batch, until every change was tried or a look says to stop."""
    whereabouts = _Whereabouts(await hands.ledger.links())
    caps = Caps()
    for stage, changes in _stages(work.changes):
        todo = list(changes)
        pace = creates_pace if stage == _CREATES else _FULL_BATCHES
        if await _is_stopped(work, pace, None):
            return
        while todo:
            if (reason := await hands.checkpoint()) is not None:
                work.look = Look(stopped=reason)
                return
            size = hands.caution.room(todo, hands.target.batch_size)
            batch, todo = pace.take(todo, size)
            sent, capped = caps.split(whereabouts.resolve(batch))
            done = await send_batch(sent, hands)
            work.left -= len(batch)
            work.outcomes += done + capped
            for pupil in (whereabouts, caps, hands.caution):
                pupil.learn(done)
            hands.progress("apply", len(work.changes) - work.left, len(work.changes))
            if await _is_stopped(work, pace, done):
                return


async def _is_stopped(work: _Work, pace: Pace, outcomes: Sequence[Outcome] | None) -> bool:
    work.look = await pace.look(outcomes)
    work.outcomes += work.look.outcomes
    return work.look.stopped is not None


async def send_batch(batch: Sequence[Change], hands: Hands) -> list[Outcome]:
    """Send a batch, with its intents committed before and its outcomes after."""
    if not batch:
        return []
    await hands.ledger.begin(batch, hands.clock())
    try:
        outcomes = await hands.target.send(batch)
    except EvoSyncError:
        # The Target raises only when no create of the batch can have been carried out.
        await hands.ledger.withdraw(batch)
        raise
    await hands.ledger.record(outcomes)
    return outcomes


_CREATES = "create"


def _stages(changes: Sequence[Change]) -> Iterator[tuple[str, Iterator[Change]]]:
    """Split where a request must not carry both kinds, or later changes need earlier ids."""
    return groupby(changes, key=_stage)


def _stage(change: Change) -> str:
    match change:
        case Create():
            return _CREATES
        case AddAlbum() | TakeAlbum() | EditAlbum():
            return "albums"
        case PutInAlbum() | TakeFromAlbum():
            return "membership"
        case Adopt() | Lose():
            return "noted"
        case _:
            return "edit"


class _Whereabouts:
    """Which item a product has, and which album a key was given, as the run learns it."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._items = {
            link.product_id: link.item_id for link in links if link.state is LinkState.LIVE
        }
        self._albums: dict[str, int] = {}

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Done(change=Create(draft=draft), item_id=int(item_id)):
                    self._items[draft.product_id] = item_id
                case Done(change=Adopt(link=link)):
                    self._items[link.product_id] = link.item_id
                case Done(change=Relink(link=link, draft=draft) | Restore(link=link, draft=draft)):
                    self._items[draft.product_id] = link.item_id
                case Done(change=AddAlbum(key=key), album_id=int(album_id)):
                    self._albums[key] = album_id
                case _:
                    pass

    def resolve(self, batch: Sequence[Change]) -> list[Change]:
        """Fill in the ids; what has none (a refused item, a refused album) is dropped."""
        resolved: list[Change] = []
        for change in batch:
            if not isinstance(change, PutInAlbum):
                resolved.append(change)
                continue
            album_id = self._albums.get(change.key, change.album_id)
            there = [key for key in change.product_ids if key in self._items]
            if album_id is not None and there:
                resolved.append(
                    replace(
                        change,
                        product_ids=tuple(there),
                        album_id=album_id,
                        item_ids=tuple(self._items[key] for key in there),
                    )
                )
        return resolved
