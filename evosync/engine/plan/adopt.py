"""Taking an item that stands as ours: the link that is written down, and nothing is sent (R10)."""

from dataclasses import replace

from evosync.catalog.item import Availability, Draft, Intent, Link, MarketItem, Written
from evosync.engine.changes import Adopt, Field


def adopt_drafted(draft: Draft, item: MarketItem, *, is_intended: bool) -> Adopt:
    """Take an item as that of a product which is wanted on the market.

    Price and stock are ours from then on, so the standing ones are noted as
    written. Of an item found by its sku or its name, text and picture stay
    the owner's until Evotor's side changes, so Evotor's present side is noted;
    so does a sku that somebody gave it. Our own
    uncertain create has whatever VK shows, and if it is out of sight that was
    our act too.
    """
    link = Link(
        product_id=draft.product_id,
        item_id=item.item_id,
        store_ids=draft.store_ids,
        members=draft.members,
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
    return Adopt(link=link, item=item, is_intended=is_intended)


def adopt_undrafted(product_id: str, item: MarketItem, intent: Intent | None = None) -> Adopt:
    """Take an item of ours whose product is gone or switched off.

    With `intent` it is our own uncertain create. Nobody knows any more which
    text and picture it was sent with; what a draft wants of these will be
    written anew. If it is out of sight, that was our act most likely.
    """
    link = Link(
        product_id=product_id,
        item_id=item.item_id,
        store_ids=intent.store_ids if intent else (),
        written=Written(
            title=intent.title if intent else item.title,
            price=intent.price if intent else item.price,
            stock=item.stock,
            category_id=item.category_id,
            sku=product_id,
            is_hidden=_is_out_of_sight(item),
        ),
    )
    return Adopt(link=link, item=item, is_intended=intent is not None)


def adopt_left_behind(draft: Draft, link: Link, item: MarketItem) -> Adopt:
    """Take an item that another Evotor account published as that of a product of this one.

    All that we wrote to it stays known. Its sku is the old product's and will
    be written anew, unless somebody gave it another.
    """
    written = link.written
    if link.text_is_theirs:
        written = replace(
            written,
            title=draft.title,
            description=draft.description,
            category_id=draft.category_id,
            photo=draft.photo,
        )
    sku = None if item.sku in {None, "", link.product_id} else item.sku
    # A count, even of 0, is what makes a field be written whatever VK shows.
    repeats = {**written.repeats, Field.SKU.value: 0} if sku is None else written.repeats
    moved = replace(
        link,
        product_id=draft.product_id,
        store_ids=draft.store_ids,
        members=draft.members,
        account=None,
        written=replace(written, sku=sku, repeats=repeats),
    )
    return Adopt(link=moved, item=item, is_intended=False)


def _is_out_of_sight(item: MarketItem) -> bool:
    return item.availability is Availability.UNAVAILABLE and item.stock != 0
