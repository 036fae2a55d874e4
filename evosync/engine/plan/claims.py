"""Which product ids have an item, or may have one: the first word on whose id twins go under."""

from collections.abc import Iterator

from evosync.catalog.item import Link, LinkState
from evosync.engine.plan.standing import (
    Standing,
    is_hidden_by_person,
    is_hidden_by_us,
    standing_items,
)


def list_claimed(standing: Standing) -> tuple[str, ...]:
    """List the product ids with a claim to an item, the strongest first.

    A link whose item stands comes first: of two that stand, the one that has
    twins already, then the one that we show, then the older item. A create
    in doubt and an unlinked item with a sku come next, then links whose item
    is gone: these are not forgotten, for no new item may be made unasked.
    """
    strength = sorted((*_of_links(standing), *_of_intents(standing), *_of_skus(standing)))
    return tuple(dict.fromkeys(product_id for *_, product_id in strength))


_Claim = tuple[int, tuple[bool, ...], float, str]
"""Its kind, what decides within that, then age; the product id is last."""

_STANDS, _IN_DOUBT, _BY_SKU, _ABSENT, _DELETED, _ERASED = range(6)


def _of_links(standing: Standing) -> Iterator[_Claim]:
    items = standing_items(standing.reading)
    for link in standing.links:
        if (item := items.get(link.item_id)) is not None:
            away = is_hidden_by_us(link), is_hidden_by_person(link, item)
            yield _STANDS, (not link.members, *away), link.item_id, link.product_id
        else:
            yield _kind_of_absent(link), (), link.item_id, link.product_id


def _kind_of_absent(link: Link) -> int:
    return {LinkState.DELETED: _DELETED, LinkState.ERASED: _ERASED}.get(link.state, _ABSENT)


def _of_intents(standing: Standing) -> Iterator[_Claim]:
    for intent in standing.intents:
        yield _IN_DOUBT, (), intent.sent_at.timestamp(), intent.product_id


def _of_skus(standing: Standing) -> Iterator[_Claim]:
    linked = {link.item_id for link in standing.links}
    for item_id, item in standing_items(standing.reading).items():
        if item.sku and item_id not in linked:
            yield _BY_SKU, (), item_id, item.sku
