"""Builders of the plain values; each takes only what a test is about."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from evosync.catalog.item import (
    Availability,
    Draft,
    Link,
    MarketItem,
    MarketReading,
    Written,
)
from evosync.catalog.product import Product, ProductGroup, Store
from evosync.catalog.snapshot import ReadingState, Snapshot, StoreReading
from evosync.engine.changes import Adopt
from evosync.engine.plan.adopt import adopt_drafted
from evosync.engine.rules import NO_GROUP, Rules, Selection

SHOP = "20200101-AAAA-4000-80AA-000000000001"
SECOND_SHOP = "20200101-BBBB-4000-80BB-000000000002"
BOTH_SHOPS = (SHOP, SECOND_SHOP)
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PHOTO = hashlib.sha256(b"a teapot").hexdigest()


def store(store_id: str = SHOP, **values: Any) -> Store:
    """Build a store."""
    return Store(**{"id": store_id, "name": "Чайная на Садовой"} | values)


def group(group_id: str = "tea", **values: Any) -> ProductGroup:
    """Build a plain group."""
    return ProductGroup(**{"id": group_id, "store_id": SHOP, "name": "Чай"} | values)


def product(product_id: str = "assam", **values: Any) -> Product:
    """Build a product that is for sale at 100 roubles."""
    defaults: dict[str, Any] = {
        "id": product_id,
        "store_id": SHOP,
        "name": "Чай чёрный «Ассам»",
        "price": 100_00,
        "quantity": Decimal(7),
        "measure_name": "шт",
    }
    return Product(**defaults | values)


def store_reading(*products: Product, **values: Any) -> StoreReading:
    """Build one store's whole reading of these products, which become that store's."""
    defaults: dict[str, Any] = {"store": store(), "state": ReadingState.WHOLE} | values
    own = tuple(replace(one, store_id=defaults["store"].id) for one in products)
    return StoreReading(**defaults | {"products": own})


def snapshot(*readings: StoreReading | Product) -> Snapshot:
    """Build a snapshot of these stores; bare products stand in the first shop."""
    whole = tuple(one for one in readings if isinstance(one, StoreReading))
    bare = [one for one in readings if isinstance(one, Product)]
    return Snapshot(readings=(store_reading(*bare), *whole) if bare or not whole else whole)


def rules(
    *,
    stores: Iterable[str] = (SHOP,),
    groups: Iterable[str] = (NO_GROUP, "tea"),
    products_off: Iterable[tuple[str, str]] = (),
    store_order: tuple[str, ...] = (),
    **values: Any,
) -> Rules:
    """Build rules; the named groups are on in every named store."""
    stores = tuple(stores)
    selection = Selection(
        stores=frozenset(stores),
        groups=frozenset((store_id, group_id) for store_id in stores for group_id in groups),
        products_off=frozenset(products_off),
        store_order=store_order,
    )
    defaults: dict[str, Any] = {"selection": selection, "photo": PHOTO}
    return Rules(**defaults | values)


def draft(product_id: str = "assam", **values: Any) -> Draft:
    """Build the draft of `product(product_id)` under `rules()`."""
    defaults: dict[str, Any] = {
        "product_id": product_id,
        "store_ids": (SHOP,),
        "name": "Чай чёрный «Ассам»",
        "title": "Чай чёрный «Ассам»",
        "description": "Чай чёрный «Ассам» (цена за 1 шт.)",
        "price": 100_00,
        "stock": 1000,
        "opening_stock": 1000,
        "for_sale": True,
        "category_id": 40932,
        "photo": PHOTO,
    }
    return Draft(**defaults | values)


def item(item_id: int = 1, *, product_id: str | None = "assam", **values: Any) -> MarketItem:
    """Build the item that `draft(product_id)` stands as; `product_id` becomes its sku."""
    defaults: dict[str, Any] = {
        "item_id": item_id,
        "title": "Чай чёрный «Ассам»",
        "description": "Чай чёрный «Ассам» (цена за 1 шт.)",
        "price": 100_00,
        "availability": Availability.AVAILABLE,
        "sku": product_id,
        "stock": 1000,
        "category_id": 40932,
    }
    return MarketItem(**defaults | values)


def written(**values: Any) -> Written:
    """Build what we last wrote of `draft()`."""
    wanted = draft()
    defaults: dict[str, Any] = {
        "title": wanted.title,
        "description": wanted.description,
        "price": wanted.price,
        "stock": wanted.stock,
        "category_id": wanted.category_id,
        "photo": wanted.photo,
        "sku": "assam",
    }
    return Written(**defaults | values)


def link(
    product_id: str = "assam",
    item_id: int = 1,
    *,
    last: Mapping[str, Any] | None = None,
    **values: Any,
) -> Link:
    """Build the link between `draft()` and `item()`; `last` are values written otherwise."""
    defaults: dict[str, Any] = {
        "product_id": product_id,
        "item_id": item_id,
        "store_ids": (SHOP,),
        "written": written(**{"sku": product_id} | dict(last or {})),
    }
    return Link(**defaults | values)


def reading(*items: MarketItem, **values: Any) -> MarketReading:
    """Build a whole reading of the market, begun at noon."""
    defaults: dict[str, Any] = {"items": items, "albums": (), "begun_at": NOON}
    return MarketReading(**defaults | values)


def adoption(product_id: str = "assam", item_id: int = 1, *, is_intended: bool = False) -> Adopt:
    """Build what takes `item(item_id)` as that of `draft(product_id)`."""
    stands = item(item_id, product_id=product_id)
    return adopt_drafted(draft(product_id), stands, is_intended=is_intended)
