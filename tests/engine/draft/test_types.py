import pytest

from evosync.engine.draft.types import find_refusal
from tests.builders import rules


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("NORMAL", None),
        ("normal ", None),
        ("SERVICE", None),
        ("ALCOHOL_MARKED", "forbidden_type"),
        ("ALCOHOL_NOT_MARKED", "forbidden_type"),
        ("ALCOHOL", "forbidden_type"),
        ("BEER_MARKED", "forbidden_type"),
        ("BEER_MARKED_KEG", "forbidden_type"),
        ("NOT_ALCOHOL_BEER_MARKED", "forbidden_type"),
        ("TOBACCO_PRODUCTS_MARKED", "forbidden_type"),
        ("MEDICINE_MARKED", "forbidden_type"),
        ("WATER_MARKED", "marked_type"),
        ("WATER_NOT_MARKED", "unknown_type"),
        ("GIFT_CARD", "unknown_type"),
        ("", "unknown_type"),
        (None, "unknown_type"),
    ],
)
def test_type(kind: str | None, refusal: str | None) -> None:
    assert find_refusal(kind, rules()) == refusal


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("ALCOHOL_MARKED", "forbidden_type"),
        ("WATER_MARKED", None),
        ("GIFT_CARD", None),
        (None, None),
    ],
)
def test_a_permission_opens_all_but_what_vk_forbids(kind: str | None, refusal: str | None) -> None:
    assert find_refusal(kind, rules(allow_marked=True, allow_unknown_type=True)) == refusal
