from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evosync.engine.draft.prices import make_price
from evosync.engine.rules import Rounding


@pytest.mark.parametrize(
    ("kopecks", "multiplier", "rounding", "price"),
    [
        pytest.param(None, "1", Rounding.NONE, None, id="no price"),
        pytest.param(0, "1", Rounding.X9, None, id="zero"),
        pytest.param(-1, "1", Rounding.ONE, None, id="negative"),
        pytest.param(129_05, "1", Rounding.NONE, 129_05, id="as it is"),
        pytest.param(1_05, "1.1", Rounding.NONE, 1_16, id="half a kopeck up"),
        pytest.param(1_04, "1.1", Rounding.NONE, 1_14, id="less than half down"),
        pytest.param(1, "0.01", Rounding.NONE, 1, id="never below a kopeck"),
        pytest.param(10**40, "1.0001", Rounding.NONE, 10**40 + 10**36, id="exact however great"),
        pytest.param(10_49, "1", Rounding.ONE, 10_00, id="rouble down"),
        pytest.param(10_50, "1", Rounding.ONE, 11_00, id="half a rouble up"),
        pytest.param(1, "1", Rounding.ONE, 1_00, id="never below a rouble"),
        pytest.param(12_49, "1", Rounding.FIVE, 10_00, id="five down"),
        pytest.param(12_50, "1", Rounding.FIVE, 15_00, id="five up at the tie"),
        pytest.param(2_00, "1", Rounding.FIVE, 5_00, id="never below five"),
        pytest.param(14_99, "1", Rounding.TEN, 10_00, id="ten down"),
        pytest.param(15_00, "1", Rounding.TEN, 20_00, id="ten up at the tie"),
        pytest.param(4_99, "1", Rounding.TEN, 10_00, id="never below ten"),
        pytest.param(13_99, "1", Rounding.X9, 9_00, id="nearest nine below"),
        pytest.param(14_00, "1", Rounding.X9, 19_00, id="nine, a tie upward"),
        pytest.param(19_00, "1", Rounding.X9, 19_00, id="nine already"),
        pytest.param(1, "1", Rounding.X9, 9_00, id="nine is the least"),
        pytest.param(100_00, "1", Rounding.X9, 99_00, id="a hundred"),
        pytest.param(10_39, "1", Rounding.X90, 9_90, id="nearest ninety below"),
        pytest.param(10_40, "1", Rounding.X90, 10_90, id="ninety, a tie upward"),
        pytest.param(1, "1", Rounding.X90, 90, id="ninety kopecks are the least"),
        pytest.param(10_00, "1.1", Rounding.TEN, 10_00, id="multiplied before rounded"),
    ],
)
def test_price(kopecks: int | None, multiplier: str, rounding: Rounding, price: int | None) -> None:
    assert make_price(kopecks, Decimal(multiplier), rounding) == price


@settings(deadline=None)  # the machine may be busy
@given(
    kopecks=st.integers(1, 10**12),
    multiplier=st.decimals("0.01", "100", places=4),
    rounding=st.sampled_from(Rounding),
)
def test_a_price_stays_a_price_near_what_was_asked(
    kopecks: int, multiplier: Decimal, rounding: Rounding
) -> None:
    price = make_price(kopecks, multiplier, rounding)

    assert price is not None
    assert price > 0
    assert abs(price - kopecks * multiplier) <= 10_00
