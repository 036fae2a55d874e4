"""Who is who on the market: linked items, items that are ours without a link, strangers (R10)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

from evosync.catalog.item import Intent, Link, LinkState, MarketItem
from evosync.engine.changes import Adopt
from evosync.engine.draft.names import plain_name
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.adopt import adopt_drafted, adopt_undrafted
from evosync.engine.plan.lost import is_lost
from evosync.engine.plan.standing import Standing, standing_items

CLOCKS_APART = timedelta(minutes=5)
"""How far our clock may be ahead of VK's: an item seems that much older than its create.

VK's date of an item is in whole seconds, too (API schema, market_item, field "date").
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Items and links by product id, adoptions counted in, and the strangers that stand by.

    `items` has the item of each link that stands. `extras` are further items
    with the sku of a linked product or of its twins, `intents` the creates
    whose outcome is not known and that no item answers. `asked` are the
    products that wait for a person to say whether one of these items is theirs,
    `lost` those whose item is gone by another's hand and is given up now.
    """

    items: Mapping[str, MarketItem]
    links: Mapping[str, Link]
    adoptions: Mapping[str, Adopt]
    extras: Mapping[str, tuple[MarketItem, ...]]
    intents: Mapping[str, Intent]
    strangers: tuple[MarketItem, ...] = ()
    asked: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()


def match_items(drafted: Drafted, standing: Standing) -> Matches:
    """Tell ours from strangers: by link, by sku, by intent; never by name.

    What is ours is linked even when its product is not wanted any more: what
    is not linked could never be taken off sale.
    """
    by_id = standing_items(standing.reading)
    links = {link.product_id: link for link in standing.links}
    intents = _latest_intents(standing.intents)
    linked = {link.item_id for link in (*standing.links, *standing.left_behind)}
    known = standing.known_skus - {link.product_id for link in standing.left_behind}
    unlinked = [item for item in by_id.values() if item.item_id not in linked]
    by_sku: dict[str, list[MarketItem]] = defaultdict(list)
    for item in unlinked:
        if item.sku and (item.sku in links or item.sku in known or drafted.saw(item.sku)):
            by_sku[item.sku].append(item)
    items = {key: by_id[link.item_id] for key, link in links.items() if link.item_id in by_id}
    # What this plan gives up is matched as it will be in the next.
    lost = frozenset(
        key
        for key, link in links.items()
        if link.item_id not in by_id and is_lost(link, standing.reading)
    )
    homeless = {
        key
        for key in drafted.drafts
        if key not in items and (key in lost or _may_adopt(links.get(key)))
    }
    homeless |= intents.keys() - links.keys()
    homeless |= {key for key in by_sku.keys() - links.keys() if _is_unwanted(key, drafted)}
    nameless = [item for item in unlinked if not item.sku]
    by_title = _by_title(intents, homeless - by_sku.keys(), nameless)
    adoptions: dict[str, Adopt] = {}
    for key in sorted(homeless):
        candidates = [by_title[key]] if key in by_title else by_sku.get(key, ())
        if candidates and (adoption := _adopt(key, candidates, drafted, intents.get(key))):
            adoptions[key] = adoption
    found = {key: adoption.item for key, adoption in adoptions.items()}
    ours = {item.item_id for item in chain(*by_sku.values(), by_title.values())}
    items |= found
    links |= {key: adoption.link for key, adoption in adoptions.items()}
    return Matches(
        items=items,
        links=links,
        adoptions=adoptions,
        extras=_extras(by_sku, drafted, links, adopted={one.item_id for one in found.values()}),
        intents={
            key: intent
            for key, intent in intents.items()
            if not any(
                answers(item, intent)
                for item in (*by_sku.get(key, ()), *filter(None, (found.get(key),)))
            )
        },
        strangers=tuple(item for item in unlinked if item.item_id not in ours),
        lost=lost,
    )


def _extras(
    by_sku: Mapping[str, Iterable[MarketItem]],
    drafted: Drafted,
    links: Mapping[str, Link],
    adopted: Collection[int],
) -> Mapping[str, tuple[MarketItem, ...]]:
    extras: dict[str, tuple[MarketItem, ...]] = {}
    for sku in sorted(by_sku):
        product_id = sku if sku in links else drafted.members.get(sku, sku)
        if product_id in links:
            more = (item for item in by_sku[sku] if item.item_id not in adopted)
            extras[product_id] = (*extras.get(product_id, ()), *more)
    return extras


def answers(item: MarketItem, intent: Intent | None) -> bool:
    """Tell whether an item of ours can have come from this create."""
    return intent is not None and (
        item.created_at is None or item.created_at >= intent.sent_at - CLOCKS_APART
    )


def _adopt(
    product_id: str, candidates: Sequence[MarketItem], drafted: Drafted, intent: Intent | None
) -> Adopt | None:
    """Take the oldest of a product's items; of one that is not wanted, what we created if any."""
    draft = drafted.drafts.get(product_id)
    if draft is not None:
        return adopt_drafted(draft, candidates[0], is_intended=answers(candidates[0], intent))
    created = [item for item in candidates if answers(item, intent)]
    if created:
        return adopt_undrafted(product_id, created[0], intent)
    return adopt_undrafted(product_id, candidates[0]) if _is_unwanted(product_id, drafted) else None


def _is_unwanted(product_id: str, drafted: Drafted) -> bool:
    """Tell whether a product's item is to be linked only so that it can be taken off sale.

    What an unread store may still list is not: once it is drafted, it is known
    which of the item's text is the owner's.
    """
    if not drafted.saw(product_id):
        return not drafted.unknown_stores
    return product_id in drafted.off or product_id in drafted.stopped


def _latest_intents(intents: Iterable[Intent]) -> dict[str, Intent]:
    """Index intents by product, in an order that does not depend on the input's."""
    in_order = sorted(intents, key=lambda one: (one.sent_at, one.run_id, one.product_id))
    return {one.product_id: one for one in in_order}


def _may_adopt(link: Link | None) -> bool:
    """A live link whose item is only absent waits; one that we know to be gone may be replaced."""
    return link is None or link.state is not LinkState.LIVE


def _by_title(
    intents: Mapping[str, Intent], products: set[str], items: Iterable[MarketItem]
) -> dict[str, MarketItem]:
    """Find our uncertain creates where VK gives no sku: by the intent's title, price and date."""
    by_face: dict[tuple[str, int | None], list[MarketItem]] = defaultdict(list)
    for item in items:
        by_face[plain_name(item.title), item.price].append(item)
    found: dict[str, MarketItem] = {}
    for product_id, intent in intents.items():
        faces = by_face.get((plain_name(intent.title), intent.price), ())
        fitting = [one for one in faces if one.created_at and answers(one, intent)]
        if product_id in products and fitting:
            found[product_id] = fitting[0]
            by_face[plain_name(intent.title), intent.price].remove(fitting[0])
    return found
