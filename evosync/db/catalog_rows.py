"""Rows of the shop as they are compared with those that stand, made of a reading (pure)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from evosync.catalog.product import Attribute, Product
from evosync.catalog.snapshot import StoreReading
from evosync.db.differences import Key, Rows
from evosync.db.types import Quantity, folded


class StoreRow(NamedTuple):
    """What a store's row is compared by."""

    name: str
    name_folded: str
    address: str | None
    evotor_user_id: str | None
    state: str
    reason: str
    position: int
    new_groups: bool
    is_new: bool


class GroupRow(NamedTuple):
    """What a group's row is compared by."""

    name: str
    name_folded: str
    parent_id: str | None
    attributes: list[Any] | None
    is_new: bool


class ProductRow(NamedTuple):
    """What a product's row is compared by."""

    name: str
    name_folded: str
    parent_id: str | None
    type: str | None
    price: int | None
    quantity: Decimal | None
    measure_name: str
    allow_to_sell: bool
    description: str
    code: str
    barcodes: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]


def group_rows(readings: Iterable[StoreReading], standing: Rows) -> dict[Key, GroupRow]:
    """Make the rows of the groups of readings; one that appears in a store known before is new."""
    seen = {key[0] for key in standing}
    rows = {}
    for reading in readings:
        for group in reading.groups:
            key = (group.store_id, group.id)
            kept = standing.get(key)
            rows[key] = GroupRow(
                name=group.name,
                name_folded=folded(group.name),
                parent_id=group.parent_id,
                attributes=_plain(group.attributes),
                is_new=GroupRow(*kept).is_new if kept else group.store_id in seen,
            )
    return rows


def product_row(product: Product) -> ProductRow:
    """Make the row of a product."""
    quantity = product.quantity
    return ProductRow(
        name=product.name,
        name_folded=folded(product.name),
        parent_id=product.parent_id,
        type=product.type,
        price=product.price,
        # As the column will hold it: else it would differ at each reading.
        quantity=None if quantity is None else Quantity.rounded(quantity),
        measure_name=product.measure_name,
        allow_to_sell=product.allow_to_sell,
        description=product.description,
        code=product.code,
        barcodes=product.barcodes,
        choices=product.choices,
    )


def _plain(attributes: Iterable[Attribute]) -> list[Any] | None:
    plain = [
        [each.id, each.name, [[choice.id, choice.name] for choice in each.choices]]
        for each in attributes
    ]
    return plain or None
