"""What becomes of a product: the gates in their order, judged by what is known now."""

from typing import Any

import pytest

from evosync.catalog.problem import NOTES, REASONS
from evosync.engine.fates import (
    BAD_ROW,
    FATES,
    OWN,
    TOLD,
    LastSeen,
    Switches,
    find_fates,
    first_told,
    own_gate,
)

ON = Switches(is_store_on=True, parents_on={"tea": True, "off": False}, is_rest_on=True)
FINE: dict[str, Any] = {
    "product_type": "NORMAL",
    "price": 100,
    "name": "чай",
    "allow_to_sell": True,
}


def fate(
    *,
    parent: str | None = "tea",
    switches: Switches = ON,
    shown: bool = False,
    alone: bool = False,
    told: str | None = None,
    answered: bool = False,
    **row: Any,
) -> str:
    """Judge one product."""
    last = LastSeen(
        shown={"a"} if shown or alone else set(),
        alone={"a"} if alone else set(),
        told={} if told is None else {"a": told},
        answered={"a"} if answered else set(),
    )
    [place] = find_fates([("a", parent, own_gate(**FINE | row))], switches, last)
    return FATES[place]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param({}, "queued", id="nothing keeps it"),
        pytest.param({"shown": True}, "in_vk", id="it stands"),
        pytest.param({"price": None}, "no_price", id="no price"),
        pytest.param({"price": 0}, "no_price", id="a price of nothing"),
        pytest.param({"price": -1}, "no_price", id="a price below nothing"),
        pytest.param({"name": ""}, "no_name", id="no name"),
        pytest.param({"allow_to_sell": False, "price": None}, "not_for_sale", id="not for sale"),
        pytest.param({"product_type": "BEER_MARKED"}, "forbidden_type", id="forbidden"),
        pytest.param({"product_type": "WATER_MARKED"}, "marked_type", id="marked"),
        pytest.param({"product_type": None}, "unknown_type", id="no type"),
        pytest.param({"parent": "off"}, "group_off", id="its group is off"),
        pytest.param({"parent": "elsewhere"}, "queued", id="a group that is not listed"),
        pytest.param({"parent": None}, "queued", id="no group"),
        pytest.param({"shown": True, "told": "vk_rejected"}, "vk_rejected", id="rejected"),
        pytest.param({"told": "awaiting_adoption"}, "awaiting_adoption", id="asked about"),
        pytest.param({"told": "awaiting_adoption", "answered": True}, "queued", id="answered"),
        pytest.param(
            {"shown": True, "told": "hidden_in_vk", "answered": True}, "queued", id="to be shown"
        ),
        pytest.param({"told": "no_price"}, "queued", id="a price has been given since"),
        pytest.param(
            {"shown": True, "told": "no_price", "price": None}, "no_price", id="kept without price"
        ),
        pytest.param(
            {"shown": True, "price": None}, "in_vk", id="another store has a price and sells it"
        ),
        pytest.param({"shown": True, "told": "no_price"}, "in_vk", id="it stands, and has a price"),
        pytest.param({"alone": True}, "in_vk", id="it stands for this store alone"),
        pytest.param(
            {"alone": True, "allow_to_sell": False},
            "not_for_sale",
            id="sold no more since",
        ),
        pytest.param(
            {"alone": True, "product_type": "BEER_MARKED"}, "forbidden_type", id="forbidden since"
        ),
    ],
)
def test_a_fate(given: dict[str, Any], wanted: str) -> None:
    assert fate(**given) == wanted


@pytest.mark.parametrize(
    ("switches", "wanted"),
    [
        pytest.param(Switches(is_store_on=False, is_rest_on=True), "store_off", id="store"),
        pytest.param(Switches(is_store_on=True), "group_off", id="goods without a group"),
        pytest.param(
            Switches(is_store_on=False, products_off={"a"}), "product_off", id="product first"
        ),
        pytest.param(
            Switches(is_store_on=True, is_rest_on=True, allow_marked=True), "queued", id="allowed"
        ),
    ],
)
def test_switches_come_before_all_else(switches: Switches, wanted: str) -> None:
    row = {"product_type": "WATER_MARKED"} if switches.allow_marked else {"price": None}
    assert fate(parent=None, switches=switches, **row) == wanted


def test_of_several_reasons_the_first_is_told_and_a_rows_own_in_its_store_alone() -> None:
    found = [
        ("a", "here", "vk_error"),
        ("a", "there", "gone_in_vk"),
        ("b", "there", "no_price"),
        ("c", "here", "no_price"),
        ("d", "there", BAD_ROW),
    ]
    assert first_told(found, "here") == {"a": "gone_in_vk", "c": "no_price"}


def test_every_reason_of_a_product_is_known() -> None:
    of_stores = {"store_not_paid", "store_unreadable"}
    assert {BAD_ROW, *TOLD, *OWN} == REASONS.keys() - NOTES - of_stores
    assert {BAD_ROW, *TOLD, *OWN} < set(FATES)
    assert len(set(FATES)) == len(FATES) < 256
