from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given

from evosync.catalog.item import Draft, Link, LinkState, MarketItem
from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import Adopt, Create, Field, Hide, Plan, Restore, Update
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.memory import Answer, Decision, Memory
from evosync.engine.plan.left_behind import own_rules, part
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.missing import find_missing
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import AdoptPolicy, LeftBehind, Rules
from tests.builders import BOTH_SHOPS, SHOP, draft, item, link, reading, rules, snapshot
from tests.engine.plan.lawful import absences, law, planned
from tests.engine.plan.model import World
from tests.engine.plan.planning import SETTLE, codes, intent
from tests.engine.plan.test_laws import touched
from tests.engine.plan.worlds import all_rules, snapshots, worlds_of_two_accounts

OLD, NEW = "old account", "new account"
HIDE: dict[str, Any] = {"left_behind": LeftBehind.HIDE}


def left(product_id: str = "old", item_id: int = 7, **values: Any) -> Link:
    """Build a link that was made from the other account."""
    return link(product_id, item_id, **{"account": OLD} | values)


def planned_for(
    *drafts: Draft,
    links: tuple[Link, ...] = (),
    items: tuple[MarketItem, ...] = (),
    decisions: tuple[Decision, ...] = (),
    off: tuple[str, ...] = (),
    **chosen: Any,
) -> Plan:
    """Plan under the new account."""
    standing = Standing(
        reading=reading(*items),
        links=links,
        known_skus=frozenset(one.product_id for one in links),
        memory=Memory(account=NEW, decisions={one.product_id: one for one in decisions}),
    )
    drafted = Drafted(drafts={one.product_id: one for one in drafts}, off=frozenset(off))
    gone = frozenset(one.product_id for one in links)
    return make_plan(drafted, standing, rules(**chosen), settle=SETTLE, absent=gone)


def stands(item_id: int = 7, product_id: str = "old", **values: Any) -> MarketItem:
    return item(item_id, product_id=product_id, **values)


@pytest.mark.parametrize(
    ("links", "account", "stores"),
    [
        pytest.param((), NEW, {SHOP}, id="nothing of ours names it"),
        pytest.param((left(store_ids=BOTH_SHOPS),), NEW, {SHOP}, id="another account's item"),
        pytest.param(
            (link(account=NEW, store_ids=BOTH_SHOPS),), NEW, BOTH_SHOPS, id="an item of ours"
        ),
        pytest.param((link(store_ids=()),), NEW, BOTH_SHOPS, id="it may be anywhere"),
        pytest.param((), None, BOTH_SHOPS, id="nobody can name the account"),
    ],
)
def test_a_store_that_is_not_listed_is_on_while_something_of_ours_may_stand_in_it(
    links: tuple[Link, ...], account: str | None, stores: Collection[str]
) -> None:
    standing = Standing(reading=reading(), links=links, memory=Memory(account=account))

    own = own_rules(rules(stores=BOTH_SHOPS), standing, snapshot())

    assert own.selection.stores == set(stores)


def test_what_another_account_published_is_not_gone() -> None:
    made = planned_for(links=(left(),), items=(stands(),))

    assert (made.changes, made.problems, made.strangers) == ((), (), 0)


def test_it_is_hidden_where_the_user_wants_that() -> None:
    assert planned_for(links=(left(),), items=(stands(),), **HIDE).changes == (
        Hide(link=left(), item=stands()),
    )


@pytest.mark.parametrize(
    ("linked", "items"),
    [
        pytest.param(left(last={"is_hidden": True}), (stands(),), id="hidden already"),
        pytest.param(left(), (), id="it does not stand"),
    ],
)
def test_what_is_out_of_sight_is_not_hidden_again(
    linked: Link, items: tuple[MarketItem, ...]
) -> None:
    assert planned_for(links=(linked,), items=items, **HIDE).changes == ()


@pytest.mark.parametrize("account", [NEW, None], ids=["this account's", "nobody knows whose"])
def test_a_link_of_no_other_account_is_gone_like_any(account: str | None) -> None:
    linked = left(account=account)

    made = planned_for(links=(linked,), items=(stands(),))

    assert made.changes == (Hide(link=linked, item=stands()),)
    assert made.rehomed == (() if account else ("old",))


def test_where_nobody_can_name_the_account_nothing_is_left_behind() -> None:
    standing = Standing(reading=reading(), links=(left(),))

    assert part(standing, Drafted()) == standing


@pytest.mark.parametrize(
    ("drafts", "off"),
    [
        pytest.param([draft("old")], (), id="wanted"),
        pytest.param([], ("old",), id="switched off"),
        pytest.param([draft("twin")], (), id="by a twin's id"),
    ],
)
def test_a_product_that_comes_back_under_its_id_keeps_its_link(
    drafts: list[Draft], off: tuple[str, ...]
) -> None:
    linked = left(members=("twin",))

    made = planned_for(*drafts, links=(linked,), items=(stands(),), off=off)

    assert made.rehomed == ("old",)


