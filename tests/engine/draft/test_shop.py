from decimal import Decimal
from typing import Any

import pytest

from evosync.catalog.product import Attribute
from evosync.catalog.snapshot import Snapshot
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.rules import NO_GROUP, StockMode
from tests.builders import (
    BOTH_SHOPS,
    SECOND_SHOP,
    SHOP,
    draft,
    group,
    product,
    rules,
    snapshot,
    store_reading,
)
from tests.engine.draft.drafting import BOTH_ON, bad, codes, places, second

REAL = rules(stock_mode=StockMode.REAL)


def test_a_product_becomes_a_draft() -> None:
    drafted = draft_shop(snapshot(product()), rules())

    assert drafted == Drafted(drafts={"assam": draft()})


def test_a_draft_has_its_groups_album() -> None:
    reading = store_reading(product(parent_id="tea"), groups=(group(name=" ЧАЙ &amp; кофе"),))

    made = draft_shop(snapshot(reading), rules()).drafts["assam"]

    assert (made.album, made.album_title) == ("чай & кофе", "ЧАЙ & кофе")


def test_a_nameless_group_has_no_album() -> None:
    reading = store_reading(product(parent_id="tea"), groups=(group(name=" "),))

    assert draft_shop(snapshot(reading), rules()).drafts["assam"].album is None


def test_a_modification_lies_in_the_album_of_its_plain_group() -> None:
    cups = group("cups", name="Чашка", parent_id="tea", attributes=(Attribute(id="a", name="Б"),))
    reading = store_reading(product(name="Чашка 5", parent_id="cups"), groups=(group(), cups))

    made = draft_shop(snapshot(reading), rules()).drafts["assam"]

    assert (made.title, made.album) == ("Чашка 5", "чай")


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"stores": ()}, id="store"),
        pytest.param({"groups": ("tea",)}, id="group"),
        pytest.param({"products_off": [(SHOP, "assam")]}, id="product"),
    ],
)
def test_what_is_switched_off_is_off(values: Any) -> None:
    drafted = draft_shop(snapshot(product()), rules(**values))

    assert drafted == Drafted(off=frozenset({"assam"}))


@pytest.mark.parametrize(
    ("values", "code", "place"),
    [
        pytest.param({"price": None}, "no_price", "kept", id="no price"),
        pytest.param({"price": 0}, "no_price", "kept", id="price 0"),
        pytest.param({"name": " "}, "no_name", "kept", id="no name"),
        pytest.param({"type": None}, "unknown_type", "kept", id="no type"),
        pytest.param({"type": "GIFT"}, "unknown_type", "kept", id="new type"),
        pytest.param({"type": "BEER_MARKED"}, "forbidden_type", "off", id="forbidden"),
        pytest.param({"type": "WATER_MARKED"}, "marked_type", "off", id="marked"),
    ],
)
def test_what_cannot_be_published_says_why(values: Any, code: str, place: str) -> None:
    drafted = draft_shop(snapshot(product(**values)), rules())

    assert codes(drafted) == [("assam", code)]
    assert places(drafted) == {place}
    assert drafted.problems[0].reason
    assert drafted.problems[0].store_id == SHOP


def test_a_product_not_for_sale_is_drafted_without_stock() -> None:
    drafted = draft_shop(snapshot(product(allow_to_sell=False)), REAL)

    assert drafted.drafts["assam"] == draft(stock=0, for_sale=False)
    assert codes(drafted) == [("assam", "not_for_sale")]


def test_a_product_not_for_sale_and_without_price_is_stopped() -> None:
    drafted = draft_shop(snapshot(product(allow_to_sell=False, price=None)), rules())

    assert places(drafted) == {"kept", "stopped"}
    assert codes(drafted) == [("assam", "not_for_sale")]


@pytest.mark.parametrize(
    ("values", "notes"),
    [
        pytest.param({"quantity": None}, ["stock_unknown"], id="not told"),
        pytest.param({"quantity": Decimal("0.5")}, ["no_stock"], id="sold out"),
        pytest.param({"quantity": None, "type": "SERVICE"}, [], id="service"),
        pytest.param({"name": "ч" * 101}, ["name_adjusted"], id="long name"),
    ],
)
def test_notes_remark_on_what_is_published(values: Any, notes: list[str]) -> None:
    drafted = draft_shop(snapshot(product(**values)), REAL)

    assert [problem.code for problem in drafted.problems] == notes
    assert all(problem.is_note and problem.reason for problem in drafted.problems)
    assert places(drafted) == {"drafts"}


def test_fixed_stock_needs_no_note() -> None:
    assert draft_shop(snapshot(product(quantity=None)), rules()).problems == ()


