"""What clients write to the fake cloud, checked field by field."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from evosync.sandbox.evotor.refusals import invalid
from evosync.sandbox.evotor.state import ProductState

# Evotor's schema of a product: prices have 7 digits and kopecks, quantities 3 decimals.
_PRICE_MAX = Decimal("9999999.99")
_PRICE_PLACES = 2
_QUANTITY_PLACES = 3
_QUANTITY_MAX = Decimal("9999999.999")  # ours: Evotor states no bound
_NAME_MAX = 128  # characters, the longest that Evotor's own client lets through

_decoder = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """New absolute values of one product; None leaves a value alone."""

    price: Decimal | None = None
    quantity: Decimal | None = None


class _ProductBody(msgspec.Struct):
    name: str
    type: str | None = None
    parent_id: str | None = None
    code: str | None = None
    measure_name: str | None = None
    tax: str | None = None
    allow_to_sell: bool | None = None
    description: str | None = None
    article_number: str | None = None
    barcodes: list[str] = []
    attributes_choices: dict[str, str] = {}


def read_patch(raw: bytes) -> Patch:
    """Return what a PATCH asks for; at least one of the two fields must be there."""
    body = _read_object(raw)
    for field in body:
        if field not in {"price", "quantity"}:
            raise invalid(field, "unexpected")
    if not body:
        raise invalid("quantity", "must not be null")
    return Patch(price=_price(body), quantity=_quantity(body))


def read_product(raw: bytes, product_id: str, now_ms: int) -> ProductState:
    """Return the whole product a PUT describes; what it does not name is lost."""
    body = _read_object(raw)
    if body.get("id", product_id) != product_id:
        raise invalid("id", "differs from the path")
    try:
        fields = msgspec.convert(body, _ProductBody)
    except msgspec.ValidationError as error:
        raise invalid(_subject(str(error)), "incorrect") from None
    if not 1 <= len(fields.name) <= _NAME_MAX:
        raise invalid("name", f"length must be between 1 and {_NAME_MAX}")
    return ProductState(
        id=product_id,
        created_ms=now_ms,
        updated_ms=now_ms,
        price=_price(body),
        quantity=_quantity(body),
        **msgspec.structs.asdict(fields),
    )


def _read_object(raw: bytes) -> dict[str, Any]:
    try:
        body = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid("body", "malformed") from None
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    return body


def _price(body: dict[str, Any]) -> Decimal | None:
    price = _number(body, "price", _PRICE_PLACES)
    if price is not None and not 0 <= price <= _PRICE_MAX:
        raise invalid("price", f"must be between 0 and {_PRICE_MAX}")
    return price


def _quantity(body: dict[str, Any]) -> Decimal | None:
    quantity = _number(body, "quantity", _QUANTITY_PLACES)
    if quantity is not None and abs(quantity) > _QUANTITY_MAX:
        raise invalid("quantity", f"must be between -{_QUANTITY_MAX} and {_QUANTITY_MAX}")
    return quantity


def _number(body: dict[str, Any], field: str, places: int) -> Decimal | None:
    value = body.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise invalid(field, "must be a number")
    number = Decimal(value)
    exponent = number.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -places:
        raise invalid(field, f"must have at most {places} decimals")
    return number


def _subject(message: str) -> str:
    """Find the field that a complaint of msgspec is about."""
    _, found, path = message.rpartition("`$.")
    if found:
        return path.rstrip("`").partition("[")[0]
    return message.split("`")[1] if "`" in message else "body"
