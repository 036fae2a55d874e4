from typing import Any

import pytest
from hypothesis import given

from evosync.catalog.item import Draft, MarketItem
from evosync.catalog.problem import ADOPT_QUESTION
from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import Adopt, Create, Field, Plan, Update
from evosync.engine.memory import Answer, Decision, Memory
from evosync.engine.plan.adopt import adopt_drafted
from evosync.engine.rules import AdoptPolicy, Rules
from tests.builders import draft, item, link
from tests.engine.plan.lawful import absences, law, planned
from tests.engine.plan.model import World
from tests.engine.plan.planning import codes, intent, plan
from tests.engine.plan.worlds import all_rules, snapshots, worlds

AUTO, NEVER = AdoptPolicy.AUTO, AdoptPolicy.NEVER
LONG = "Чай " + "ч" * 120


def theirs(item_id: int = 7, **values: Any) -> MarketItem:
    """Build an item that somebody made by hand under the draft's name."""
    return item(item_id, **{"product_id": None, "price": 90_00, "stock": 5} | values)


def said(*decisions: Decision, **values: Any) -> Memory:
    return Memory(decisions={one.product_id: one for one in decisions}, **values)


def yes(product_id: str = "assam", item_id: int | None = None) -> Decision:
    return Decision(product_id=product_id, answer=Answer.YES, item_id=item_id)


def no(product_id: str = "assam") -> Decision:
    return Decision(product_id=product_id, answer=Answer.NO)


def adopted(made: Plan) -> dict[str, int]:
    return {one.link.product_id: one.item.item_id for one in made.changes if isinstance(one, Adopt)}


def created(made: Plan) -> list[str]:
    return [one.draft.product_id for one in made.changes if isinstance(one, Create)]


def asked(made: Plan) -> dict[str, str]:
    return {
        one.product_id: one.detail["items"] for one in made.problems if one.code == ADOPT_QUESTION
    }


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        pytest.param(draft(), "чай  черный &laquo;АССАМ&raquo;", id="folded"),
        pytest.param(draft(name=LONG, title="Чай…"), "Чай…", id="the title that was cut"),
        pytest.param(draft(name=LONG, title="Чай…"), LONG, id="the name in full"),
    ],
)
def test_a_product_is_not_created_beside_an_item_of_its_name(wanted: Draft, title: str) -> None:
    made = plan(wanted, items=(theirs(9, title=title), theirs(7, title=title)))

    assert made.changes == ()
    assert asked(made) == {"assam": "7, 9"}
    assert made.strangers == 2


def test_a_name_that_only_begins_alike_is_another() -> None:
    made = plan(draft(), items=(theirs(title="Чай чёрный «Ассам» 100 г"),))

    assert created(made) == ["assam"]


@pytest.mark.parametrize(
    ("wanted", "memory"),
    [
        pytest.param(draft(for_sale=False), None, id="not for sale"),
        pytest.param(draft(settled=False), None, id="not settled"),
        pytest.param(draft(), Memory(foreign_items=frozenset({7})), id="another user's item"),
    ],
)
@pytest.mark.parametrize("policy", AdoptPolicy)
def test_what_would_not_be_created_or_is_anothers_asks_nothing(
    wanted: Draft, memory: Memory | None, policy: AdoptPolicy
) -> None:
    made = plan(wanted, items=(theirs(),), memory=memory, adopt=policy)

    assert (asked(made), adopted(made)) == ({}, {})


def test_another_products_double_is_no_namesake() -> None:
    double = theirs(product_id="keemun")

    made = plan([draft(), draft("keemun")], (link("keemun", 8),), (double, item(8)))

    assert created(made) == ["assam"]
    assert codes(made) == ["duplicate_in_vk"]


def test_a_yes_takes_the_oldest_and_leaves_it_the_owners_text() -> None:
    stands = theirs(7, description="Лучший чай")

    made = plan(draft(), items=(theirs(9), stands), memory=said(yes()))

    assert made.changes[0] == adopt_drafted(draft(), stands, is_intended=False)
    edits = [one.fields for one in made.changes if isinstance(one, Update)]
    assert edits == [{Field.PRICE, Field.STOCK}, {Field.SKU}]
    assert made.strangers == 1


def test_a_sku_that_somebody_gave_stays() -> None:
    stands = theirs(product_id="100-7", price=100_00, stock=1000)

    made = plan(draft(), items=(stands,), memory=said(yes()))

    assert made.changes == (adopt_drafted(draft(), stands, is_intended=False),)


