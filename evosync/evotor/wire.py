"""Rows of Evotor's lists, as they are and as they should not be, made values of the catalog."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from evosync.catalog.money import kopecks_from_roubles
from evosync.catalog.product import Attribute, BadRow, Choice, Product, ProductGroup, Store
from evosync.catalog.shared import once
from evosync.evotor.envelope import Malformed

# Evotor's own bound is 9,999,999.99 roubles. Far above it a number is a
# slip that no column takes: a quantity is kept as DECIMAL(15, 3), and kopecks
# in 64 bits.
_TOO_HIGH = Decimal(10) ** 12

# Evotor's ids have 36 characters, a sku of VK takes 50 (market.add).
Id = Annotated[str, Meta(min_length=1, max_length=50)]
IdOrNothing = Annotated[str, Meta(max_length=50)] | None


class StoreRow(msgspec.Struct, frozen=True):
    """A row of GET /stores."""

    id: Id
    name: str | None = None
    address: str | None = None
    user_id: IdOrNothing = None


class ChoiceRow(msgspec.Struct, frozen=True):
    """One choice of an attribute of a modification group."""

    id: Id
    name: str | None = None


class AttributeRow(msgspec.Struct, frozen=True):
    """One attribute of a modification group."""

    id: Id
    name: str | None = None
    choices: list[ChoiceRow] | None = None


class GroupRow(msgspec.Struct, frozen=True):
    """A row of GET /stores/{id}/product-groups."""

    id: Id
    name: str | None = None
    parent_id: IdOrNothing = None
    attributes: list[AttributeRow] | None = None


class ProductRow(msgspec.Struct, frozen=True):
    """A row of GET /stores/{id}/products; any field but the id may be absent.

    Evotor says itself that old products break its own schema.
    """

    id: Id
    parent_id: IdOrNothing = None
    name: str | None = None
    type: str | None = None
    code: Any = None  # a string, or a number in loose clients
    price: Any = None  # roubles: a number, or a string with one
    quantity: Any = None  # the same; absent without the right to see stock
    measure_name: str | None = None
    allow_to_sell: bool | None = None
    description: str | None = None
    barcodes: list[str | int | None] | None = None
    attributes_choices: dict[str, str | None] | list[Any] | None = None


class _Head(msgspec.Struct, frozen=True):
    """What a bad row is known by."""

    id: Any = None
    name: Any = None


class _Unfit(ValueError):
    """A field holds what it cannot hold; the text is the field's name."""


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        return Decimal("NaN")


_STORE = msgspec.json.Decoder(StoreRow)
_GROUP = msgspec.json.Decoder(GroupRow)
_PRODUCT = msgspec.json.Decoder(ProductRow, float_hook=_exact)
_HEAD = msgspec.json.Decoder(_Head)


def store_from(raw: msgspec.Raw) -> Store:
    """Read a store. Raises Malformed: a list with a store missing is no list of stores."""
    try:
        row = _STORE.decode(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return Store(
        id=row.id, name=row.name or "", address=row.address or None, user_id=row.user_id or None
    )


def group_from(raw: msgspec.Raw, store_id: str) -> ProductGroup | BadRow:
    """Read a product group, or say what is wrong with it."""
    try:
        row = _GROUP.decode(raw)
    except (ValueError, RecursionError) as error:
        return _bad_row(raw, store_id, error)
    return ProductGroup(
        id=row.id,
        store_id=store_id,
        name=row.name or "",
        parent_id=row.parent_id or None,
        attributes=tuple(_attribute(attribute) for attribute in row.attributes or ()),
    )


def product_from(raw: msgspec.Raw, store_id: str) -> Product | BadRow:
    """Read a product or modification, or say what is wrong with it."""
    try:
        row = _PRODUCT.decode(raw)
        # Ids and names come back from VK and from our links: each is kept once.
        return Product(
            id=once(row.id),
            store_id=store_id,
            name=once(row.name or ""),
            parent_id=once(row.parent_id) if row.parent_id else None,
            type=once(row.type) if row.type else None,
            price=_price(row.price),
            quantity=_quantity(row.quantity),
            measure_name=once(row.measure_name or ""),
            allow_to_sell=row.allow_to_sell is not False,
            description=row.description or "",
            code=_code(row.code),
            barcodes=tuple(str(barcode) for barcode in row.barcodes or () if barcode),
            choices=_choices(row.attributes_choices),
        )
    except (ValueError, RecursionError) as error:
        return _bad_row(raw, store_id, error)


def _attribute(row: AttributeRow) -> Attribute:
    return Attribute(
        id=row.id,
        name=row.name or "",
        choices=tuple(Choice(id=choice.id, name=choice.name or "") for choice in row.choices or ()),
    )


def _price(value: Any) -> int | None:
    """Return kopecks; None when absent or a text that is no number (design: R4)."""
    number = _number(value, "price")
    return kopecks_from_roubles(number) if number is not None and number.is_finite() else None


def _quantity(value: Any) -> Decimal | None:
    number = _number(value, "quantity")
    if number is not None and not number.is_finite():
        raise _Unfit("quantity")
    return number


def _number(value: Any, field: str) -> Decimal | None:
    """Read a number or a text; None when absent or empty, NaN when the text is no number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _Unfit(field)
    number = _exact(value.strip()) if isinstance(value, str) else Decimal(value)
    if number.is_finite() and number.copy_abs() >= _TOO_HIGH:
        raise _Unfit(field)
    return number


def _code(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _Unfit("code")
    return str(value)


def _choices(value: dict[str, str | None] | list[Any] | None) -> tuple[tuple[str, str], ...]:
    if not value:
        return ()
    if isinstance(value, list):
        raise _Unfit("attributes_choices")
    return tuple((attribute, choice) for attribute, choice in value.items() if choice)


# How msgspec ends its messages: "… - at `$.barcodes[0]`".
_FIELD_AT = re.compile(r"at `\$\.(\w+)")


def _bad_row(raw: msgspec.Raw, store_id: str, error: Exception) -> BadRow:
    try:
        head = _HEAD.decode(raw)
    except (ValueError, RecursionError):
        head = _Head()
    row_id = head.id if isinstance(head.id, str) and 0 < len(head.id) <= 50 else None
    found = _FIELD_AT.search(str(error))
    field = str(error) if isinstance(error, _Unfit) else found[1] if found else "id"
    return BadRow(
        store_id=store_id,
        id=row_id,
        field=field,
        name=head.name if isinstance(head.name, str) else "",
    )
