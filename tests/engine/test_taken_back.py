"""Which yes given beforehand a switch takes back when it brings its goods to VK again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evosync.catalog.product import Product
from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.engine.draft.shop import draft_shop
from evosync.engine.memory import Consent, Memory, Verdict
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy, Rules, StockMode
from evosync.engine.taken_back import find_taken_back, stated_prices, without
from tests.builders import item, link, product, reading, rules, snapshot, store_reading

OFF = {"stores": ()}
TEA = product("tea")
KINDS = {"hide", "zero", "delete"}


def kept(
    shop: Snapshot, wanted: Rules, *, is_hidden: bool = False, stock: int | None = None
) -> set[str]:
    """List what a yes about the tea is still for."""
    standing = Standing(
        reading=reading(item(1, product_id="tea", stock=stock)),
        links=(link("tea", 1, last={"is_hidden": is_hidden}),),
    )
    ended = find_taken_back(draft_shop(shop, wanted), standing, wanted)
    assert {product_id for _, product_id in ended} <= {"tea"}
    return KINDS - {kind for kind, _ in ended}


@pytest.mark.parametrize(
    ("products", "chosen", "gone", "still"),
    [
        pytest.param([TEA], {}, GonePolicy.HIDE, set(), id="on again"),
        pytest.param([], {}, GonePolicy.HIDE, set(), id="on, and the till lists nothing"),
        pytest.param([TEA], OFF, GonePolicy.HIDE, {"hide"}, id="off"),
        pytest.param([TEA], OFF, GonePolicy.DELETE, {"delete"}, id="off, and deleted by now"),
        pytest.param([TEA], OFF, GonePolicy.LEAVE, set(), id="off, and left"),
        pytest.param([], OFF, GonePolicy.ZERO, {"zero"}, id="off, and listed no more"),
        pytest.param(
            [replace(TEA, allow_to_sell=False, price=None)],
            {},
            GonePolicy.HIDE,
            {"zero"},
            id="not for sale",
        ),
        pytest.param(
            [replace(TEA, type="ALCOHOL_MARKED")], {}, GonePolicy.HIDE, {"hide"}, id="forbidden"
        ),
    ],
)
def test_a_yes_lasts_while_what_it_was_for_does(
    products: list[Product], chosen: dict[str, Any], gone: GonePolicy, still: set[str]
) -> None:
    assert kept(snapshot(store_reading(*products)), rules(**chosen, gone=gone)) == still


def test_a_yes_to_stocks_lasts_while_they_are_taken_from_the_till() -> None:
    out = snapshot(store_reading(replace(TEA, quantity=Decimal(0))))
    assert kept(out, rules(stock_mode=StockMode.REAL)) == {"zero"}
    assert kept(out, rules()) == set()


def test_what_went_already_stays_agreed_to_while_it_is_off() -> None:
    shop = snapshot(store_reading(TEA))
    assert kept(shop, rules(**OFF, gone=GonePolicy.DELETE), is_hidden=True) == KINDS
    assert kept(shop, rules(), is_hidden=True) == set()


def test_a_store_that_cannot_be_read_is_no_reason_to_believe_a_yes() -> None:
    unread = snapshot(store_reading(TEA, state=ReadingState.PARTIAL))
    assert kept(unread, rules()) == set()


def test_only_what_was_stated_is_forgotten() -> None:
    stated, approved = (
        Consent(verdict=verdict, members=frozenset({("price", "tea"), ("hide", "tea")}))
        for verdict in (Verdict.STATED, Verdict.APPLY)
    )
    assert stated_prices([stated, approved]) == {("price", "tea")}
    assert stated_prices([approved]) == frozenset()
    standing = Standing(reading=reading(), memory=Memory(consents=(stated, approved)))
    left = without(standing, {("price", "tea")}).memory.consents
    assert [one.members for one in left] == [{("hide", "tea")}, approved.members]