def test_nothing_is_created_beside_what_was_left_behind_under_its_name() -> None:
    made = planned_for(draft("new"), links=(left(),), items=(stands(),), **HIDE)

    assert (made.changes, codes(made)) == ((), ["awaiting_adoption"])
    assert made.problems[0].detail == {"items": "7"}


@pytest.mark.parametrize(
    ("answer", "policy"),
    [
        pytest.param([Decision(product_id="new", answer=Answer.YES)], AdoptPolicy.ASK, id="yes"),
        pytest.param([], AdoptPolicy.AUTO, id="auto"),
    ],
)
def test_it_moves_to_the_new_product_with_its_new_sku(
    answer: list[Decision], policy: AdoptPolicy
) -> None:
    adoption, update = planned_for(
        draft("new"), links=(left(),), items=(stands(),), decisions=tuple(answer), adopt=policy
    ).changes

    assert isinstance(adoption, Adopt)
    moved = adoption.link
    assert (moved.product_id, moved.item_id, moved.written.sku) == ("new", 7, None)
    assert moved == link("new", 7, last={"sku": None, "repeats": {"sku": 0}})
    assert isinstance(update, Update)
    assert update.fields == {Field.SKU}


def test_what_was_hidden_when_it_was_left_is_shown_as_the_new_product() -> None:
    hidden = left(last={"is_hidden": True})

    adoption, restore = planned_for(
        draft("new"), links=(hidden,), items=(stands(),), adopt=AdoptPolicy.AUTO
    ).changes

    assert isinstance(adoption, Adopt)
    assert isinstance(restore, Restore)


def test_a_text_and_a_sku_that_are_the_owners_stay_theirs() -> None:
    theirs = left(text_is_theirs=True, last={"title": "Старое", "sku": "100-7"})
    owned = stands(title="чай черный «Ассам»", product_id="100-7")

    made = planned_for(draft("new"), links=(theirs,), items=(owned,), adopt=AdoptPolicy.AUTO)

    [adoption] = made.changes
    assert isinstance(adoption, Adopt)
    assert (adoption.link.text_is_theirs, adoption.link.written.sku) == (True, "100-7")
    assert adoption.link.written.title == draft().title


def test_a_no_creates_beside_it_and_lets_it_be_hidden() -> None:
    no = Decision(product_id="new", answer=Answer.NO)

    made = planned_for(draft("new"), links=(left(),), items=(stands(),), decisions=(no,), **HIDE)

    assert made.changes == (Hide(link=left(), item=stands()), Create(draft=draft("new")))


@pytest.mark.parametrize("policy", AdoptPolicy)
def test_a_double_of_what_was_left_behind_is_nobodys(policy: AdoptPolicy) -> None:
    double = stands(8)

    made = planned_for(
        draft("new"), links=(left(state=LinkState.LOST),), items=(double,), adopt=policy
    )

    assert made.changes == (Create(draft=draft("new")),)
    assert made.strangers == 1


def test_another_accounts_creates_wait_for_it() -> None:
    standing = Standing(
        reading=reading(stands(created_at=reading().begun_at)),
        intents=(intent("old", account=OLD),),
        memory=Memory(account=NEW),
    )

    made = make_plan(Drafted(), standing, rules(), settle=SETTLE)

    assert (made.changes, made.missing_intents) == ((), ())


def test_nobody_looks_for_its_products_in_this_shop() -> None:
    standing = Standing(reading=reading(stands()), links=(left(),), memory=Memory(account=NEW))

    assert find_missing(snapshot(), Drafted(), standing, rules()) == {}


@law
@given(snapshots(), worlds_of_two_accounts(), all_rules(), absences)
def test_with_two_accounts_too_planning_after_applying_is_empty(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    world.apply(planned(snapshot, world.standing(), rules, absent))

    again = planned(snapshot, world.standing(), rules, absent)

    assert (again.changes, again.moved, again.rehomed, again.taken) == ((), (), (), ())


@law
@given(snapshots(), worlds_of_two_accounts(), all_rules(), absences)
def test_what_was_left_behind_is_only_hidden_or_taken_over(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    drafted = draft_shop(snapshot, rules)
    behind = {
        one.item_id
        for one in world.links.values()
        if one.account == "two" and not any(map(drafted.saw, (one.product_id, *one.members)))
    }

    plan = planned(snapshot, world.standing(), rules, absent)

    taken = {one.item.item_id for one in plan.changes if isinstance(one, Adopt)}
    hidden = {one.item.item_id for one in plan.changes if isinstance(one, Hide)} - taken
    assert touched(plan) & behind - taken == hidden & behind
    assert rules.left_behind is LeftBehind.HIDE or not hidden & behind