def test_a_yes_takes_the_item_that_it_names_whatever_it_is_called_by_now() -> None:
    stands = (theirs(7), theirs(9, title="Чай новый"))

    made = plan(draft(), items=stands, memory=said(yes(item_id=9)))

    assert adopted(made) == {"assam": 9}


def test_a_yes_to_an_item_that_no_longer_stands_is_asked_anew() -> None:
    made = plan(draft(), items=(theirs(7),), memory=said(yes(item_id=9)))

    assert asked(made) == {"assam": "7"}


def test_a_yes_to_what_no_longer_stands_at_all_creates() -> None:
    assert created(plan(draft(), memory=said(yes()))) == ["assam"]


def test_two_yeses_to_one_item_give_it_to_one_product() -> None:
    both = [draft("assam"), draft("keemun")]

    made = plan(both, items=(theirs(),), memory=said(yes("keemun"), yes("assam")))

    assert (adopted(made), created(made)) == ({"assam": 7}, ["keemun"])


def test_a_yes_that_names_an_item_goes_before_one_that_does_not() -> None:
    both = [draft("assam"), draft("keemun")]

    made = plan(both, items=(theirs(7), theirs(8)), memory=said(yes("assam"), yes("keemun", 7)))

    assert adopted(made) == {"assam": 8, "keemun": 7}


@pytest.mark.parametrize("policy", AdoptPolicy)
def test_a_no_creates_and_asks_no_more(policy: AdoptPolicy) -> None:
    made = plan(draft(), items=(theirs(),), memory=said(no()), adopt=policy)

    assert (created(made), codes(made)) == (["assam"], [])


def test_what_never_takes_by_name_creates_beside_it() -> None:
    made = plan(draft(), items=(theirs(),), adopt=NEVER)

    assert (created(made), codes(made)) == (["assam"], [])


def test_auto_takes_a_pair_at_once() -> None:
    made = plan(draft(), items=(theirs(),), adopt=AUTO)

    assert (adopted(made), codes(made)) == ({"assam": 7}, [])


@pytest.mark.parametrize(
    ("products", "items", "questions"),
    [
        pytest.param(["assam"], [7, 8], {"assam": "7, 8"}, id="two items"),
        pytest.param(["assam", "keemun"], [7], {"assam": "7", "keemun": "7"}, id="two products"),
    ],
)
def test_auto_asks_what_is_ambiguous(
    products: list[str], items: list[int], questions: dict[str, str]
) -> None:
    stands = tuple(theirs(item_id) for item_id in items)

    made = plan([draft(key) for key in products], items=stands, adopt=AUTO)

    assert (made.changes, asked(made)) == ((), questions)


def test_a_no_to_one_of_two_products_leaves_auto_a_pair() -> None:
    both = [draft("assam"), draft("keemun")]

    made = plan(both, items=(theirs(),), memory=said(no("assam")), adopt=AUTO)

    assert (adopted(made), created(made)) == ({"keemun": 7}, ["assam"])


def test_auto_takes_nothing_from_a_reading_that_may_lack_a_namesake() -> None:
    made = plan(draft(), items=(theirs(),), adopt=AUTO, is_whole=False)

    assert (made.changes, codes(made)) == ((), ["checking"])


@pytest.mark.parametrize("memory", [None, said(yes())], ids=["auto", "yes"])
def test_a_create_whose_outcome_is_not_known_decides_nothing(memory: Memory | None) -> None:
    fresh = intent(age_s=5)

    made = plan(draft(), items=(theirs(),), intents=(fresh,), memory=memory, adopt=AUTO)

    assert (made.changes, codes(made)) == ((), ["checking"])


def test_a_create_that_came_to_nothing_decides_like_any_other() -> None:
    made = plan(draft(), items=(theirs(),), intents=(intent(),), adopt=AUTO)

    assert (adopted(made), made.missing_intents) == ({"assam": 7}, ("assam",))


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_what_is_asked_about_is_neither_created_nor_taken(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    plan = planned(snapshot, world.standing(), rules, absent)

    asked = {one.product_id for one in plan.problems if one.code == ADOPT_QUESTION}
    changed = {
        one.draft.product_id if isinstance(one, Create) else one.link.product_id
        for one in plan.changes
        if isinstance(one, Create | Adopt)
    }
    assert asked.isdisjoint(changed)
    assert rules.adopt is not AdoptPolicy.NEVER or not asked
    refused = {key for key, one in world.decisions.items() if one.answer is Answer.NO}
    assert asked.isdisjoint(refused)
