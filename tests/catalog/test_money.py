from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evosync.catalog.money import kopecks_from_roubles, price_text, roubles_from_kopecks

KOPECKS = st.integers(-(10**15), 10**15)


@settings(deadline=None)
@given(KOPECKS)
@example(-1)
@example(-99)
def test_kopecks_written_as_roubles_are_read_as_the_same_kopecks(kopecks: int) -> None:
    text = roubles_from_kopecks(kopecks)

    assert kopecks_from_roubles(text) == kopecks
    assert kopecks_from_roubles(Decimal(text)) == kopecks
    assert Fraction(text) * 100 == kopecks


@settings(deadline=None)
@given(st.integers(-999_999_999, 999_999_999))
def test_kopecks_survive_a_float_of_roubles(kopecks: int) -> None:
    assert kopecks_from_roubles(kopecks / 100) == kopecks


@settings(deadline=None)
@given(st.decimals(-(10**9), 10**9, places=6))
def test_parts_of_a_kopeck_go_half_up(roubles: Decimal) -> None:
    exact = Fraction(roubles) * 100
    nearest = (roubles * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)

    assert kopecks_from_roubles(roubles) == nearest
    assert abs(exact - Fraction(nearest)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("roubles", "kopecks"),
    [
        pytest.param(0, 0, id="zero"),
        pytest.param(25, 25_00, id="whole number"),
        pytest.param(1290.5, 1290_50, id="float"),
        pytest.param(0.285, 29, id="a float a little below the half it is written as"),
        pytest.param("0.285", 29, id="half up"),
        pytest.param("0.284999", 28, id="below the half"),
        pytest.param("-0.285", -29, id="half away from zero"),
        pytest.param(" 12.30 ", 12_30, id="blanks around"),
        pytest.param("9999999.99", 9_999_999_99, id="Evotor's highest"),
        pytest.param("1e3", 1000_00, id="exponent"),
    ],
)
def test_roubles_become_kopecks(roubles: object, kopecks: int) -> None:
    assert kopecks_from_roubles(roubles) == kopecks


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "по запросу",
        "12,50",
        "NaN",
        float("nan"),
        float("inf"),
        Decimal("-Infinity"),
        Decimal("1e999999"),
        "1e999999999",
        [1],
        b"1",
    ],
    ids=repr,
)
def test_what_is_no_amount_is_none(value: object) -> None:
    assert kopecks_from_roubles(value) is None


@pytest.mark.parametrize(
    ("kopecks", "roubles", "shown"),
    [
        (0, "0.00", "0 ₽"),
        (5, "0.05", "0,05 ₽"),
        (-5, "-0.05", "-0,05 ₽"),
        (100_00, "100.00", "100 ₽"),
        (129_050, "1290.50", "1 290,50 ₽"),
        (999_999_999, "9999999.99", "9 999 999,99 ₽"),
        (-123_456_00, "-123456.00", "-123 456 ₽"),
    ],
)
def test_kopecks_are_written_for_machines_and_for_people(
    kopecks: int, roubles: str, shown: str
) -> None:
    thin, fixed = "\u2009", "\u00a0"

    assert roubles_from_kopecks(kopecks) == roubles
    assert price_text(kopecks) == shown.replace(" ₽", f"{fixed}₽").replace(" ", thin)
