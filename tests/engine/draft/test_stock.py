from decimal import Decimal
from typing import Any

import pytest

from evosync.engine.draft.stock import make_stock, opening_stock
from evosync.engine.rules import StockMode
from tests.builders import product, rules

REAL = rules(stock_mode=StockMode.REAL, stock_amount=50)
FIXED = rules(stock_mode=StockMode.FIXED, stock_amount=50)


def row(quantity: str | None, **values: Any) -> Any:
    return product(quantity=None if quantity is None else Decimal(quantity), **values)


@pytest.mark.parametrize(
    ("rows", "stock"),
    [
        pytest.param([row("7")], 7, id="whole"),
        pytest.param([row("2.999")], 2, id="floored"),
        pytest.param([row("-0.5")], 0, id="never below 0"),
        pytest.param([row("1000000000")], 999_999, id="at most what VK takes"),
        pytest.param([row(None)], None, id="not told"),
        pytest.param([row("7", allow_to_sell=False)], 0, id="not for sale"),
        pytest.param([row(None, allow_to_sell=False)], 0, id="not for sale, not told"),
        pytest.param([row(None, type="SERVICE")], 50, id="a service has no stock"),
        pytest.param([row("7"), row("5")], 12, id="summed"),
        pytest.param([row("0.5"), row("0.6")], 0, id="no whole piece in either store"),
        pytest.param([row("7"), row("-5")], 7, id="each clamped"),
        pytest.param([row("7"), row(None)], None, id="one unknown is unknown"),
        pytest.param([row("7"), row("5", allow_to_sell=False)], 7, id="only where for sale"),
        pytest.param([row("7"), row(None, allow_to_sell=False)], 7, id="unknown elsewhere"),
    ],
)
def test_real_stock(rows: list[Any], stock: int | None) -> None:
    assert make_stock(rows, REAL) == stock


@pytest.mark.parametrize(
    ("rows", "stock"),
    [
        pytest.param([row(None)], 50, id="for sale"),
        pytest.param([row("0")], 50, id="whatever the quantity"),
        pytest.param([row("7", allow_to_sell=False)], 0, id="not for sale"),
    ],
)
def test_fixed_stock(rows: list[Any], stock: int) -> None:
    assert make_stock(rows, FIXED) == stock


def test_the_fixed_amount_has_the_same_limit() -> None:
    assert opening_stock(rules(stock_amount=5_000_000)) == 999_999
