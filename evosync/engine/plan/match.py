"""Who is who on the market: linked items, items that are ours without a link, strangers (R10)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from evosync.catalog.item import (
    Availability,
    Intent,
    Link,
    LinkState,
    MarketItem,
    Written,
)
from evosync.engine.changes import Adopt
from evosync.engine.draft.names import plain_name
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.standing import Standing, standing_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Items and links by product id, adoptions counted in; strangers are only counted.

    `items` has the item of each link that stands. `extras` are further items
    with the sku of a product whose own item stands, `intents` the creates
    whose outcome is not known and that no item answers.
    """

    items: Mapping[str, MarketItem]
    links: Mapping[str, Link]
    adoptions: Mapping[str, Adopt]
    extras: Mapping[str, tuple[MarketItem, ...]]
    intents: Mapping[str, Intent]
    strangers: int


def match_items(drafted: Drafted, standing: Standing) -> Matches:
    """Tell ours from strangers: by link, by sku, by intent; never by name."""
    by_id = standing_items(standing.reading)
    links = {link.product_id: link for link in standing.links}
    intents = _latest_intents(standing.intents)
    linked = {link.item_id for link in standing.links}
    unlinked = [item for item in by_id.values() if item.item_id not in linked]
    by_sku: dict[str, list[MarketItem]] = defaultdict(list)
    for item in unlinked:
        if item.sku and _is_our_sku(item.sku, drafted, standing, links):
            by_sku[item.sku].append(item)
    items = {key: by_id[link.item_id] for key, link in links.items() if link.item_id in by_id}
    homeless = {key for key in drafted.drafts if key not in items and _may_adopt(links.get(key))}
    nameless = [item for item in unlinked if not item.sku]
    found = {key: by_sku[key][0] for key in sorted(homeless & by_sku.keys())}
    found |= _by_title(intents, homeless - found.keys(), nameless)
    adoptions = {
        key: Adopt(
            draft=drafted.drafts[key], item=item, is_intended=answers(item, intents.get(key))
        )
        for key, item in found.items()
    }
    items |= found
    return Matches(
        items=items,
        links=links | {key: adopted_link(adoption) for key, adoption in adoptions.items()},
        adoptions=adoptions,
        extras={
            key: tuple(item for item in by_sku[key] if item.item_id != items[key].item_id)
            for key in sorted(by_sku.keys() & items.keys())
        },
        intents={
            key: intent
            for key, intent in intents.items()
            if not any(
                answers(item, intent)
                for item in (*by_sku.get(key, ()), *filter(None, (found.get(key),)))
            )
        },
        strangers=len(unlinked)
        - sum(map(len, by_sku.values()))
        - len(found.keys() - by_sku.keys()),
    )


def adopted_link(adoption: Adopt) -> Link:
    """Make the link that an adoption comes to.

    Price and stock are ours from then on, so the standing ones are noted as
    written. Of an item found by its sku, text and picture stay the owner's
    until Evotor's side changes, so Evotor's present side is noted. Our own
    uncertain create has whatever VK shows, and if it is out of sight that was
    our act too.
    """
    draft, item = adoption.draft, adoption.item
    is_intended = adoption.is_intended
    return Link(
        product_id=draft.product_id,
        item_id=item.item_id,
        store_ids=draft.store_ids,
        written=Written(
            title=item.title if is_intended else draft.title,
            description=item.description if is_intended else draft.description,
            price=item.price,
            stock=item.stock,
            category_id=draft.category_id,
            photo=draft.photo,
            sku=item.sku or None,
            is_hidden=is_intended and _is_out_of_sight(item),
        ),
        text_is_theirs=not is_intended,
    )


def answers(item: MarketItem, intent: Intent | None) -> bool:
    """Tell whether an item of ours can have come from this create."""
    return intent is not None and (
        item.created_at is None or item.created_at >= _second(intent.sent_at)
    )


def _second(moment: datetime) -> datetime:
    # VK dates an item in whole seconds; API schema, market_item, field "date".
    return moment.replace(microsecond=0)


def _is_out_of_sight(item: MarketItem) -> bool:
    return item.availability is Availability.UNAVAILABLE and item.stock != 0


def _latest_intents(intents: Iterable[Intent]) -> dict[str, Intent]:
    return {
        one.product_id: one for one in sorted(intents, key=lambda one: (one.sent_at, one.run_id))
    }


def _is_our_sku(sku: str, drafted: Drafted, standing: Standing, links: Mapping[str, Link]) -> bool:
    return sku in links or sku in standing.known_skus or drafted.saw(sku)


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
