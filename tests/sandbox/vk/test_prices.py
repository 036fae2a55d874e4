from decimal import Decimal

import pytest

from evosync.sandbox.vk.prices import kopecks, price_json, price_text
from evosync.sandbox.vk.refusals import Refused


@pytest.mark.parametrize(
    ("roubles", "amount"),
    [("0", 0), ("1", 100), ("129.5", 12950), ("0.005", 1), ("999999999999", 99999999999900)],
)
def test_roubles_become_kopecks(roubles: str, amount: int) -> None:
    assert kopecks("price", Decimal(roubles)) == amount


@pytest.mark.parametrize("roubles", ["-0.01", "1000000000000", "NaN", "Infinity"])
def test_what_is_no_price_is_refused(roubles: str) -> None:
    with pytest.raises(Refused, match="price"):
        kopecks("price", Decimal(roubles))


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 ₽"), (99, "0,99 ₽"), (180000, "1 800 ₽"), (123456705, "1 234 567,05 ₽")],
)
def test_a_price_is_printed_for_people(amount: int, text: str) -> None:
    assert price_text(amount) == text


def test_an_answer_holds_kopecks_as_a_string() -> None:
    price = price_json(100, 0)
    assert price["amount"] == "100"
    assert price["currency"] == {"id": 643, "name": "RUB", "title": "₽"}
    assert "old_amount" not in price


def test_a_discount_is_negative_and_truncated_toward_zero() -> None:
    price = price_json(100, 1500)
    assert (price["old_amount"], price["discount_rate"]) == ("1500", -93)
