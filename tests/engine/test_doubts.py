"""When a change is asked about: the rules, at their edges."""

from collections.abc import Sequence
from typing import Any

import pytest

from evosync.catalog.item import AlbumLink, Availability, Link, LinkState, MarketItem
from evosync.engine.changes import (
    Change,
    Delete,
    EditAlbum,
    Hide,
    Lose,
    Restore,
    Zero,
)
from evosync.engine.draft.shop import Drafted
from evosync.engine.held import Ask
from evosync.engine.memory import Verdict
from tests.builders import adoption, draft
from tests.engine.guarding import (
    EMPTY_TILL,
    PRICE,
    STOCK,
    divide,
    edit,
    hides,
    linked,
    name,
    prices,
    said,
    shop,
    stands,
)

ALBUM = AlbumLink(key="чай", album_id=9, title="Чай", is_made=True)
HIDDEN = EditAlbum(link=ALBUM, title="Чай", is_hidden=True, photo=None)


@pytest.mark.parametrize(
    ("count", "mark", "going", "is_held"),
    [
        pytest.param(100, 0, 30, False, id="70 of 100 stay"),
        pytest.param(100, 0, 31, True, id="69 of 100 stay"),
        pytest.param(71, 100, 1, False, id="70 of the mark stay"),
        pytest.param(70, 100, 1, True, id="69 of the mark stay"),
        pytest.param(10, 0, 3, False, id="7 of 10 stay"),
        pytest.param(10, 0, 4, True, id="6 of 10 stay"),
        pytest.param(9, 0, 8, False, id="one of a small shop stays"),
        pytest.param(9, 0, 9, True, id="none of a small shop stays"),
        pytest.param(1, 0, 1, True, id="the only one"),
        pytest.param(9, 10, 2, False, id="7 of a mark of 10 stay"),
        pytest.param(9, 10, 3, True, id="6 of a mark of 10 stay"),
    ],
)
def test_how_much_has_to_stay(count: int, mark: int, going: int, *, is_held: bool) -> None:
    divided = divide(hides(range(1, going + 1)), shop(count, high_mark=mark))

    assert (divided.held is not None) is is_held


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        pytest.param([edit(1, STOCK, stock=0), edit(2, STOCK, stock=0)], "zero", id="stock 0"),
        pytest.param([edit(1, STOCK, stock=1), edit(2, STOCK, stock=2)], None, id="less stock"),
        pytest.param([edit(1, PRICE, stock=0), edit(2, PRICE, stock=0)], None, id="not sent"),
    ],
)
def test_an_edit_takes_off_sale_when_it_sends_stock_0(
    changes: Sequence[Change], kind: str | None
) -> None:
    held = divide(changes, shop(2)).held

    assert (held and set(held.counts)) == (kind and {kind})


@pytest.mark.parametrize(
    ("item", "last"),
    [
        pytest.param(stands(11, stock=0), {}, id="sold out"),
        pytest.param(stands(11, stock=None), {"stock": 0}, id="sold out, as we wrote"),
        pytest.param(stands(11, availability=Availability.UNAVAILABLE), {}, id="out of sight"),
        pytest.param(stands(11), {"is_hidden": True}, id="hidden by us"),
    ],
)
def test_what_is_not_on_sale_counts_nothing_and_goes(
    item: MarketItem, last: dict[str, Any]
) -> None:
    link = linked(11, last=last)
    away = Zero(link=link, item=item)

    divided = divide([*hides(range(1, 7)), away], shop(10, links=[link], items=[item]))

    assert divided.go == (away,)
    assert len(divided.live) == 10


def test_a_stock_that_nobody_tells_is_on_sale() -> None:
    link, item = linked(1, last={"stock": None}), stands(1, stock=None)

    assert divide([], shop(0, links=[link], items=[item])).live == {1}


def test_a_double_is_hidden_without_a_question() -> None:
    double = Hide(link=Link(product_id=name(1), item_id=77), item=stands(77))

    divided = divide([double, *hides([1, 2])], shop(2, items=[stands(77)]), EMPTY_TILL)

    assert divided.go == (double,)
    assert len(divided.live) == 2


def test_what_the_plan_adopts_counts_as_what_was_linked_before() -> None:
    adopted = [adoption(name(number), number) for number in (1, 2)]
    going = [Delete(link=one.link, item=one.item) for one in adopted]
    standing = shop(0, items=[one.item for one in adopted])

    divided = divide([*adopted, *going], standing)

    assert divided.go == tuple(adopted)
    assert divided.held is not None
    assert divided.held.members == (("delete", name(1)), ("delete", name(2)))


