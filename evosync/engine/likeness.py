"""Whether an item of ours stands in VK as it was sent: the first push is judged by it (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evosync.catalog.item import Link, MarketItem
from evosync.catalog.money import price_text
from evosync.engine.draft.names import plain_name
from evosync.engine.memory import Member
from evosync.engine.plan.standing import is_hidden_by_person

SHOWN_NAMES: Mapping[str, str] = {
    "title": "название",
    "price": "цена",
    "sku": "артикул",
    "availability": "наличие",
}
"""What is compared, by its name for us, as a person calls it."""

OTHERWISE: Mapping[str, str] = {
    "title": "другое название",
    "price": "другая цена",
    "sku": "другой артикул",
    "availability": "другое наличие",
}
"""The same, as a person says that VK has another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A value that VK shows otherwise than it was sent, both as a person reads them."""

    product_id: str
    store_id: str
    title: str
    field: str
    sent: str
    there: str

    @property
    def member(self) -> Member:
        """What is held for it."""
        return kind_of(self.field), self.product_id


def kind_of(field: str) -> str:
    """Name what is held for a field that VK shows otherwise."""
    return f"canary:{field}"


def find_mismatches(link: Link, item: MarketItem) -> Iterator[Mismatch]:
    """Compare what VK shows of a linked item with what we last wrote.

    Only a value that VK gives can differ: not every recorded answer has the
    sku. Stock is left to the plan, since orders in VK lower it.
    """
    for field, sent, there in _differences(link, item):
        yield Mismatch(
            product_id=link.product_id,
            store_id=next(iter(link.store_ids), ""),
            title=link.written.title or item.title,
            field=field,
            sent=sent,
            there=there,
        )


def lacking_picture(links: Sequence[Link], items: Mapping[int, MarketItem]) -> list[Link]:
    """List those that VK shows without a picture while another item shows the same one.

    Where none of them shows a picture, VK may only not tell of it.
    """
    shown = {link.written.photo for link in links if items[link.item_id].photo_ids}
    return [
        link
        for link in links
        if link.written.photo is not None
        and link.written.photo in shown
        and not items[link.item_id].photo_ids
    ]


def _differences(link: Link, item: MarketItem) -> Iterator[tuple[str, str, str]]:
    written = link.written
    if written.title is not None and plain_name(item.title) != plain_name(written.title):
        yield "title", written.title, item.title
    if written.price is not None and item.price is not None and item.price != written.price:
        yield "price", price_text(written.price), price_text(item.price)
    if written.sku and item.sku and item.sku != written.sku:
        yield "sku", written.sku, item.sku
    if is_hidden_by_person(link, item):  # or by VK: out of sight for no reason that we know
        yield "availability", "в продаже", "не в продаже"
