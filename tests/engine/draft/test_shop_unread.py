"""What a store that was not read whole, or is not listed, does to the drafts."""

from typing import Any

import pytest

from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.engine.draft.shop import Drafted, draft_shop
from tests.builders import (
    BOTH_SHOPS,
    SECOND_SHOP,
    SHOP,
    draft,
    product,
    rules,
    snapshot,
    store_reading,
)
from tests.engine.draft.drafting import BOTH_ON, codes, places, second


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ReadingState.PARTIAL, "store_unreadable"),
        (ReadingState.UNREADABLE, "store_unreadable"),
        (ReadingState.NOT_PAID, "store_not_paid"),
    ],
)
def test_a_store_not_read_whole_is_told_once(state: ReadingState, code: str) -> None:
    drafted = draft_shop(snapshot(store_reading(state=state)), rules())

    assert codes(drafted) == [("", code)]
    assert "Чайная на Садовой" in drafted.problems[0].reason
    assert drafted.unknown_stores == {SHOP}


def test_the_reason_is_passed_on() -> None:
    unread = store_reading(state=ReadingState.UNREADABLE, reason="нет ответа")

    assert draft_shop(snapshot(unread), rules()).problems[0].detail["why"] == "нет ответа"


def test_a_store_switched_off_may_be_unread() -> None:
    unread = store_reading(product(), state=ReadingState.PARTIAL)

    drafted = draft_shop(snapshot(unread, second()), rules(stores=(SECOND_SHOP,)))

    assert drafted == Drafted(off=frozenset({"assam"}))


def test_its_products_are_unknown() -> None:
    unread = store_reading(product(), state=ReadingState.PARTIAL)

    # Its groups may not have been read, so a group's switch tells nothing.
    assert places(draft_shop(snapshot(unread), rules(groups=()))) == {"unknown"}


def test_a_product_switched_off_there_is_off() -> None:
    unread = store_reading(product(), state=ReadingState.PARTIAL)

    assert places(draft_shop(snapshot(unread), rules(products_off=[(SHOP, "assam")]))) == {"off"}


def test_a_product_that_also_stands_in_a_whole_store_is_not_settled() -> None:
    both = snapshot(store_reading(product(), state=ReadingState.PARTIAL), second(product()))

    drafted = draft_shop(both, BOTH_ON)

    assert drafted.drafts == {"assam": draft(store_ids=(SECOND_SHOP,), settled=False)}


@pytest.mark.parametrize(
    "values", [{"type": "BEER_MARKED"}, {"price": None, "allow_to_sell": False}]
)
def test_a_product_that_may_be_sold_there_is_not_taken_off(values: Any) -> None:
    both = snapshot(store_reading(product(), state=ReadingState.PARTIAL), second(product(**values)))

    assert places(draft_shop(both, BOTH_ON)) == {"kept"}


def test_a_store_that_evotor_does_not_list_is_unread_and_told_by_its_id() -> None:
    drafted = draft_shop(snapshot(store_reading(product())), BOTH_ON)

    assert drafted.drafts == {"assam": draft()}
    assert drafted.unknown_stores == {SECOND_SHOP}
    assert [(one.store_id, one.name, one.detail["why"]) for one in drafted.problems] == [
        (
            SECOND_SHOP,
            SECOND_SHOP,
            "Эвотор больше не называет этот магазин",
        )
    ]


def test_an_empty_list_of_stores_leaves_all_unread() -> None:
    drafted = draft_shop(Snapshot(readings=()), BOTH_ON)

    assert drafted.unknown_stores == {*BOTH_SHOPS}
    assert codes(drafted) == [("", "store_unreadable")] * 2


class TestMissed:
    """What a store neither listed nor surely lacks."""

    def test_one_that_another_store_sells_is_not_settled(self) -> None:
        both = snapshot(store_reading(), second(product()))

        drafted = draft_shop(both, BOTH_ON, missed=frozenset({(SHOP, "assam")}))

        assert drafted.drafts == {"assam": draft(store_ids=(SECOND_SHOP,), settled=False)}

    def test_one_that_is_switched_off_in_another_store_is_unknown(self) -> None:
        both = snapshot(store_reading(), second(product()))
        off_there = rules(stores=BOTH_SHOPS, products_off=[(SECOND_SHOP, "assam")])

        assert places(draft_shop(both, off_there, missed=frozenset({(SHOP, "assam")}))) == {
            "unknown"
        }
