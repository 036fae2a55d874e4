"""What a person said to leave stays, however little of it is left, until it is as it should be."""

import pytest

from evosync.catalog.item import LinkState
from evosync.engine.changes import Change, Field, Lose, Relink
from evosync.engine.draft.shop import Drafted
from evosync.engine.held import Ask
from evosync.engine.memory import Refusal, Verdict
from tests.builders import NOON, draft
from tests.engine.guarding import (
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
from tests.engine.test_guard import HIDDEN, create, put

APPLY, LEAVE, STATED = Verdict.APPLY, Verdict.LEAVE, Verdict.STATED


def test_prices_that_were_left_stay_when_they_are_too_few_to_be_asked_about() -> None:
    consents = (said(LEAVE, Ask.PRICE, range(1, 19)),)

    divided = divide(prices(6, 10_000_00), shop(20, consents=consents))

    assert (divided.go, divided.held) == ((), None)
    assert divided.left is not None
    assert divided.left.changes == tuple(prices(6, 10_000_00))
    assert divided.left.sentences == ("По вашему решению не сделано: 6.",)


def test_what_was_left_does_not_count_in_what_is_asked_of_the_rest() -> None:
    consents = (said(LEAVE, Ask.HIDE, range(1, 13)),)

    few = divide(hides(range(1, 14)), shop(20, consents=consents))
    many = divide(hides(range(1, 20)), shop(20, consents=consents))

    assert (few.go, few.held) == (tuple(hides([13])), None)
    assert many.left is not None
    assert many.held is not None
    assert many.held.members == tuple(sorted(("hide", name(one)) for one in range(13, 20)))
    assert many.held.sentences == (
        "С продажи ушло бы товаров: 7, осталось бы: 13 (за последние сутки было 20).",
    )
    assert many.left.changes == tuple(hides(range(1, 13)))


def test_a_lost_item_that_was_left_is_not_given_up() -> None:
    lose = Lose(link=linked(1))

    divided = divide([lose], shop(0, links=[linked(1)], consents=(said(LEAVE, Ask.LOSE, [1]),)))

    assert (divided.go, divided.left is not None) == ((), True)


def test_the_fields_of_an_edit_are_left_or_held_or_go_one_by_one() -> None:
    fields = (STOCK, PRICE, Field.TITLE)
    mixed = edit(1, *fields, stock=0, price=10_000_00)
    consents = (said(LEAVE, Ask.PRICE, [1]),)

    divided = divide([mixed], shop(1, consents=consents))

    assert divided.held is not None
    assert divided.left is not None
    assert divided.go == (edit(1, Field.TITLE, stock=0, price=10_000_00),)
    assert divided.held.changes == (edit(1, STOCK, stock=0, price=10_000_00),)
    assert divided.left.changes == (edit(1, PRICE, stock=0, price=10_000_00),)


def test_what_cannot_go_in_part_is_left_whole_and_not_asked_about() -> None:
    relink = Relink(
        link=linked(1),
        draft=draft(name(1), stock=0, price=10_000_00),
        item=stands(1),
        fields=frozenset({STOCK, PRICE}),
    )

    divided = divide([relink], shop(1, consents=(said(LEAVE, Ask.PRICE, [1]),)))

    assert divided.held is None
    assert divided.left is not None
    assert (divided.left.changes, divided.left.members) == ((relink,), (("price", name(1)),))


def test_a_new_item_under_the_name_of_one_that_stays_is_asked_about_or_left_with_it() -> None:
    same = create("new", title="Чай номер 1", name="Чай номер 1")
    changes: list[Change] = [*hides([1]), same, put("new"), HIDDEN]
    leave = said(LEAVE, Ask.HIDE, [1])

    asked = divide(changes, shop(20, consents=(leave,)))
    members = leave.members | {("create", "new")}
    left = divide(changes, shop(20, consents=(type(leave)(verdict=LEAVE, members=members),)))

    assert asked.held is not None
    assert asked.held.members == (("create", "new"),)
    assert asked.go == left.go == ()
    assert asked.put_off == left.put_off == (put("new"), HIDDEN)
    assert left.held is None
    assert left.left is not None
    assert left.left.members == (("create", "new"), ("hide", name(1)))


@pytest.mark.parametrize("last", [APPLY, STATED])
def test_a_later_yes_ends_what_was_left(last: Verdict) -> None:
    consents = (said(LEAVE, Ask.HIDE, [1, 2]), said(last, Ask.HIDE, [1, 2]))

    divided = divide(hides([1, 2]), shop(2, consents=consents))

    assert (divided.go, divided.left) == (tuple(hides([1, 2])), None)


def test_what_was_left_lapses_once_the_product_stands_as_it_should() -> None:
    consents = (said(LEAVE, Ask.PRICE, [1, 2, 3, 4]),)
    drafts = {name(one): draft(name(one)) for one in (1, 2, 4)}
    standing = shop(3, links=[linked(4, state=LinkState.LIVE)], consents=consents)

    divided = divide([edit(2, PRICE, price=10_000_00)], standing, Drafted(drafts=drafts))

    # The second is still far, the third not wanted now, the fourth not to be seen in VK.
    assert divided.lapsed == {("price", name(1))}


def test_what_was_left_does_not_lapse_while_not_all_is_known() -> None:
    consents = (said(LEAVE, Ask.PRICE, [1]),)
    drafts = {name(1): draft(name(1))}
    refused = Refusal(
        product_id=name(1),
        part="values",
        fingerprint="f",
        code=100,
        message="no",
        refused_at=NOON,
    )
    unread = Drafted(drafts=drafts, unknown_stores=frozenset({"shop"}))
    refusals = {(name(1), "values"): refused}

    assert not divide([], shop(1, consents=consents), unread).lapsed
    standing = shop(1, consents=consents, refusals=refusals)
    assert not divide([], standing, Drafted(drafts=drafts)).lapsed
