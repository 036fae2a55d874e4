from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from evosync.sandbox.vk.parameters import Natural, merge, read_parameters
from evosync.sandbox.vk.refusals import Refused


class Sample(Struct, frozen=True, kw_only=True):
    owner_id: int
    count: Annotated[int, Meta(ge=0, le=200)] = 100
    flag: bool = False
    title: Annotated[str, Meta(max_length=5)] = "none"
    ids: Annotated[list[Natural], Meta(max_length=3)] | None = None
    price: Decimal | None = None
    sort: Literal[0, 1] = 0


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        pytest.param({"owner_id": "-5"}, "owner_id", -5, id="negative"),
        pytest.param({}, "count", 100, id="default"),
        pytest.param({"count": ""}, "count", 100, id="empty number is no number"),
        pytest.param({"title": ""}, "title", "", id="empty text stays"),
        pytest.param({"title": "a,b"}, "title", "a,b", id="comma in a text"),
        pytest.param({"flag": "1"}, "flag", True, id="flag 1"),
        pytest.param({"flag": "0"}, "flag", False, id="flag 0"),
        pytest.param({"flag": True}, "flag", True, id="flag of a script"),
        pytest.param({"flag": "true"}, "flag", True, id="flag true"),
        pytest.param({"ids": "1, 2,3"}, "ids", [1, 2, 3], id="list"),
        pytest.param({"ids": ""}, "ids", [], id="empty list"),
        pytest.param({"ids": [1, "2"]}, "ids", [1, 2], id="list of a script"),
        pytest.param({"ids": 7}, "ids", [7], id="one number for a list"),
        pytest.param({"count": 7, "title": None}, "title", "none", id="null of a script"),
        pytest.param({"price": "12.50"}, "price", Decimal("12.50"), id="decimal"),
        pytest.param({"price": 12.5}, "price", Decimal("12.5"), id="float of a script"),
        pytest.param({"sort": "1"}, "sort", 1, id="one of"),
        pytest.param({"stranger": "1"}, "count", 100, id="unknown parameter"),
    ],
)
def test_fitting_values_are_read(given: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read_parameters(Sample, {"owner_id": "1"} | given), field) == value


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        pytest.param({"owner_id": ""}, "owner_id is undefined", id="missing"),
        pytest.param({"owner_id": "five"}, "owner_id should be int", id="not a number"),
        pytest.param({"owner_id": "1.5"}, "owner_id should be int", id="not whole"),
        pytest.param({"count": "-1"}, "count should be int >= 0", id="too low"),
        pytest.param({"count": "201"}, "count should be int <= 200", id="too high"),
        pytest.param({"flag": "yes"}, "flag should be bool", id="not a flag"),
        pytest.param({"title": "abcdef"}, "title should be str of length <= 5", id="too long"),
        pytest.param({"ids": "1,2,3,4"}, "ids should be array of length <= 3", id="too many"),
        pytest.param({"ids": "1,x"}, "ids should be int", id="wrong entry"),
        pytest.param({"ids": "1,-2"}, "ids should be int >= 0", id="entry too low"),
        pytest.param({"price": "12,50"}, "price not float", id="decimal comma"),
        pytest.param({"price": "cheap"}, "price not float", id="not a price"),
        pytest.param({"sort": "2"}, "sort cannot be 2", id="none of"),
        pytest.param({"title": {"a": 1}}, "title should not be an object", id="object of a script"),
    ],
)
def test_misfits_are_named(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Refused) as refused:
        read_parameters(Sample, {"owner_id": "1"} | given)
    assert refused.value.code == 100
    prefix = "One of the parameters specified was missing or invalid: "
    assert refused.value.text.startswith(prefix + complaint)


def test_lists_in_the_manner_of_php_are_joined() -> None:
    pairs = [("ids[0]", "4"), ("ids[1]", "5"), ("v", "5.199"), ("more[]", "6"), ("v", "5.131")]
    assert merge(pairs) == {"ids": "4,5", "more": "6", "v": "5.131"}
