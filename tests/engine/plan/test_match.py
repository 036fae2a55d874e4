from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from evosync.catalog.item import Availability, Intent, Link, LinkState
from evosync.engine.changes import Adopt, Field, Hide, Restore, Update
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.adopt import adopt_drafted, adopt_undrafted
from evosync.engine.plan.lost import LOST_AFTER
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from tests.builders import NOON, SHOP, draft, item, link, reading, rules
from tests.engine.plan.planning import SETTLE, codes, intent, plan

AWAY = Availability.UNAVAILABLE


def test_an_unlinked_item_with_our_sku_is_ours() -> None:
    stands = item(7, title="Наш чай", description="!")

    made = plan(draft(), items=(stands,))

    adoption = adopt_drafted(draft(), stands, is_intended=False)
    assert (made.changes, made.unchanged) == ((adoption,), 0)


def test_an_adopted_items_price_and_stock_are_ours_at_once() -> None:
    stands = item(7, title="Наш чай", price=1, stock=2)

    adoption, update = plan(draft(), items=(stands,)).changes

    assert isinstance(adoption, Adopt)
    assert isinstance(update, Update)
    assert update.fields == {Field.PRICE, Field.STOCK}
    assert update.link == adoption.link


def test_our_own_uncertain_create_is_made_right() -> None:
    stands = item(7, title="Чай", created_at=NOON)

    adoption, update = plan(draft(), items=(stands,), intents=(intent(),)).changes

    assert adoption == adopt_drafted(draft(), stands, is_intended=True)
    assert isinstance(update, Update)
    assert update.fields == {Field.TITLE}


def test_our_own_uncertain_create_that_is_out_of_sight_is_shown() -> None:
    stands = item(7, availability=AWAY)

    made = plan(draft(), items=(stands,), intents=(intent(),))

    assert [type(change) for change in made.changes] == [Adopt, Restore]
    assert made.problems == ()


def test_an_item_older_than_the_intent_is_found_by_its_sku_only() -> None:
    old = item(7, created_at=NOON - timedelta(days=1))

    made = plan(draft(), items=(old,), intents=(intent(),))

    assert made.changes == (adopt_drafted(draft(), old, is_intended=False),)
    assert made.missing_intents == ("assam",)


@pytest.mark.parametrize(
    ("values", "is_ours"),
    [
        pytest.param({}, True, id="title, price and date"),
        pytest.param({"title": "Чай"}, False, id="another title"),
        pytest.param({"price": 1}, False, id="another price"),
        # The item was made 10 seconds ago, if our clock is VK's.
        pytest.param({"created_at": NOON - timedelta(seconds=310)}, True, id="by slower clocks"),
        pytest.param({"created_at": NOON - timedelta(seconds=311)}, False, id="older"),
        pytest.param({"created_at": None}, False, id="no date"),
        pytest.param({"sku": "somebody's"}, False, id="another sku"),
    ],
)
def test_a_create_is_found_by_its_face_where_vk_tells_no_sku(values: Any, is_ours: bool) -> None:
    sent_at = NOON - timedelta(seconds=10)
    stands = item(7, **{"sku": None, "created_at": sent_at} | values)

    made = plan(draft(), items=(stands,), intents=(intent(sent_at=sent_at),))

    adopted = [change.item for change in made.changes if isinstance(change, Adopt)]
    assert adopted == ([stands] if is_ours else [])
    assert made.strangers == (0 if is_ours else 1)


@pytest.mark.parametrize("sku", ["assam", None], ids=["by its sku", "by its face"])
def test_an_uncertain_create_is_linked_though_its_product_is_not_wanted_any_more(
    sku: str | None,
) -> None:
    stands = item(7, product_id=sku, created_at=NOON)

    made = plan([], items=(stands,), intents=(intent(),))

    assert made.changes == (adopt_undrafted("assam", stands, intent()),)
    assert (made.missing_intents, made.strangers) == ((), 0)


def test_an_uncertain_create_that_is_switched_off_meanwhile_is_linked_and_hidden() -> None:
    stands = item(7, created_at=NOON)

    adoption, hiding = plan([], items=(stands,), intents=(intent(),), off=("assam",)).changes

    assert isinstance(adoption, Adopt)
    assert hiding == Hide(link=adoption.link, item=stands)


def test_of_several_unwanted_ones_our_own_create_is_linked_and_its_double_hidden() -> None:
    theirs = item(6, created_at=NOON - timedelta(days=1))
    ours, double = item(7, created_at=NOON), item(8, created_at=NOON)

    made = plan([], items=(double, ours, theirs), intents=(intent(),))

    assert made.changes == (
        adopt_undrafted("assam", ours, intent()),
        Hide(link=Link(product_id="assam", item_id=8), item=double),
    )
    assert codes(made) == ["duplicate_in_vk"]


@pytest.mark.parametrize("state", [LinkState.DELETED, LinkState.LOST])
def test_an_unwanted_product_that_was_linked_gets_no_other_item(state: LinkState) -> None:
    double = item(7, created_at=NOON)

    made = plan([], (link(item_id=8, state=state),), (double,), intents=(intent(),))

    assert made.changes == (Hide(link=Link(product_id="assam", item_id=7), item=double),)