def test_a_till_that_lists_nothing_holds_everything() -> None:
    standing = shop(2, links=[linked(3)], items=[stands(3, stock=0)])
    lose = Lose(link=linked(4))

    divided = divide([lose, *hides([1, 2, 3]), HIDDEN], standing, EMPTY_TILL)

    assert (divided.go, divided.put_off) == ((), (HIDDEN,))
    assert divided.held is not None
    assert divided.held.counts == {"hide": 3, "lose": 1}
    assert divided.held.sentences == (
        "Касса не показывает ни одного товара. Снять с продажи пришлось бы: 3.",
        "В VK пропали карточки товаров: 1 из 3.",
    )


@pytest.mark.parametrize(
    ("count", "changed", "price", "is_held"),
    [
        pytest.param(20, 10, 300_01, True, id="more than three times dearer"),
        pytest.param(20, 10, 300_00, False, id="three times dearer"),
        pytest.param(20, 10, 33_33, True, id="less than a third"),
        pytest.param(20, 10, 33_34, False, id="a third"),
        pytest.param(20, 9, 10_000_00, False, id="too few"),
        pytest.param(40, 12, 10_000_00, False, id="30 percent"),
        pytest.param(40, 13, 10_000_00, True, id="more than 30 percent"),
    ],
)
def test_far_prices_of_many_items_are_held(
    count: int, changed: int, price: int, *, is_held: bool
) -> None:
    held = divide(prices(changed, price), shop(count)).held

    assert (held.counts if held else {}) == ({"price": changed} if is_held else {})


@pytest.mark.parametrize(
    ("item", "last", "is_far"),
    [
        pytest.param(stands(10, price=1_00), {"price": 100_00}, False, id="as VK shows it"),
        pytest.param(stands(10, price=None), {"price": 100_00}, True, id="as we wrote it"),
        pytest.param(None, {"price": 100_00}, True, id="of an item that is deleted"),
        pytest.param(None, {"price": None}, False, id="not known"),
    ],
)
def test_a_price_is_compared_with_the_one_before(
    item: MarketItem | None, last: dict[str, Any], *, is_far: bool
) -> None:
    restore = Restore(
        link=linked(10, last=last),
        draft=draft(name(10), price=1_00),
        item=item,
        fields=frozenset({PRICE}),
    )

    held = divide([*prices(9, 1_00), restore], shop(9)).held

    assert (held is not None) is is_far


@pytest.mark.parametrize(
    ("lost", "stays", "is_held"),
    [
        pytest.param(5, 44, True, id="5 of 49"),
        pytest.param(5, 45, False, id="a tenth"),
        pytest.param(4, 0, False, id="too few"),
    ],
)
def test_many_losses_at_once_are_held_all(lost: int, stays: int, *, is_held: bool) -> None:
    links = [linked(100 + number) for number in range(lost)]
    deleted = linked(999, state=LinkState.DELETED)

    held = divide([Lose(link=one) for one in links], shop(stays, links=[*links, deleted])).held

    assert (held.counts if held else {}) == ({"lose": lost} if is_held else {})


@pytest.mark.parametrize(
    ("ask", "last", "is_held"),
    [
        pytest.param(Ask.HIDE, {}, False, id="hidden as stated"),
        pytest.param(Ask.DELETE, {}, False, id="deleted as stated"),
        pytest.param(Ask.ZERO, {"stock": 0}, False, id="zeroed as stated"),
        pytest.param(Ask.HIDE, {"stock": 0}, True, id="sold out before"),
        pytest.param(Ask.PRICE, {}, True, id="stated something else"),
    ],
)
def test_what_went_as_stated_is_no_longer_in_the_mark(
    ask: Ask, last: dict[str, Any], *, is_held: bool
) -> None:
    # Of 20 items 6 went, 5 of them by the person's own switch: 13 of 15 may stay.
    links = [linked(100 + one, last={"is_hidden": True} | last) for one in range(5)]
    stated = said(Verdict.STATED, ask, range(100, 105))

    divided = divide(hides([1]), shop(14, links=links, high_mark=20, consents=(stated,)))

    assert (divided.held is not None) is is_held


@pytest.mark.parametrize(
    ("leaders", "is_held"),
    [
        pytest.param(range(1, 6), False, id="on sale as its twin"),
        pytest.param(range(21, 26), True, id="its twin has no item"),
    ],
)
def test_the_second_items_of_twins_are_no_loss(leaders: range, *, is_held: bool) -> None:
    members = {name(number): name(one) for number, one in zip(range(6, 11), leaders, strict=True)}

    divided = divide(hides(range(6, 11)), shop(10), Drafted(members=members, kept=frozenset("x")))

    assert (divided.held is not None, divided.sets_mark) == (is_held, not is_held)
