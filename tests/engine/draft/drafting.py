"""Stores to be drafted, and where a product is listed afterwards."""

from typing import Any

from evosync.catalog.product import BadRow
from evosync.catalog.snapshot import StoreReading
from evosync.engine.draft.shop import Drafted
from tests.builders import BOTH_SHOPS, SECOND_SHOP, SHOP, rules, store, store_reading

BOTH_ON = rules(stores=BOTH_SHOPS)


def second(*products: Any, **values: Any) -> StoreReading:
    return store_reading(*products, store=store(SECOND_SHOP, name="Чайная у вокзала"), **values)


def bad(product_id: str | None = "assam") -> BadRow:
    return BadRow(store_id=SHOP, id=product_id, field="price", name="Чай")


def codes(drafted: Drafted) -> list[tuple[str, str]]:
    return [(problem.product_id, problem.code) for problem in drafted.problems]


def places(drafted: Drafted, product_id: str = "assam") -> set[str]:
    """Name the places where a product is listed."""
    named = ("drafts", "kept", "stopped", "unknown", "off")
    return {name for name in named if product_id in getattr(drafted, name)}
