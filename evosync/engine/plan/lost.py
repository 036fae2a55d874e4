"""Linked items that a reading does not hold: looked up, waited for, given up (R16)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from evosync.catalog.item import (
    Availability,
    Link,
    LinkState,
    MarketItem,
    MarketReading,
    Wish,
)
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.standing import (
    Standing,
    is_deleted_by_us,
    is_hidden_by_us,
    standing_items,
)

LOST_AFTER = timedelta(minutes=10)
"""How long after the first whole reading without an item a second one proves that it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """What a reading tells of linked items; `standing` is as it was, with that taken in.

    The rest is the plan's, under the names it has there.
    """

    standing: Standing
    missing: tuple[tuple[str, datetime], ...]
    found: tuple[str, ...]
    spent: tuple[str, ...]


def find_unlisted(drafted: Drafted, standing: Standing) -> frozenset[int]:
    """List the items that `Target.look_up` has to be asked for; after a partial reading, none.

    VK's list may leave out what stands, such as an item that moderation
    rejected. One that is gone is not asked for again and again: only until it
    was missed once, if its product has left the till, and after it was given
    up only when a person wants it back.
    """
    if not standing.reading.is_whole:
        return frozenset()
    stands = standing_items(standing.reading)
    return frozenset(
        link.item_id
        for link in standing.links
        if link.item_id not in stands and _is_looked_for(link, drafted)
    )


def with_unlisted(standing: Standing, found: Mapping[int, MarketItem]) -> Standing:
    """Add what was looked up to the reading."""
    items = (*standing.reading.items, *(found[item_id] for item_id in sorted(found)))
    return replace(standing, reading=replace(standing.reading, items=items))


def sight(standing: Standing) -> Sightings:
    """Compare every link with the reading: absent for the first time, or there again.

    An item that stands is not lost, whatever we held of it.
    """
    stands = standing_items(standing.reading)
    pairs = [
        (link, _as_read(link, stands.get(link.item_id), standing.reading))
        for link in sorted(standing.links, key=lambda link: link.product_id)
    ]
    return Sightings(
        standing=replace(standing, links=tuple(now for _, now in pairs)),
        missing=tuple(
            (now.product_id, now.missing_since_at)
            for before, now in pairs
            if before.missing_since_at is None and now.missing_since_at is not None
        ),
        found=tuple(
            now.product_id
            for before, now in pairs
            if now.state is not before.state
            or (before.missing_since_at is not None and now.missing_since_at is None)
        ),
        spent=tuple(now.product_id for before, now in pairs if now.wish is not before.wish),
    )


def is_lost(link: Link, reading: MarketReading) -> bool:
    """Tell whether an item that a reading does not hold has been absent long enough."""
    return (
        reading.is_whole
        and _may_be_lost(link)
        and link.missing_since_at is not None
        and reading.begun_at >= link.missing_since_at + LOST_AFTER
    )


def is_made_anew(link: Link) -> bool:
    """Tell whether the product of an absent item gets a new one.

    What we deleted ourselves needs nobody's yes to come back.
    """
    return link.state is LinkState.ERASED or (
        link.state is LinkState.LOST and link.wish is Wish.RETURN
    )


def _is_looked_for(link: Link, drafted: Drafted) -> bool:
    if link.state is LinkState.LOST:
        return link.wish is Wish.RETURN
    is_wanted = link.product_id in drafted.drafts or link.missing_since_at is None
    return _may_be_lost(link) and is_wanted


def _may_be_lost(link: Link) -> bool:
    """Tell whether an item, when it is absent, was taken away by another's hand than ours."""
    return link.state is LinkState.LIVE and not is_deleted_by_us(link)


def _as_read(link: Link, item: MarketItem | None, reading: MarketReading) -> Link:
    if item is not None:
        if link.state is LinkState.LOST or link.missing_since_at is not None:
            state = LinkState.LIVE if link.state is LinkState.LOST else link.state
            link = replace(link, state=state, missing_since_at=None)
    elif reading.is_whole and _may_be_lost(link) and link.missing_since_at is None:
        link = replace(link, missing_since_at=reading.begun_at)
    return link if link.wish is None or _may_wish(link, item) else replace(link, wish=None)


def _may_wish(link: Link, item: MarketItem | None) -> bool:
    """Tell whether what a person wished of an item still applies."""
    if link.wish is Wish.RETURN:
        return link.state is LinkState.LOST
    is_shown = item is not None and item.availability is Availability.AVAILABLE
    return link.state is LinkState.LIVE and not is_shown and not is_hidden_by_us(link)
