"""Prices of the fake VK: decimal roubles in, strings of kopecks and a text out."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evosync.sandbox.vk.refusals import bad_parameter

PRICE_MAX = 999_999_999_999  # roubles; market.add, parameter "price"
KOPECKS_IN_ROUBLE = 100
CURRENCY = {"id": 643, "name": "RUB", "title": "₽"}


def kopecks(name: str, roubles: Decimal) -> int:
    """Roubles of the parameter `name` in kopecks; refuses what is no price at all."""
    if not roubles.is_finite():
        raise bad_parameter(name, "not float")
    if not 0 <= roubles <= PRICE_MAX:
        raise bad_parameter(name, f"should be from 0 to {PRICE_MAX}")
    return int((roubles * KOPECKS_IN_ROUBLE).to_integral_value(ROUND_HALF_UP))


def price_text(amount: int, *, space: str = " ") -> str:
    """«1 290 ₽», with kopecks only when there are any."""
    roubles, rest = divmod(amount, KOPECKS_IN_ROUBLE)
    digits = f"{roubles:,}".replace(",", space)
    return f"{digits}{f',{rest:02}' if rest else ''}{space}₽"


def price_json(amount: int, old_amount: int) -> dict[str, Any]:
    """The `price` object of an item; the old price shows only when it is higher."""
    price: dict[str, Any] = {
        "amount": str(amount),
        "currency": dict(CURRENCY),
        "text": price_text(amount),
        "price_type": 0,
        "price_unit": 0,
    }
    if old_amount > amount:
        price["old_amount"] = str(old_amount)
        price["old_amount_text"] = price_text(old_amount)
        # Negative and truncated toward zero: 1 instead of 15 is -93 in a recorded answer.
        price["discount_rate"] = -((old_amount - amount) * 100 // old_amount)
    return price
