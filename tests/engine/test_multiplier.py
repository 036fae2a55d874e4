from decimal import Decimal

import pytest

from evosync.engine.multiplier import Fault, multiplier_text, read_multiplier


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("1", Decimal(1), id="none"),
        pytest.param("1,10", Decimal("1.1"), id="a comma"),
        pytest.param("1.1", Decimal("1.1"), id="a dot"),
        pytest.param("0.01", Decimal("0.01"), id="lowest"),
        pytest.param("100", Decimal(100), id="highest"),
        pytest.param("100.0001", Fault.OUT_OF_RANGE, id="above"),
        pytest.param("0.0099", Fault.OUT_OF_RANGE, id="below"),
        pytest.param("0", Fault.OUT_OF_RANGE, id="nothing left"),
        pytest.param("1.23456", Fault.TOO_EXACT, id="five decimals"),
        pytest.param("", Fault.NO_NUMBER, id="empty"),
        pytest.param("-1", Fault.NO_NUMBER, id="a sign"),
        pytest.param("1e1", Fault.NO_NUMBER, id="an exponent"),
        pytest.param("1_0", Fault.NO_NUMBER, id="an underscore"),
        pytest.param("١", Fault.NO_NUMBER, id="other digits"),
        pytest.param("1,1,1", Fault.NO_NUMBER, id="two commas"),
        pytest.param("NaN", Fault.NO_NUMBER, id="no number"),
        pytest.param("9" * 10_000, Fault.OUT_OF_RANGE, id="ten thousand digits"),
    ],
)
def test_a_multiplier_is_read_as_people_type_it(text: str, wanted: Decimal | Fault) -> None:
    assert read_multiplier(text) == wanted


@pytest.mark.parametrize(
    ("value", "text"), [("1.0000", "1"), ("1.1", "1,10"), ("0.9525", "0,9525"), ("100", "100")]
)
def test_a_multiplier_is_written_as_people_read_it(value: str, text: str) -> None:
    assert multiplier_text(Decimal(value)) == text
    assert read_multiplier(text) == Decimal(value)