class TestSeveralStores:
    def test_a_product_in_two_stores_is_one_draft(self) -> None:
        both = snapshot(
            store_reading(product(quantity=Decimal(2))), second(product(quantity=Decimal(3)))
        )

        drafted = draft_shop(both, rules(stores=BOTH_SHOPS, stock_mode=StockMode.REAL))

        assert drafted.drafts == {"assam": draft(store_ids=BOTH_SHOPS, stock=5)}

    @pytest.mark.parametrize(
        ("order", "sold_in_first", "sold_in_second", "names"),
        [
            pytest.param((), True, True, SHOP, id="by id"),
            pytest.param((SECOND_SHOP,), True, True, SECOND_SHOP, id="the user's order"),
            pytest.param((), False, True, SECOND_SHOP, id="first where for sale"),
            pytest.param((SECOND_SHOP, SHOP), False, False, SECOND_SHOP, id="nowhere for sale"),
        ],
    )
    def test_the_first_store_where_it_is_for_sale_names_it(
        self, order: tuple[str, ...], sold_in_first: bool, sold_in_second: bool, names: str
    ) -> None:
        here = product(name="Ассам", price=1_00, allow_to_sell=sold_in_first)
        there = product(name="Ассам новый", price=2_00, allow_to_sell=sold_in_second)

        made = draft_shop(
            snapshot(second(there), store_reading(here)),
            rules(stores=BOTH_SHOPS, store_order=order),
        ).drafts["assam"]

        first = here if names == SHOP else there
        assert made.store_ids[0] == names
        assert set(made.store_ids) == {SHOP, SECOND_SHOP}
        assert (made.name, made.price) == (first.name, first.price)

    def test_a_store_where_it_is_off_has_no_part_in_it(self) -> None:
        both = snapshot(store_reading(product()), second(product()))
        chosen = rules(stores=BOTH_SHOPS, products_off=[(SHOP, "assam")])

        drafted = draft_shop(both, chosen)

        assert drafted == Drafted(drafts={"assam": draft(store_ids=(SECOND_SHOP,))})

    def test_a_type_forbidden_in_the_first_store_takes_it_off(self) -> None:
        both = snapshot(store_reading(product(type="BEER_MARKED")), second(product()))

        assert places(draft_shop(both, BOTH_ON)) == {"off"}


class TestBadRows:
    def test_a_bad_row_is_unknown_and_told(self) -> None:
        drafted = draft_shop(snapshot(store_reading(bad_rows=(bad(),))), rules())

        assert places(drafted) == {"unknown"}
        assert codes(drafted) == [("assam", "bad_row")]
        assert drafted.problems[0].detail == {"field": "price"}

    def test_a_bad_row_without_an_id_is_told(self) -> None:
        drafted = draft_shop(snapshot(store_reading(bad_rows=(bad(None), bad("x")))), rules())

        assert codes(drafted) == [("", "bad_row"), ("x", "bad_row")]
        assert drafted.unknown == {"x"}

    def test_a_bad_row_of_a_product_switched_off_is_nobodys_business(self) -> None:
        reading = store_reading(bad_rows=(bad(),))

        assert draft_shop(snapshot(reading), rules(products_off=[(SHOP, "assam")])) == Drafted()

    def test_a_product_with_a_bad_row_in_one_store_is_not_settled(self) -> None:
        both = snapshot(store_reading(bad_rows=(bad(),)), second(product()))

        assert draft_shop(both, BOTH_ON).drafts["assam"].settled is False


def test_the_order_of_the_input_changes_nothing() -> None:
    ids = [f"p{number}" for number in range(6)]
    groups = [group(), group("coffee", name="Кофе")]

    def read(order: int) -> Drafted:
        products = [product(key, parent_id="tea", price=None if key < "p3" else 1) for key in ids]
        bad_rows = (bad("a"), bad("b"))
        readings = [
            store_reading(
                *products[::order], groups=tuple(groups[::order]), bad_rows=bad_rows[::order]
            ),
            second(*products[::order], groups=tuple(groups[::order])),
        ]
        return draft_shop(Snapshot(readings=tuple(readings[::order])), BOTH_ON)

    assert read(1) == read(-1)


def test_what_was_seen_is_known() -> None:
    products = [product("on"), product("kept", price=None), product("off")]
    seen = draft_shop(
        snapshot(store_reading(*products, bad_rows=(bad("bad"),))),
        rules(groups=(NO_GROUP,), products_off=[(SHOP, "off")]),
    )

    assert [seen.saw(key) for key in ("on", "kept", "off", "bad", "else")] == [True] * 4 + [False]
