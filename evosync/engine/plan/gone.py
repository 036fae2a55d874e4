"""What becomes of an item whose product left the till or was switched off (design: R8)."""

from collections.abc import Callable, Iterator, Mapping, Set

from evosync.catalog.item import Link, MarketItem
from evosync.engine.changes import Delete, Hide, Zero
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.fields import wants_zero
from evosync.engine.plan.standing import (
    is_hidden_by_person,
    is_hidden_by_us,
    may_stand_in,
    stores_on,
)
from evosync.engine.rules import GonePolicy, Rules

OffSale = Hide | Zero | Delete
Policy = Callable[[Link, MarketItem], OffSale | None]
"""What a policy does to a standing item whose product is gone; None = all is as it wants."""


def plan_gone(
    drafted: Drafted,
    links: Mapping[str, Link],
    items: Mapping[str, MarketItem],
    rules: Rules,
    absent: frozenset[str],
    *,
    kept: Set[str] = frozenset(),
) -> Iterator[OffSale]:
    """Plan for the items of products that are switched off, or surely absent.

    An item that may stand in a store not read whole stays, and so do those of
    the products in `kept`. A product that lost only its right to be drafted
    stays too, but not for sale if the till does not sell it.
    """
    for product_id in sorted((links.keys() & items.keys()) - kept):
        link, item = links[product_id], items[product_id]
        if may_stand_in(link, drafted.unknown_stores):
            continue
        policy: Policy = _leave
        if product_id in drafted.stopped:
            policy = _zero
        elif _is_gone(product_id, link, drafted, rules, absent):
            policy = POLICIES[rules.gone]
        if (change := policy(link, item)) is not None:
            yield change


def find_leaving(
    drafted: Drafted, links: Mapping[str, Link], rules: Rules, absent: frozenset[str]
) -> frozenset[str]:
    """List the linked products whose items are to be bought no more, by the user's policy."""
    if rules.gone is GonePolicy.LEAVE:
        return frozenset()
    return frozenset(
        key for key, link in links.items() if _is_gone(key, link, drafted, rules, absent)
    )


def _is_gone(
    product_id: str, link: Link, drafted: Drafted, rules: Rules, absent: frozenset[str]
) -> bool:
    if may_stand_in(link, drafted.unknown_stores):
        return False
    # A twin of a product that has an item of its own is shown by that one.
    if product_id in drafted.off or product_id in drafted.members:
        return True
    if drafted.saw(product_id):
        return False
    return product_id in absent or not stores_on(link, rules.selection)


def _hide(link: Link, item: MarketItem) -> Hide | None:
    if is_hidden_by_us(link) or is_hidden_by_person(link, item):
        return None
    return Hide(link=link, item=item)


def _zero(link: Link, item: MarketItem) -> Zero | None:
    if is_hidden_by_us(link) or not wants_zero(link, item):
        return None
    return Zero(link=link, item=item)


def _delete(link: Link, item: MarketItem) -> Delete | None:
    # What a person hid, undeleted one day, would be shown. And what we hid under
    # another policy went by a question about hiding: nobody was asked to delete it.
    if is_hidden_by_us(link) or is_hidden_by_person(link, item):
        return None
    return Delete(link=link, item=item)


def _leave(link: Link, item: MarketItem) -> None:
    return None


POLICIES: Mapping[GonePolicy, Policy] = {
    GonePolicy.HIDE: _hide,
    GonePolicy.ZERO: _zero,
    GonePolicy.DELETE: _delete,
    GonePolicy.LEAVE: _leave,
}
