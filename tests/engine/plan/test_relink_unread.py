from typing import Any

import pytest

from evosync.catalog.item import Draft, Link
from evosync.engine.changes import Create
from evosync.engine.rules import TwinsPolicy
from tests.builders import BOTH_SHOPS, SECOND_SHOP, SHOP, draft, item, link
from tests.engine.plan.planning import codes, intent
from tests.engine.plan.relinking import GONE, TWIN, plan

UNREAD = frozenset({SHOP})


@pytest.mark.parametrize(
    ("wanted", "linked"),
    [
        pytest.param(TWIN, link(), id="in that store"),
        pytest.param(TWIN, link(store_ids=BOTH_SHOPS), id="in that store too"),
        pytest.param(TWIN, link(store_ids=()), id="in stores we do not know"),
        pytest.param(TWIN, link(last={"title": None}), id="by the item's title"),
        pytest.param(
            draft("twin", title="Ассам", store_ids=(SECOND_SHOP,)), link(), id="by its full name"
        ),
    ],
)
@pytest.mark.parametrize("absent", [GONE, frozenset()], ids=["absent", "not seen"])
def test_no_second_item_is_made_while_the_store_of_the_first_cannot_be_read(
    wanted: Draft, linked: Link, absent: frozenset[str]
) -> None:
    made = plan(wanted, links=(linked,), absent=absent, unknown_stores=UNREAD)

    assert (made.changes, codes(made)) == ((), ["waits_for_twin"])


def test_however_many_may_be_the_one_nobody_could_read() -> None:
    other = draft("yet", store_ids=("third",))

    made = plan(TWIN, other, unknown_stores=UNREAD)

    assert (made.changes, codes(made)) == ((), ["waits_for_twin"] * 2)


@pytest.mark.parametrize("stores", [(SHOP,), ()], ids=["of that store", "of any"])
def test_a_create_in_doubt_of_an_unread_store_is_waited_for(stores: tuple[str, ...]) -> None:
    sent = intent(age_s=5, store_ids=stores)

    made = plan(TWIN, links=(), items=(), intents=(sent,), unknown_stores=UNREAD)

    assert (made.changes, codes(made)) == ((), ["waits_for_twin"])


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        pytest.param(TWIN, {"twins": TwinsPolicy.BOTH}, id="both are to stand"),
        pytest.param(TWIN, {"links": (link(store_ids=(SECOND_SHOP,)),)}, id="its stores were read"),
        pytest.param(
            TWIN,
            {
                "links": (),
                "items": (),
                "intents": (intent(age_s=5, store_ids=("third",)),),
            },
            id="a create of a store that was read",
        ),
        pytest.param(
            draft("twin", title="Кимун", name="Кимун", store_ids=(SECOND_SHOP,)),
            {},
            id="another name",
        ),
    ],
)
def test_else_a_new_product_gets_its_item(wanted: Draft, values: Any) -> None:
    seen = {"off": GONE, "unknown_stores": UNREAD}

    assert Create(draft=wanted) in plan(wanted, **seen | values).changes


def test_what_is_drafted_hides_nobody() -> None:
    made = plan(
        draft(settled=False),
        TWIN,
        links=(link(store_ids=BOTH_SHOPS),),
        items=(item(),),
        unknown_stores=UNREAD,
    )

    assert made.changes == (Create(draft=TWIN),)
