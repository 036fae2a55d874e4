from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evosync.catalog.product import Product
from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.rules import StockMode, TwinsPolicy
from tests.builders import (
    BOTH_SHOPS,
    SECOND_SHOP,
    SHOP,
    draft,
    product,
    rules,
    snapshot,
    store,
    store_reading,
)
from tests.engine.draft.drafting import BOTH_ON, bad, codes, places, second

THIRD_SHOP = "20200101-CCCC-4000-80CC-000000000003"
OF_BOTH = draft(store_ids=BOTH_SHOPS, members=("twin",))


def both(here: Product | None = None, there: Product | None = None) -> Snapshot:
    return snapshot(store_reading(here or product()), second(there or product("twin")))


def test_equal_goods_of_two_stores_are_one_draft() -> None:
    drafted = draft_shop(both(), BOTH_ON)

    assert drafted == Drafted(drafts={"assam": OF_BOTH}, members={"twin": "assam"})
    assert drafted.saw("twin")


def test_on_demand_they_stay_two() -> None:
    drafted = draft_shop(both(), rules(stores=BOTH_SHOPS, twins=TwinsPolicy.BOTH))

    assert drafted.drafts.keys() == {"assam", "twin"}
    assert not drafted.members


@pytest.mark.parametrize(
    ("here", "there", "are_one"),
    [
        pytest.param({"name": "Чай  ЁЛКА"}, {"name": "чай елка"}, True, id="folded"),
        pytest.param({"name": "Чай"}, {"name": "Чай 2"}, False, id="another name"),
        pytest.param({"name": " "}, {"name": " "}, False, id="nameless"),
        pytest.param({"barcodes": ("1",)}, {"barcodes": ("1", "2")}, True, id="one barcode"),
        pytest.param({"barcodes": ("1",)}, {"barcodes": ("2",)}, False, id="another barcode"),
        pytest.param({"barcodes": ("1",)}, {}, True, id="one has none"),
        pytest.param({"barcodes": ("",)}, {"barcodes": ("2",)}, True, id="an empty one is none"),
    ],
)
def test_name_and_barcode_tell_twins(here: Any, there: Any, *, are_one: bool) -> None:
    drafted = draft_shop(both(product(**here), product("twin", **there)), BOTH_ON)

    assert len(drafted.drafts.keys() | drafted.kept) == (1 if are_one else 2)


def three(*barcodes: tuple[str, ...]) -> Drafted:
    """Draft one product of each of three stores."""
    shops = (SHOP, SECOND_SHOP, THIRD_SHOP)
    readings = [
        store_reading(product(f"in-{number}", barcodes=codes_), store=store(shop))
        for number, (shop, codes_) in enumerate(zip(shops, barcodes, strict=True), start=1)
    ]
    return draft_shop(Snapshot(readings=tuple(readings)), rules(stores=shops))


@pytest.mark.parametrize(
    ("barcodes", "members"),
    [
        pytest.param(((), (), ()), {"in-2": "in-1", "in-3": "in-1"}, id="no barcodes"),
        pytest.param((("1",), (), ("2",)), {}, id="one may be either"),
        pytest.param((("1",), ("2",), ("2",)), {"in-3": "in-2"}, id="two of three"),
        pytest.param(
            (("1",), ("2",), ("1", "2")), {"in-2": "in-1", "in-3": "in-1"}, id="one joins two"
        ),
    ],
)
def test_barcodes_part_the_goods_of_one_name(barcodes: Any, members: dict[str, str]) -> None:
    assert three(*barcodes).members == members


def test_a_name_that_one_store_has_twice_has_no_twins() -> None:
    ambiguous = snapshot(store_reading(product(), product("more")), second(product("twin")))

    drafted = draft_shop(ambiguous, BOTH_ON)

    assert drafted.drafts.keys() == {"assam", "more", "twin"}
    assert not any(one.members for one in drafted.drafts.values())


def test_a_product_of_two_stores_has_no_twin_in_either() -> None:
    shared = snapshot(store_reading(product()), second(product(), product("twin")))

    assert not draft_shop(shared, BOTH_ON).members


@pytest.mark.parametrize(
    ("claimed", "leader"),
    [
        pytest.param((), "assam", id="the first store's"),
        pytest.param(("other", "twin"), "twin", id="the linked one"),
        pytest.param(("twin", "assam"), "twin", id="the stronger claim"),
    ],
)
def test_who_has_an_item_leads(claimed: tuple[str, ...], leader: str) -> None:
    drafted = draft_shop(both(), BOTH_ON, claimed)

    [(product_id, made)] = drafted.drafts.items()
    assert (product_id, made.product_id) == (leader, leader)
    assert drafted.members == {one: leader for one in ("assam", "twin") if one != leader}
    assert made.store_ids == BOTH_SHOPS


def test_the_users_order_of_stores_decides_who_leads_and_names() -> None:
    chosen = rules(stores=BOTH_SHOPS, store_order=(SECOND_SHOP,))

    [made] = draft_shop(both(there=product("twin", price=90_00)), chosen).drafts.values()

    assert (made.product_id, made.price, made.members) == ("twin", 90_00, ("assam",))


@pytest.mark.parametrize(
    ("here", "there", "price", "stock"),
    [
        pytest.param({}, {}, 100_00, 7 + 3, id="summed"),
        pytest.param({}, {"quantity": None}, 100_00, None, id="one unknown"),
        pytest.param({"allow_to_sell": False}, {}, 90_00, 3, id="sold in the second only"),
        pytest.param({"price": None}, {}, 90_00, 7 + 3, id="priced in the second only"),
    ],
)
def test_price_and_stock_are_as_those_of_one_product(
    here: Any, there: Any, price: int, stock: int | None
) -> None:
    chosen = rules(stores=BOTH_SHOPS, stock_mode=StockMode.REAL)
    twin = {"price": 90_00, "quantity": Decimal(3)} | there

    made = draft_shop(both(product(**here), product("twin", **twin)), chosen).drafts["assam"]

    assert (made.price, made.stock) == (price, stock)


def test_a_switch_is_of_one_product() -> None:
    chosen = rules(stores=BOTH_SHOPS, products_off=[(SHOP, "assam")])

    drafted = draft_shop(both(), chosen)

    assert drafted == Drafted(
        drafts={"twin": draft("twin", store_ids=(SECOND_SHOP,))}, off=frozenset({"assam"})
    )


def test_what_cannot_be_published_is_neither_of_them() -> None:
    unpriced = both(product(price=None), product("twin", price=None))

    drafted = draft_shop(unpriced, BOTH_ON)

    assert drafted.kept == {"assam", "twin"}
    assert codes(drafted) == [("assam", "no_price")]
    assert drafted.saw("twin")


def test_twins_that_may_stand_in_an_unread_store_are_not_settled() -> None:
    read = both()
    third = store_reading(
        product("twin"), store=store(THIRD_SHOP), state=ReadingState.PARTIAL, bad_rows=(bad(),)
    )
    shop = replace(read, readings=(*read.readings, third))

    drafted = draft_shop(shop, rules(stores=(*BOTH_SHOPS, THIRD_SHOP)))

    assert drafted.drafts["assam"] == replace(OF_BOTH, settled=False)


def test_a_twin_known_from_an_unread_store_alone_is_unknown() -> None:
    unread = second(product("twin"), state=ReadingState.PARTIAL)

    drafted = draft_shop(snapshot(store_reading(product()), unread), BOTH_ON)

    assert drafted.drafts == {"assam": draft()}
    assert places(drafted, "twin") == {"unknown"}
