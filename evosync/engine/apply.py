"""A plan carried out: batches, outcomes and links as they happen."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

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
    Uncertain,
)
from evosync.engine.plan.standing import standing_items
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
    `stopped` is the checkpoint's reason, `error` what ended the work early;
    both None = every change was tried.
    """

    outcomes: tuple[Outcome, ...] = ()
    left: int = 0
    stopped: str | None = None
    error: EvoSyncError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What `apply` works with."""

    target: Target
    ledger: Ledger
    clock: Callable[[], datetime]
    checkpoint: Checkpoint
    progress: Progress
    caution: Caution


async def apply(changes: Sequence[Change], hands: Hands) -> Applied:
    """Carry out changes in their order, batch by batch.

    Each batch is committed as intended before it is sent and as done after
    it, so that a run killed anywhere is continued by the next one. A change
    that VK refuses is an outcome and never stops the rest; what would only
    meet the same cap again is refused without a call.
    """
    outcomes: list[Outcome] = []
    whereabouts = _Whereabouts(await hands.ledger.links())
    caps = Caps()
    left = len(changes)
    for stage in _stages(changes):
        todo = list(stage)
        while todo:
            try:
                if (reason := await hands.checkpoint()) is not None:
                    return Applied(outcomes=tuple(outcomes), left=left, stopped=reason)
                size = hands.caution.room(todo, hands.target.batch_size)
                batch, todo = todo[:size], todo[size:]
                sent, capped = caps.split(whereabouts.resolve(batch))
                done = await _send(sent, hands)
            except EvoSyncError as error:
                return Applied(outcomes=tuple(outcomes), left=left, error=error)
            left -= len(batch)
            outcomes += done + capped
            for pupil in (whereabouts, caps, hands.caution):
                pupil.learn(done)
            hands.progress("apply", len(changes) - left, len(changes))
    return Applied(outcomes=tuple(outcomes), error=await _last_stop(hands.target))


async def read_back(applied: Applied, hands: Hands) -> Applied:
    """Look once for creates whose answer was lost; those that stand become Done.

    What is not seen stays uncertain: a later run decides, after VK had time
    to show it. Work that ended early is not looked at: somebody asked for a
    stop, or VK for a rest.
    """
    lost = {key: one.change for one in applied.outcomes if (key := _lost_create(one))}
    if not lost or applied.stopped is not None or applied.error is not None:
        return applied
    try:
        found = await _find(lost, hands)
        await hands.ledger.record(list(found.values()))
    except EvoSyncError:
        return applied  # the next run looks
    return replace(
        applied,
        outcomes=tuple(found.get(_lost_create(one), one) for one in applied.outcomes),
    )


async def _find(lost: Mapping[str, Change], hands: Hands) -> dict[str | None, Outcome]:
    reading = await hands.target.fetch()
    linked = {link.item_id for link in await hands.ledger.links()}
    found: dict[str | None, Outcome] = {}
    for item_id, item in standing_items(reading).items():
        sku = item.sku or ""
        if sku in lost and sku not in found and item_id not in linked:
            found[sku] = Done(change=lost[sku], item_id=item_id)
    return found


def _lost_create(outcome: Outcome) -> str | None:
    match outcome:
        case Uncertain(change=Create(draft=draft)):
            return draft.product_id
        case _:
            return None


async def _send(batch: Sequence[Change], hands: Hands) -> list[Outcome]:
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


async def _last_stop(target: Target) -> EvoSyncError | None:
    """Ask what stopped the last batch halfway; no later batch is there to be told."""
    try:
        await target.send(())
    except EvoSyncError as error:
        return error
    return None


def _stages(changes: Sequence[Change]) -> Iterator[Iterator[Change]]:
    """Split where a request must not carry both kinds, or later changes need earlier ids."""
    for _, stage in groupby(changes, key=_stage):
        yield stage


def _stage(change: Change) -> str:
    match change:
        case Create():
            return "create"
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
