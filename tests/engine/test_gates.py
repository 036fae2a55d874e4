"""At which gate a product stands, by what is known of it now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.item import Availability, Link, LinkState, Wish
from evosync.engine.changes import Create, Field, Update
from evosync.engine.gates import NOT_IN_TILL, QUEUED, Gate, Judged, Seen, Stop, judge
from evosync.engine.memory import Refusal
from evosync.engine.refusals import fingerprint_of, part_of
from evosync.engine.rules import StockMode
from tests.builders import (
    NOON,
    SECOND_SHOP,
    SHOP,
    item,
    link,
    product,
    rules,
    written,
)
from tests.engine.seen import BOTH, LIVE, rows, seen, told


def stop_of(what: Seen) -> tuple[Gate, str] | None:
    stop = judge(what).stop
    return None if stop is None else (stop.gate, stop.code)


UNREAD = {SHOP: Stop(gate=Gate.GOODS, code="store_not_paid", detail={"store": "Чайная"})}
FAULT = Stop(gate=Gate.ENDS, code="connection_broken", sentence="Нет связи.")


@pytest.mark.parametrize(
    ("what", "gate", "code"),
    [
        pytest.param(seen(), Gate.SENT, QUEUED, id="nothing keeps it"),
        pytest.param(seen(is_on=False), Gate.SYNC, "sync_off", id="the mirror is off"),
        pytest.param(seen(is_confirmed=False), Gate.SYNC, "never_confirmed", id="not confirmed"),
        pytest.param(seen(fault=FAULT), Gate.ENDS, "connection_broken", id="no connection"),
        pytest.param(seen(rules=rules(stores=())), Gate.CHOSEN, "store_off", id="store off"),
        pytest.param(seen(rules=rules(groups=())), Gate.CHOSEN, "group_off", id="no group's off"),
        pytest.param(
            seen(product(parent_id="tea"), rules=rules(groups=("none",))),
            *(Gate.CHOSEN, "group_off"),
            id="group off",
        ),
        pytest.param(
            seen(rules=rules(products_off=[(SHOP, "assam")])),
            *(Gate.CHOSEN, "product_off"),
            id="product off",
        ),
        pytest.param(seen(unread=UNREAD), Gate.GOODS, "store_not_paid", id="store not paid"),
        pytest.param(
            seen(problems=[told("bad_row", field="price")]),
            *(Gate.GOODS, "bad_row"),
            id="a row that cannot be read",
        ),
        pytest.param(seen(rows=()), Gate.GOODS, NOT_IN_TILL, id="no more in the till"),
        pytest.param(
            seen(product(allow_to_sell=False)), Gate.GOODS, "not_for_sale", id="not for sale"
        ),
        pytest.param(seen(product(price=None)), Gate.GOODS, "no_price", id="no price"),
        pytest.param(seen(product(name="")), Gate.GOODS, "no_name", id="no name"),
        pytest.param(
            seen(product(type="BEER_MARKED")), Gate.TYPE, "forbidden_type", id="forbidden type"
        ),
        pytest.param(
            seen(product(type="SHOES_MARKED")), Gate.TYPE, "marked_type", id="marked type"
        ),
        pytest.param(seen(product(type="ROCKET")), Gate.TYPE, "unknown_type", id="unknown type"),
        pytest.param(
            seen(problems=[told("awaiting_adoption", items="7")]),
            *(Gate.CARD, "awaiting_adoption"),
            id="is it that one",
        ),
        pytest.param(
            seen(problems=[told("awaiting_adoption", items="7")], decided=frozenset({"assam"})),
            *(Gate.SENT, QUEUED),
            id="it was said whether it is that one",
        ),
        pytest.param(
            seen(links=[LIVE], item=item(), problems=[told("duplicate_in_vk")]),
            *(Gate.CARD, "duplicate_in_vk"),
            id="doubles",
        ),
        pytest.param(
            seen(links=[replace(LIVE, state=LinkState.LOST)]),
            *(Gate.CARD, "gone_in_vk"),
            id="deleted in VK",
        ),
        pytest.param(
            seen(
                links=[replace(LIVE, state=LinkState.LOST, wish=Wish.RETURN)],
                problems=[told("gone_in_vk")],
            ),
            *(Gate.SENT, QUEUED),
            id="to be brought back",
        ),
        pytest.param(
            seen(links=[LIVE], item=item(availability=Availability.UNAVAILABLE)),
            *(Gate.CARD, "hidden_in_vk"),
            id="hidden in VK",
        ),
        pytest.param(
            seen(
                links=[replace(LIVE, wish=Wish.SHOW)],
                item=item(availability=Availability.UNAVAILABLE),
            ),
            *(Gate.SENT, QUEUED),
            id="to be shown again",
        ),
        pytest.param(
            seen(links=[LIVE], item=item(rejected="мало слов")),
            *(Gate.SENT, "vk_rejected"),
            id="rejected",
        ),
        pytest.param(
            seen(product(price=150_00), links=[LIVE], item=item(), problems=[told("held")]),
            *(Gate.SENT, "held"),
            id="held",
        ),
        pytest.param(
            seen(problems=[told("vk_limit_items")]),
            *(Gate.SENT, "vk_limit_items"),
            id="no room",
        ),
        pytest.param(
            seen(links=[replace(LIVE, missing_since_at=NOON)], problems=[told("checking")]),
            *(Gate.SENT, "checking"),
            id="missing",
        ),
    ],
)
def test_the_first_gate_that_a_product_does_not_pass(what: Seen, gate: Gate, code: str) -> None:
    assert stop_of(what) == (gate, code)


def test_the_gates_come_in_their_order() -> None:
    """Whatever is amiss later, the first thing to mend is told."""
    amiss: list[tuple[Gate, dict[str, Any]]] = [
        (Gate.TYPE, {"rows": rows(product(type="ROCKET"))}),
        (Gate.GOODS, {"rows": rows(product(type="ROCKET", price=0))}),
        (Gate.CHOSEN, {"rules": rules(stores=())}),
        (Gate.ENDS, {"fault": FAULT}),
        (Gate.SYNC, {"is_on": False}),
    ]
    values: dict[str, Any] = {}
    for gate, more in amiss:
        values |= more
        stop = judge(seen(**values)).stop
        assert stop is not None
        assert stop.gate is gate


def test_what_stands_as_it_should_stops_nowhere() -> None:
    assert judge(seen(links=[LIVE], item=item())).stop is None


def test_problems_of_the_last_run_that_are_over_stop_nothing() -> None:
    old = [told("no_price"), told("hidden_in_vk"), told("vk_error"), told("held")]
    assert judge(seen(links=[LIVE], item=item(), problems=old)).stop is None
    assert stop_of(seen(problems=[told("no_price")])) == (Gate.SENT, QUEUED)


def test_what_is_to_be_sent_is_named() -> None:
    judged = judge(seen(product(price=150_00), links=[LIVE], item=item()))
    assert judged.fields == {Field.PRICE}
    assert judged.stop is not None
    assert judged.stop.code == QUEUED


def test_what_we_wrote_since_vk_was_read_is_believed() -> None:
    """A run keeps what it read before it wrote: without its item the link tells."""
    sent = replace(LIVE, written=written(price=150_00))
    assert judge(seen(product(price=150_00), links=[sent])).stop is None


def refused(change: Create | Update, hours: float = 1) -> Refusal:
    return Refusal(
        product_id="assam",
        part=part_of(change) or "",
        fingerprint=fingerprint_of(change),
        code=100,
        message="плохие слова",
        refused_at=NOON - timedelta(hours=hours),
    )


def test_a_refusal_of_the_same_is_told_with_the_time_of_the_next_try() -> None:
    wanted = judge(seen()).draft
    assert wanted is not None
    stop = judge(seen(refusals=[refused(Create(draft=wanted))])).stop
    assert stop is not None
    assert (stop.gate, stop.code, stop.detail["why"]) == (Gate.SENT, "vk_error", "плохие слова")
    assert stop.retry_at == NOON + timedelta(hours=23)


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(seen(product(price=90_00)), id="another price"),
        pytest.param(seen(now=NOON + timedelta(hours=24)), id="a day later"),
    ],
)
def test_a_refusal_of_something_else_or_long_ago_keeps_nothing(what: Seen) -> None:
    wanted = judge(seen()).draft
    assert wanted is not None
    kept = replace(
        what, refusals=[refused(Create(draft=wanted))], problems=[told("vk_error", why="плохо")]
    )
    assert stop_of(kept) == (Gate.SENT, QUEUED)


def test_an_edit_that_was_refused_is_told() -> None:
    dearer = seen(product(price=150_00), links=[LIVE], item=item())
    wanted = judge(dearer).draft
    assert wanted is not None
    change = Update(link=LIVE, draft=wanted, item=item(), fields=frozenset({Field.PRICE}))
    assert stop_of(replace(dearer, refusals=[refused(change)])) == (Gate.SENT, "vk_error")


def test_another_store_that_sells_it_speaks_for_the_item() -> None:
    two = (product(allow_to_sell=False), product(store_id=SECOND_SHOP, price=120_00))
    judged = judge(seen(*two, rules=rules(stores=BOTH, store_order=BOTH)))
    assert judged.draft is not None
    assert (judged.draft.price, judged.draft.store_ids[0]) == (120_00, SECOND_SHOP)
    assert judged.stop is not None
    assert judged.stop.code == QUEUED


def test_a_twin_stands_under_the_id_of_the_other() -> None:
    two = (product(), product("assam-2", store_id=SECOND_SHOP))
    joined = link(last={}, members=("assam-2",), store_ids=BOTH)
    what = seen(
        *two,
        product_id="assam-2",
        store_id=SECOND_SHOP,
        rules=rules(stores=BOTH, store_order=BOTH),
        links=[joined],
        item=item(),
    )
    judged = judge(what)
    assert judged.stop is None
    assert judged.link is joined


def test_what_was_told_of_a_namesake_says_nothing() -> None:
    others = [told("awaiting_adoption", "namesake"), told("bad_row", "namesake")]
    two = (product(), product("namesake"))
    assert stop_of(seen(*two, problems=others)) == (Gate.SENT, QUEUED)


def test_notes_are_those_of_now_and_what_the_last_run_met() -> None:
    real = rules(stock_mode=StockMode.REAL)
    what = seen(
        product(quantity=None),
        rules=real,
        problems=[told("no_stock"), told("album_refused", why="нет")],
    )
    assert [note.code for note in judge(what).notes] == ["stock_unknown", "album_refused"]


def test_an_item_that_we_hid_comes_back() -> None:
    hidden: Link = replace(LIVE, written=written(is_hidden=True))
    shown: Judged = judge(seen(links=[hidden], item=item()))
    assert shown.stop is not None
    assert shown.stop.code == QUEUED
