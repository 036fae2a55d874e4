"""The stock of an item: whole pieces, summed over the stores that sell it (design: R5, R9)."""

from collections.abc import Sequence
from math import floor

from evosync.catalog.product import Product
from evosync.engine.rules import Rules, StockMode

STOCK_MAX = 999_999
"""Pieces; VK API schema, market.add, parameter "stock_amount"."""
SERVICE = "SERVICE"
"""Evotor's type of a product that has no stock."""


def make_stock(rows: Sequence[Product], rules: Rules) -> int | None:
    """Make the stock of one product from its rows; None when Evotor does not tell it.

    `rows` are the rows of that product in the enabled stores, at least one,
    the one that names it first.
    """
    selling = [row for row in rows if row.allow_to_sell]
    if not selling:
        return 0
    if rules.stock_mode is StockMode.FIXED or selling[0].type == SERVICE:
        return opening_stock(rules)
    total = 0
    for row in selling:
        if row.quantity is None:
            return None
        total += max(floor(row.quantity), 0)
    return min(total, STOCK_MAX)


def opening_stock(rules: Rules) -> int:
    """Make the stock that is shown where real stock is not mirrored or not known."""
    return min(rules.stock_amount, STOCK_MAX)
