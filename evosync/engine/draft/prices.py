"""The price of an item: multiplied, to the kopeck, then rounded as the user likes (design: R4)."""

from decimal import Decimal
from typing import assert_never

from evosync.engine.rules import Rounding


def make_price(kopecks: int | None, multiplier: Decimal, rounding: Rounding) -> int | None:
    """Make an item's price in kopecks; None when the product has no price to sell at.

    Whole arithmetic throughout. A price above 0 never rounds to 0.
    """
    if kopecks is None or kopecks <= 0:
        return None
    numerator, denominator = multiplier.as_integer_ratio()
    return _round(_half_up(kopecks * numerator, denominator), rounding)


def _round(price: int, rounding: Rounding) -> int:
    match rounding:
        case Rounding.NONE:
            return max(price, 1)
        case Rounding.ONE:
            return _to_step(price, 1_00)
        case Rounding.FIVE:
            return _to_step(price, 5_00)
        case Rounding.TEN:
            return _to_step(price, 10_00)
        case Rounding.X9:
            return _to_ending(price, 9_00, 10_00)
        case Rounding.X90:
            return _to_ending(price, 90, 1_00)
        case _:  # pragma: no cover
            assert_never(rounding)


def _to_step(price: int, step: int) -> int:
    return max(_half_up(price, step) * step, step)


def _to_ending(price: int, ending: int, step: int) -> int:
    """Find the nearest price that is `ending` past a multiple of `step`, a tie upward."""
    return max(_half_up(price - ending, step), 0) * step + ending


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
