"""What stands on the market and what we remember of it: the plan's second input."""

from collections.abc import Collection
from dataclasses import dataclass, field
from operator import attrgetter

from evosync.catalog.item import (
    AlbumLink,
    Availability,
    Intent,
    Link,
    LinkState,
    MarketItem,
    MarketReading,
    Pending,
)
from evosync.engine.changes import Field
from evosync.engine.draft.shop import Drafted
from evosync.engine.memory import Memory
from evosync.engine.rules import Selection

# An item that is absent after one of these acts is deleted by us, or still is.
_MAY_BE_DELETED = frozenset({Pending.DELETE, Pending.UNDELETE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A reading of the market, and what the ledger remembers of it.

    `left_behind` are links that another Evotor account made; see `part`.
    """

    reading: MarketReading
    links: tuple[Link, ...] = ()
    left_behind: tuple[Link, ...] = ()
    album_links: tuple[AlbumLink, ...] = ()
    intents: tuple[Intent, ...] = ()
    known_skus: frozenset[str] = frozenset()
    memory: Memory = field(default_factory=Memory)


def standing_items(reading: MarketReading) -> dict[int, MarketItem]:
    """Index the items that really stand, in order of id; a list may still hold removed ones."""
    in_order = sorted(reading.items, key=attrgetter("item_id"))
    removed = Availability.REMOVED
    return {item.item_id: item for item in in_order if item.availability is not removed}


def may_stand_in(link: Link, stores: Collection[str]) -> bool:
    """Tell whether a linked product may stand in one of these stores.

    A link that names no store may stand anywhere. Asked of the stores that
    nobody knows the goods of: then the item is never removed, and its price and
    stock are not written.
    """
    return bool(stores) and (not link.store_ids or any(one in stores for one in link.store_ids))


def unread_stores(link: Link, drafted: Drafted) -> tuple[str, ...]:
    """List the stores of a link of which nobody knows whether its product is in them."""
    if not drafted.unknown_stores and not drafted.missed:
        return ()
    return tuple(
        store_id
        for store_id in link.store_ids
        if store_id in drafted.unknown_stores or (store_id, link.product_id) in drafted.missed
    )


def stores_on(link: Link, selection: Selection) -> frozenset[str]:
    """List the stores, of those that are switched on, where a linked product may stand.

    Empty = it is off: a store that the user switched off need not be readable,
    nor listed, for its goods to be off.
    """
    return selection.stores.intersection(link.store_ids) if link.store_ids else selection.stores


def is_hidden_by_us(link: Link) -> bool:
    """Tell whether the item is out of sight by our own act, with its outcome recorded."""
    return link.pending is None and (link.written.is_hidden or link.state is LinkState.DELETED)


def is_deleted_by_us(link: Link) -> bool:
    """Tell whether an item, when it is absent, was deleted by our own act, recorded or not."""
    return link.state is LinkState.DELETED or link.pending in _MAY_BE_DELETED


def is_hidden_by_person(link: Link, item: MarketItem) -> bool:
    """Tell whether a person took a linked item out of sight.

    VK shows "unavailable" for a hidden item and for one without stock alike,
    so stock 0 (what we wrote or may have, or what VK tells) explains it; so does
    moderation, and an act of ours that was begun and not recorded.
    """
    return (
        item.availability is Availability.UNAVAILABLE
        and link.state is LinkState.LIVE
        and link.pending is None
        and not link.written.is_hidden
        and item.stock != 0
        and not may_be_zeroed(link, item)
        and item.rejected is None
    )


def may_be_zeroed(link: Link, item: MarketItem | None) -> bool:
    """Tell whether the last stock that we sent was 0, or may have been.

    Of a write whose answer was never noted only VK can tell, if it tells stocks.
    """
    stock = link.written.stock
    if stock is None and Field.STOCK in link.written.repeats:
        return item is None or not item.stock
    return stock == 0
