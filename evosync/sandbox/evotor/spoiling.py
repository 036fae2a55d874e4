"""The fake cloud's rows and lists, spoiled as its switches say: what a reader must survive."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evosync.sandbox.evotor.knobs import Knobs, Listing
from evosync.sandbox.evotor.paging import R, row_order

# Optional fields by list, from Evotor's documentation of v2; the cloud leaves empty ones out.
_OPTIONAL: dict[Listing, tuple[str, ...]] = {
    "stores": ("address",),
    "product-groups": ("parent_id", "attributes", "barcodes"),
    "products": (
        "parent_id",
        "type",
        "code",
        "price",
        "cost_price",
        "quantity",
        "measure_name",
        "tax",
        "allow_to_sell",
        "description",
        "article_number",
    ),
    "documents": (),
}
_UNKNOWN = {"x_shelf": "A7", "x_label": {"size": [58, 40], "printed": None}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The list that an answer's rows are of; the list of stores has no store."""

    listing: Listing
    store_id: str = ""

    def is_spoiled(self, knobs: Knobs) -> bool:
        """Tell whether the switches for lists and rows hold here."""
        return self.listing in knobs.spoiled_lists and (
            not knobs.spoiled_stores or self.store_id in {"", *knobs.spoiled_stores}
        )

    def rows(self, knobs: Knobs, rows: Sequence[R]) -> list[R]:
        """Return the rows to be listed: all, or the first part of them in the list's order."""
        if not self.is_spoiled(knobs):
            return list(rows)
        ordered = sorted(rows, key=row_order)
        return ordered[: int(len(ordered) * knobs.listed_share)]

    def shown(self, knobs: Knobs, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row as this list shows it."""
        if not self.is_spoiled(knobs):
            return row
        row = dict(row)
        if self.listing == "products":
            _spoil_product(knobs, row)
        if knobs.sends_nulls:
            row = dict.fromkeys(_OPTIONAL[self.listing]) | row
        if knobs.unknown_fields:
            row |= _UNKNOWN
        row |= dict.fromkeys(knobs.null_fields)
        return {name: value for name, value in row.items() if name not in knobs.absent_fields}


def _spoil_product(knobs: Knobs, row: dict[str, Any]) -> None:
    if knobs.product_type is not None:
        row["type"] = knobs.product_type
    quantity = row.get("quantity")
    if isinstance(quantity, int | Decimal):
        row["quantity"] = _quantity(knobs, Decimal(quantity))


def _quantity(knobs: Knobs, quantity: Decimal) -> Decimal | str:
    match knobs.quantities:
        case "true":
            return quantity
        case "negative":
            return -max(abs(quantity), Decimal(1))
        case "fractional":
            return quantity + Decimal("0.5")
        case "text":
            return str(quantity)
        case "empty":
            return ""
