"""A product as it is judged: one that nothing keeps from being sent, but for what a test says."""

from collections.abc import Sequence
from typing import Any

from evosync.catalog.problem import Problem
from evosync.catalog.product import Product
from evosync.engine.draft.product import Row
from evosync.engine.gates import Seen
from tests.builders import NOON, SECOND_SHOP, SHOP, group, link, product, rules

BOTH = (SHOP, SECOND_SHOP)
LIVE = link(last={})


def rows(*products: Product) -> Sequence[Row]:
    return [
        Row(
            product=each,
            name=each.name,
            home=group(store_id=each.store_id) if each.parent_id == "tea" else None,
            place=BOTH.index(each.store_id),
        )
        for each in products
    ]


def seen(*products: Product, **values: Any) -> Seen:
    """See a product that nothing keeps from being sent, but for what a test says."""
    defaults: dict[str, Any] = {
        "product_id": "assam",
        "store_id": SHOP,
        "rules": rules(),
        "now": NOON,
        "rows": rows(*products or [product()]),
        "store_names": {SHOP: "Чайная", SECOND_SHOP: "Вторая"},
    }
    return Seen(**defaults | values)


def told(code: str, product_id: str = "assam", store_id: str = SHOP, **detail: str) -> Problem:
    return Problem(product_id=product_id, store_id=store_id, name="Чай", code=code, detail=detail)
