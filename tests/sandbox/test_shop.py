"""What a newcomer and the tests may count on in the seeded shop."""

from collections import Counter
from decimal import Decimal

import msgspec
import pytest

from evosync.sandbox.evotor.state import ProductState, StoreState
from evosync.sandbox.odd_goods import ODD_GOODS
from evosync.sandbox.shop import (
    LESNAYA_ID,
    MIRA_ID,
    MODIFICATION_GROUP_NAME,
    SHOP_USER_ID,
    UNPAID_ID,
    ean13,
    tea_shop,
)


@pytest.fixture
def stores() -> dict[str, StoreState]:
    return tea_shop().users[SHOP_USER_ID].stores


@pytest.fixture
def odd(stores: dict[str, StoreState]) -> dict[str, ProductState]:
    """The unusual rows by their kind."""
    return {good.key: stores[LESNAYA_ID].products[good.id] for good in ODD_GOODS}


def test_two_builds_are_equal_to_the_letter() -> None:
    assert msgspec.json.encode(tea_shop()) == msgspec.json.encode(tea_shop())


def test_two_stores_have_goods_and_one_is_not_paid_for(stores: dict[str, StoreState]) -> None:
    assert [store.name for store in stores.values() if store.is_paid] == [
        "Чайная на Лесной",
        "Чайная на Мира",
    ]
    assert not stores[UNPAID_ID].is_paid
    assert 120 <= sum(len(store.products) for store in stores.values()) <= 160


def test_goods_of_both_stores_have_one_id_and_two_stocks(stores: dict[str, StoreState]) -> None:
    here, there = stores[LESNAYA_ID].products, stores[MIRA_ID].products
    shared = here.keys() & there.keys()
    assert len(shared) == 12
    assert all(here[it].name == there[it].name for it in shared)
    assert any(here[it].quantity != there[it].quantity for it in shared)
    # A name that stands twice under two ids would be two cards of one thing.
    names = Counter(product.name for product in (here | there).values())
    assert max(names.values()) == 1


def test_groups_nest_repeat_and_go_round(stores: dict[str, StoreState]) -> None:
    groups = stores[LESNAYA_ID].groups
    names = Counter(group.name for group in groups.values())
    assert names["Подарки"] == 2
    assert names["   "] == 1
    third_level = [
        group
        for group in groups.values()
        if group.parent_id and groups[group.parent_id].parent_id in groups
    ]
    assert {"Шу пуэр", "Шэн пуэр", "Утёсные улуны"} <= {group.name for group in third_level}
    first = next(group for group in groups.values() if group.name == "Сезонное")
    assert first.parent_id is not None
    assert groups[first.parent_id].parent_id == first.id
    empty = {group.id for group in groups.values()} - {
        product.parent_id for product in stores[LESNAYA_ID].products.values()
    }
    assert "Архив 2023" in {groups[group_id].name for group_id in empty}


def test_a_modification_group_has_four_distinct_modifications(
    stores: dict[str, StoreState],
) -> None:
    store = stores[LESNAYA_ID]
    group = next(it for it in store.groups.values() if it.name == MODIFICATION_GROUP_NAME)
    assert group.attributes is not None
    choices = {attribute.id: {it.id for it in attribute.choices} for attribute in group.attributes}
    children = [it for it in store.products.values() if it.parent_id == group.id]
    assert len({tuple(child.attributes_choices.items()) for child in children}) == 4
    for child in children:
        assert child.attributes_choices.keys() == choices.keys()
        assert all(value in choices[key] for key, value in child.attributes_choices.items())
    assert {child.name.startswith(group.name) for child in children} == {True, False}


def test_every_awkward_kind_is_there_once(odd: dict[str, ProductState]) -> None:
    assert len(odd) == len(ODD_GOODS)
    assert len(odd["two characters"].name) == 2
    assert len(odd["180 characters"].name) == 180
    assert len(odd["no blanks"].name) > 100
    assert " " not in odd["no blanks"].name
    assert "🍵" in odd["emoji"].name
    assert {"&", '"', "'"} <= set(odd["quotes and ampersand"].name)
    assert "<b>" in odd["html"].name
    assert "<script>" in odd["html"].name
    assert "&quot;" in odd["entities"].name
    assert odd["only blanks"].name.isspace()
    assert {"\t", "\n"} <= set(odd["tabs and newlines"].name)
    assert "\x00" in odd["control characters"].name
    assert "https://" in (odd["links"].description or "")
    assert len(odd["long description"].description or "") > 3300
    assert odd["outside any group"].parent_id is None


def test_an_orphan_names_a_group_that_is_not_listed(
    stores: dict[str, StoreState], odd: dict[str, ProductState]
) -> None:
    assert odd["orphan"].parent_id is not None
    assert odd["orphan"].parent_id not in stores[LESNAYA_ID].groups


def test_awkward_types_prices_and_stock(odd: dict[str, ProductState]) -> None:
    types = {odd[kind].type for kind in ("SERVICE", "DAIRY_MARKED", "TOBACCO_MARKED")}
    assert types == {"SERVICE", "DAIRY_MARKED", "TOBACCO_MARKED"}
    assert odd["no type"].type is None
    assert odd["no price"].price is None
    assert odd["zero price"].price == 0
    assert odd["negative quantity"].quantity == -3
    assert odd["fractional quantity"].quantity == Decimal("0.834")
    assert odd["no quantity"].quantity is None
    assert odd["not for sale"].allow_to_sell is False
    assert [kind for kind, row in odd.items() if "name" in row.odd] == ["broken row"]


def test_measures_of_every_kind_occur(stores: dict[str, StoreState]) -> None:
    measures = {it.measure_name for store in stores.values() for it in store.products.values()}
    assert {"шт", "шт.", "кг", "", None} <= measures


@pytest.mark.parametrize(
    ("number", "barcode"),
    [
        pytest.param(4_601_234_560_010, "4601234560016", id="ends in six"),
        pytest.param(2_000_000_000_110, "2000000000114", id="ends in four"),
        pytest.param(2_000_000_000_000, "2000000000008", id="ends in eight"),
    ],
)
def test_barcodes_end_in_their_check_digit(number: int, barcode: str) -> None:
    assert ean13(number) == barcode