@pytest.mark.parametrize("state", LinkState)
def test_a_double_of_a_product_that_is_gone_leaves_with_it(state: LinkState) -> None:
    made = plan([], (link(item_id=8, state=state),), (item(7),), absent=("assam",))

    assert made.changes == (Hide(link=Link(product_id="assam", item_id=7), item=item(7)),)
    assert codes(made) == []


def test_an_item_of_ours_that_nobody_wants_any_more_is_linked_and_goes() -> None:
    # VK first showed it after its create had been given up, and the till no longer lists it.
    late = item(7, created_at=NOON - timedelta(days=1))

    adoption, hiding = plan([], items=(late,), intents=(intent(),), absent=("assam",)).changes

    assert adoption == adopt_undrafted("assam", late)
    assert isinstance(adoption, Adopt)
    assert hiding == Hide(link=adoption.link, item=late)


def test_of_several_items_that_nobody_wants_the_oldest_is_linked() -> None:
    made = plan([], items=(item(8), item(7)), off=("assam",))

    assert [type(one) for one in made.changes] == [Adopt, Hide, Hide]
    assert made.changes[0] == adopt_undrafted("assam", item(7))


@pytest.mark.parametrize(
    "drafted",
    [
        pytest.param(Drafted(unknown=frozenset({"assam"})), id="its row is bad"),
        pytest.param(Drafted(kept=frozenset({"assam"})), id="it has a problem"),
        pytest.param(Drafted(unknown_stores=frozenset({SHOP})), id="a store is unread"),
    ],
)
def test_an_item_of_ours_that_may_be_drafted_yet_waits_for_its_draft(drafted: Drafted) -> None:
    standing = Standing(reading=reading(item(7)), known_skus=frozenset({"assam"}))

    made = make_plan(drafted, standing, rules(), settle=SETTLE)

    assert (made.changes, made.strangers) == ((), 0)


@pytest.mark.parametrize("intents", [*permutations((intent("a"), intent("b")))], ids=["ab", "ba"])
def test_two_creates_of_one_face_get_an_item_each(intents: tuple[Intent, ...]) -> None:
    stands = [item(number, product_id=None, created_at=NOON) for number in (8, 7)]

    made = plan([draft("a"), draft("b")], items=tuple(stands), intents=intents)

    pairs = {
        change.link.product_id: change.item.item_id
        for change in made.changes
        if isinstance(change, Adopt)
    }
    assert pairs == {"a": 7, "b": 8}


@pytest.mark.parametrize(
    ("known_skus", "adopted", "strangers"), [(frozenset({"old"}), 1, 0), (frozenset(), 0, 1)]
)
def test_a_sku_we_ever_wrote_is_ours_for_ever(
    known_skus: frozenset[str], adopted: int, strangers: int
) -> None:
    standing = Standing(reading=reading(item(7, product_id="old")), known_skus=known_skus)

    made = make_plan(Drafted(), standing, rules(), settle=SETTLE)

    assert (len(made.changes), made.strangers) == (adopted, strangers)


def test_of_several_the_linked_one_is_the_item() -> None:
    made = plan(draft(), (link(item_id=8),), (item(7), item(8)))

    assert made.changes == ()
    assert codes(made) == ["duplicate_in_vk"]


def test_of_several_unlinked_the_oldest_is_the_item() -> None:
    made = plan(draft(), items=(item(8), item(7)))

    assert made.changes == (adopt_drafted(draft(), item(7), is_intended=False),)
    assert codes(made) == ["duplicate_in_vk"]


def test_a_double_under_our_own_intent_is_hidden() -> None:
    made = plan(draft(), (link(item_id=8),), (item(7), item(8)), intents=(intent(),))

    double = Link(product_id="assam", item_id=7)
    assert made.changes == (Hide(link=double, item=item(7)),)
    assert (made.problems, made.missing_intents) == ((), ())


def test_a_double_under_our_own_intent_is_hidden_though_its_item_is_absent() -> None:
    made = plan(draft(), (link(item_id=8),), (item(7, created_at=NOON),), intents=(intent(),))

    assert made.changes == (
        Hide(link=Link(product_id="assam", item_id=7), item=item(7, created_at=NOON)),
    )
    assert codes(made) == ["checking"]


def test_a_double_that_nobody_sees_is_no_problem() -> None:
    made = plan(draft(), (link(item_id=8),), (item(7, availability=AWAY), item(8)))

    assert (made.changes, made.problems) == ((), ())


def test_a_double_of_a_product_without_draft_is_named_as_vk_names_it() -> None:
    made = plan([], (link(item_id=8),), (item(7), item(8, title="Чай")))

    assert [(one.code, one.name) for one in made.problems] == [("duplicate_in_vk", "Чай")]


def test_an_absent_linked_item_is_not_replaced_by_another() -> None:
    made = plan(draft(), (link(item_id=8),), (item(7),))

    assert (made.changes, codes(made)) == ((), ["checking"])


def test_an_item_that_is_given_up_is_replaced_by_one_that_stands() -> None:
    gone = link(item_id=8, missing_since_at=NOON - LOST_AFTER)

    made = plan(draft(), (gone,), (item(7),))

    assert made.changes == (adopt_drafted(draft(), item(7), is_intended=False),)


def test_a_deleted_linked_item_is_replaced_by_one_that_stands() -> None:
    made = plan(draft(), (link(item_id=8, state=LinkState.DELETED),), (item(7),))

    assert made.changes == (adopt_drafted(draft(), item(7), is_intended=False),)
