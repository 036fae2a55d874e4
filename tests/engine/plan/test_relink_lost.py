from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.item import Draft, Link, LinkState, Wish
from evosync.engine.changes import Create, Move
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.lost import LOST_AFTER
from evosync.engine.plan.missing import find_missing
from evosync.engine.plan.standing import Standing
from tests.builders import (
    BOTH_SHOPS,
    NOON,
    SECOND_SHOP,
    SHOP,
    draft,
    link,
    reading,
    rules,
    snapshot,
)
from tests.engine.plan.planning import codes, intent
from tests.engine.plan.relinking import GONE, NEW, TWIN, plan

LOST = link(state=LinkState.LOST)
OF_BOTH = replace(LOST, store_ids=BOTH_SHOPS, members=("twin",))


@pytest.mark.parametrize(
    ("wanted", "lost", "seen"),
    [
        pytest.param(NEW, LOST, {}, id="rebuilt"),
        pytest.param(TWIN, OF_BOTH, {}, id="to a twin"),
        pytest.param(TWIN, OF_BOTH, {"off": GONE}, id="to a twin of one switched off"),
    ],
)
def test_an_item_deleted_by_hand_is_not_made_anew_under_another_id(
    wanted: Draft, lost: Link, seen: Any
) -> None:
    made = plan(wanted, links=(lost,), items=(), **seen)

    assert (made.changes, codes(made)) == ((), ["gone_in_vk"])
    assert made.moved == (
        Move(product_id="assam", new_id=wanted.product_id, store_ids=wanted.store_ids),
    )


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        pytest.param(NEW, {"absent": frozenset()}, id="not surely absent"),
        pytest.param(NEW, {"unknown": GONE, "unknown_stores": {SHOP}}, id="store unread"),
        pytest.param(replace(NEW, settled=False), {}, id="its own price is not known"),
    ],
)
def test_until_the_old_one_is_surely_gone_its_link_stays(wanted: Draft, seen: Any) -> None:
    made = plan(wanted, links=(LOST,), items=(), **seen)

    assert (made.changes, made.moved, codes(made)) == ((), (), ["gone_in_vk"])


def test_what_is_not_for_sale_asks_for_nothing() -> None:
    made = plan(replace(NEW, for_sale=False), links=(LOST,), items=(), absent=frozenset())

    assert (made.changes, made.problems) == ((), ())


def test_a_yes_given_before_the_id_changed_holds() -> None:
    made = plan(NEW, links=(replace(LOST, wish=Wish.RETURN),), items=())

    assert made.changes == (Create(draft=NEW),)
    assert [one.new_id for one in made.moved] == ["new"]


def test_an_item_that_is_missing_is_looked_for_under_the_new_id() -> None:
    missing = link(missing_since_at=NOON - LOST_AFTER - timedelta(seconds=1))

    made = plan(NEW, links=(missing,), items=())

    assert (made.changes, codes(made)) == ((), ["checking"])
    assert [one.new_id for one in made.moved] == ["new"]


@pytest.mark.parametrize(
    ("wanted", "old"),
    [
        pytest.param(draft("new", title="Кимун"), LOST, id="another name"),
        pytest.param(draft("new", store_ids=(SECOND_SHOP,)), LOST, id="another store"),
        pytest.param(NEW, link(state=LinkState.DELETED), id="deleted by us"),
        pytest.param(NEW, link(state=LinkState.ERASED), id="erased"),
        pytest.param(
            NEW,
            replace(LOST, wish=None, written=link(last={"title": None}).written),
            id="name unknown",
        ),
    ],
)
def test_another_product_gets_an_item_of_its_own(wanted: Draft, old: Link) -> None:
    assert plan(wanted, links=(old,), items=()).changes == (Create(draft=wanted),)


def test_a_create_in_doubt_of_the_old_one_is_waited_for() -> None:
    made = plan(NEW, links=(LOST,), items=(), intents=(intent(age_s=5),))

    assert (made.changes, made.moved) == ((), ())


def test_one_that_was_lost_is_surely_absent_only_at_a_second_look() -> None:
    standing = Standing(reading=reading(), links=(LOST,))

    missing = find_missing(snapshot(), Drafted(drafts={"new": NEW}), standing, rules())

    assert missing == {SHOP: {"assam"}}
