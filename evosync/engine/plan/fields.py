"""Which fields of an item differ from its draft, and which of them VK does not take (R7)."""

from collections.abc import Iterator
from dataclasses import dataclass

from evosync.catalog.item import Draft, Link, MarketItem
from evosync.engine.changes import Field
from evosync.engine.draft.names import is_same_name

WRITES_MAX = 2
"""A field that does not converge is written this often for one wanted value (R7)."""

AT_ONCE = frozenset({Field.PRICE, Field.STOCK})
"""The fields that a buyer pays by; they are sent before, and apart from, the others."""

FIELD_NAMES = {Field.TITLE: "название", Field.PRICE: "цена", Field.STOCK: "остаток"}
"""The fields that are compared with VK's own values, as a person calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`fields` are to be sent; `stuck` were sent often enough and VK shows another value."""

    fields: frozenset[Field] = frozenset()
    stuck: tuple[Field, ...] = ()


def find_difference(draft: Draft, link: Link, item: MarketItem | None) -> Difference:
    """Compare a draft with what VK shows and with what we last wrote.

    Without an item (it is deleted) only the latter counts. A draft that is
    not settled has no say on price and stock. An item that moderation
    rejected is only taken off sale, until our side has something new to show it.
    """
    different = {
        *_different_from_written(draft, link, item),
        *(_different_from_shown(draft, link, item) if item else ()),
    }
    if not different:
        return Difference()
    if not draft.settled:
        different -= {Field.PRICE, Field.STOCK}
    if is_barred(draft, link, item):
        different &= {Field.STOCK} if draft.stock == 0 else set()
    stuck = frozenset(field for field in different if _is_stuck(field, draft, link))
    return Difference(fields=frozenset(different) - stuck, stuck=tuple(sorted(stuck)))


def is_barred(draft: Draft, link: Link, item: MarketItem | None) -> bool:
    """Tell whether moderation rejected an item whose text and picture are as we last wrote them."""
    if item is None or item.rejected is None:
        return False
    written = link.written
    is_same_photo = draft.photo is None or draft.photo == written.photo
    is_same_text = (draft.title, draft.description) == (written.title, written.description)
    return is_same_photo and is_same_text


def find_taken(draft: Draft, link: Link, item: MarketItem) -> frozenset[Field]:
    """List the fields that were written as often as may be, and that VK shows as wanted now.

    VK took them in the end; if it shows another value later (its orders
    lower a stock), they may be written again.
    """
    if all(times < WRITES_MAX for times in link.written.repeats.values()):
        return frozenset()
    shows_wanted = {
        Field.TITLE: is_same_name(item.title, draft.title),
        Field.PRICE: item.price == draft.price,
        Field.STOCK: item.stock is not None and item.stock == draft.stock,
    }
    return frozenset(
        field for field, is_so in shows_wanted.items() if is_so and _is_stuck(field, draft, link)
    )


def wants_zero(link: Link, item: MarketItem) -> bool:
    """Tell whether an item that is to have stock 0 needs a write for that."""
    if link.written.stock != 0:
        return True
    return item.stock not in {None, 0} and link.written.repeats.get(Field.STOCK, 0) < WRITES_MAX


def _different_from_written(draft: Draft, link: Link, item: MarketItem | None) -> Iterator[Field]:
    """Compare what VK does not give back, or not as sent."""
    written = link.written
    if draft.description != written.description:
        yield Field.DESCRIPTION
    if draft.category_id != written.category_id:
        yield Field.CATEGORY
    if draft.photo is not None and draft.photo != written.photo:
        yield Field.PHOTO
    if draft.stock is not None and draft.stock != written.stock:
        yield Field.STOCK
    if (item is None or link.text_is_theirs) and draft.title != written.title:
        yield Field.TITLE
    if (item is None or item.price is None) and draft.price != written.price:
        yield Field.PRICE


def _different_from_shown(draft: Draft, link: Link, item: MarketItem) -> Iterator[Field]:
    if not link.text_is_theirs and not is_same_name(item.title, draft.title):
        yield Field.TITLE
    if item.price is not None and item.price != draft.price:
        yield Field.PRICE
    if draft.stock is not None and item.stock is not None and item.stock != draft.stock:
        yield Field.STOCK
    # One whose answer was never noted may be that of another product, which we left for this one.
    is_unsure = Field.SKU in link.written.repeats and item.sku != draft.product_id
    if link.written.sku is None and (is_unsure or not item.sku):
        yield Field.SKU


def _is_stuck(field: Field, draft: Draft, link: Link) -> bool:
    written = link.written
    last = {
        Field.TITLE: written.title == draft.title,
        Field.PRICE: written.price == draft.price,
        Field.STOCK: written.stock == draft.stock,
    }
    return last.get(field, False) and written.repeats.get(field, 0) >= WRITES_MAX
