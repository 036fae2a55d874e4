"""Methods of the market's API that have to rest: how long, and what of a run waits (pure; R19)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from evosync.catalog.problem import Problem
from evosync.engine.changes import (
    NOT_SENT,
    Change,
    Create,
    Delete,
    Done,
    EditAlbum,
    Failed,
    Hide,
    Outcome,
    Relink,
    Restore,
    Update,
    Zero,
)
from evosync.engine.memory import Park
from evosync.engine.refusals import without_items
from evosync.errors import Rest

# VK API schema, errors.json: 9 is flood control, the others quotas of a day
# whose renewal VK does not tell, so that is asked for once an hour.
FLOOD = 9
FIRST_FLOOD_WAIT_S = 30
LONGEST_FLOOD_WAIT_S = 15 * 60
QUOTA_WAIT_S = 60 * 60

MethodsOf = Callable[[Change], frozenset[str]]


def park_for(rest: Rest, before: Park | None, now: datetime) -> Park:
    """Decide how long a method rests; `before` is its last park if it has not done well since."""
    wait_s = QUOTA_WAIT_S
    if rest.code == FLOOD:
        wait_s = FIRST_FLOOD_WAIT_S
        if before is not None and before.code == FLOOD:
            wait_s = min(2 * before.wait_s, LONGEST_FLOOD_WAIT_S)
    return Park(
        method=rest.method,
        code=rest.code,
        wait_s=wait_s,
        until_at=now + timedelta(seconds=wait_s),
    )


def rests_until(
    methods: Collection[str], parked: Mapping[str, Park], now: datetime
) -> datetime | None:
    """Tell until when something that needs these methods has to wait; None: it need not.

    A park with more to go than it was for was made before the clock was set
    back, and nobody knows how long ago: it is over.
    """
    ends = [park.until_at for park in map(parked.get, methods) if _is_on(park, now)]
    return max(ends, default=None)


def _is_on(park: Park | None, now: datetime) -> TypeGuard[Park]:
    return park is not None and now < park.until_at <= now + timedelta(seconds=park.wait_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Changes that are put off until what they need may be asked for again."""

    changes: tuple[Change, ...] = ()
    until_at: datetime | None = None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Give what becomes of them in this run: nothing."""
        return tuple(
            Failed(change=change, code=NOT_SENT, message="VK просит подождать.")
            for change in self.changes
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Say of each product that it waits."""
        found = (_problem_of(change) for change in self.changes)
        return tuple({one.product_id: one for one in found if one is not None}.values())


def _problem_of(change: Change) -> Problem | None:
    """Name the product of a change that waits; albums are told of with their goods."""
    match change:
        case Create(draft=draft) | Update(draft=draft) | Relink(draft=draft) | Restore(draft=draft):
            product_id, store_ids, name = draft.product_id, draft.store_ids, draft.name
        case Hide(link=link, item=item) | Zero(link=link, item=item) | Delete(link=link, item=item):
            product_id, store_ids, name = link.product_id, link.store_ids, item.title
        case _:
            return None
    store_id = next(iter(store_ids), "")
    return Problem(product_id=product_id, store_id=store_id, name=name, code="vk_busy")


def put_off(
    changes: Sequence[Change], parked: Mapping[str, Park], methods_of: MethodsOf, now: datetime
) -> tuple[list[Change], Waiting]:
    """Divide changes into those that may go and those that need a method which has to rest."""
    going: list[Change] = []
    waiting: list[Change] = []
    ends: list[datetime] = []
    for change in changes:
        until_at = rests_until(methods_of(change), parked, now)
        if until_at is None:
            going.append(change)
        else:
            waiting.append(change)
            ends.append(until_at)
    kept = without_items(going, waiting)
    if any(isinstance(change, Hide | Delete) for change in waiting):
        # Which album an item stands in while it waits is not in the plan.
        waiting += filter(_hides_album, kept)
        kept = [change for change in kept if not _hides_album(change)]
    return kept, Waiting(changes=tuple(waiting), until_at=min(ends, default=None))


def _hides_album(change: Change) -> bool:
    return isinstance(change, EditAlbum) and change.is_hidden


def answered(outcomes: Iterable[Outcome], methods_of: MethodsOf) -> frozenset[str]:
    """List the methods that did what they were asked for, of those that changes needed."""
    return frozenset(
        method
        for outcome in outcomes
        if isinstance(outcome, Done)
        for method in methods_of(outcome.change)
    )
