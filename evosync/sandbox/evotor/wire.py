"""The fake cloud's rows as the JSON that Evotor's API shows, v2 and the older v1."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from evosync.sandbox.evotor.state import (
    DocumentState,
    GroupState,
    PositionState,
    ProductState,
    StoreState,
)

V2_MEDIA_TYPE = "application/vnd.evotor.v2+json"

_MOSCOW_OFFSET_MS = 10_800_000  # receipts carry the till's time zone in milliseconds
_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(body: object) -> bytes:
    """Return the JSON text; decimals become numbers, digit for digit."""
    return _encoder.encode(body)


def moment(ms: int) -> str:
    """Return a moment as Evotor writes it: milliseconds, and an offset without a colon."""
    at = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}+0000"


def store_row(store: StoreState, user_id: str) -> dict[str, Any]:
    """Return a store as `GET /stores` lists it."""
    return _present(
        id=store.id,
        name=store.name,
        address=store.address,
        user_id=user_id,
        created_at=moment(store.created_ms),
        updated_at=moment(store.updated_ms),
    )


def group_row(group: GroupState, store_id: str, user_id: str) -> dict[str, Any]:
    """Return a product group; `attributes` stands only on a modification group."""
    return _present(
        id=group.id,
        parent_id=group.parent_id,
        name=group.name,
        attributes=group.attributes,
        store_id=store_id,
        user_id=user_id,
        created_at=moment(group.created_ms),
        updated_at=moment(group.updated_ms),
    )


def product_row(
    product: ProductState, store_id: str, user_id: str, *, stock_right: bool
) -> dict[str, Any]:
    """Return a product or modification, without `quantity` if the token may not see stock."""
    row = _present(
        id=product.id,
        parent_id=product.parent_id,
        name=product.name,
        type=product.type,
        code=product.code,
        price=product.price,
        cost_price=product.cost_price,
        quantity=product.quantity,
        measure_name=product.measure_name,
        tax=product.tax,
        allow_to_sell=product.allow_to_sell,
        description=product.description,
        article_number=product.article_number,
        barcodes=product.barcodes,
        attributes_choices=product.attributes_choices,
        store_id=store_id,
        user_id=user_id,
        created_at=moment(product.created_ms),
        updated_at=moment(product.updated_ms),
    )
    row |= product.odd
    if not stock_right:
        row.pop("quantity", None)
    return row


def document_row(document: DocumentState, store_id: str, user_id: str) -> dict[str, Any]:
    """Return a receipt with its positions lying flat in the body."""
    positions = [_position_row(position) for position in document.positions]
    total = sum((position.price * position.quantity for position in document.positions), Decimal(0))
    return {
        "type": document.type,
        "id": document.id,
        "extras": {},
        "number": document.number,
        "close_date": moment(document.created_ms),
        "time_zone_offset": _MOSCOW_OFFSET_MS,
        "store_id": store_id,
        "user_id": user_id,
        "version": "V2",
        "body": {"positions": positions, "sum": total, "result_sum": total},
    }


def v1_store_row(store: StoreState) -> dict[str, Any]:
    """Return a store of v1, which shows empty fields as null."""
    return {"uuid": store.id, "name": store.name, "address": store.address, "code": None}


def v1_group_row(group: GroupState) -> dict[str, Any]:
    """Return a group of v1, a row among the products."""
    return _present(
        uuid=group.id,
        name=group.name,
        group=True,
        parentUuid=group.parent_id,
        hasVariants=True if group.attributes else None,
    )


def v1_product_row(product: ProductState, *, stock_right: bool) -> dict[str, Any]:
    """Return a product of v1."""
    return _present(
        uuid=product.id,
        name=product.name,
        group=False,
        parentUuid=product.parent_id,
        type=product.type,
        code=product.code,
        price=product.price,
        costPrice=product.cost_price,
        quantity=product.quantity if stock_right else None,
        measureName=product.measure_name,
        tax=product.tax,
        allowToSell=product.allow_to_sell,
        description=product.description,
        articleNumber=product.article_number,
        barCodes=product.barcodes,
        alcoCodes=[],
    )


def _position_row(position: PositionState) -> dict[str, Any]:
    total = position.price * position.quantity
    return _present(
        product_id=position.product_id,
        quantity=position.quantity,
        initial_quantity=position.initial_quantity,
        product_type=position.product_type,
        code=position.code,
        product_name=position.product_name,
        measure_name=position.measure_name,
        price=position.price,
        result_price=position.price,
        sum=total,
        result_sum=total,
        tax={"type": "NO_VAT", "sum": 0, "result_sum": 0},
    )


def _present(**fields: object) -> dict[str, Any]:
    """Leave out what is empty, as the cloud does with optional fields."""
    return {name: value for name, value in fields.items() if value is not None}
