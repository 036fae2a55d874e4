from collections.abc import Collection
from typing import Any

import pytest

from evosync.catalog.item import Link, LinkState
from evosync.catalog.snapshot import SecondLook
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.missing import confirm_absent, find_missing
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy
from tests.builders import BOTH_SHOPS, NOON, SECOND_SHOP, SHOP, item, link, reading, rules
from tests.engine.plan.planning import intent

BOTH_ON: dict[str, Any] = {"stores": BOTH_SHOPS}


@pytest.mark.parametrize(
    ("linked", "drafted", "chosen", "stores"),
    [
        pytest.param(link(), Drafted(), {}, {SHOP}, id="not seen"),
        pytest.param(
            link(store_ids=BOTH_SHOPS), Drafted(), BOTH_ON, BOTH_SHOPS, id="in each store"
        ),
        pytest.param(link(store_ids=BOTH_SHOPS), Drafted(), {}, {SHOP}, id="if it is on"),
        pytest.param(link(store_ids=()), Drafted(), BOTH_ON, BOTH_SHOPS, id="in no store we know"),
        pytest.param(link(), Drafted(off=frozenset({"assam"})), {}, set(), id="seen"),
        pytest.param(link("keemun", 9), Drafted(), {}, set(), id="no item stands"),
        pytest.param(link(item_id=9), Drafted(), {}, {SHOP}, id="only its double stands"),
        pytest.param(
            link(item_id=9), Drafted(), {"gone": GonePolicy.LEAVE}, set(), id="a double to be left"
        ),
        pytest.param(link(state=LinkState.DELETED), Drafted(), {}, set(), id="off sale already"),
        pytest.param(link(), Drafted(), {"gone": GonePolicy.LEAVE}, set(), id="to be left"),
        pytest.param(
            link(store_ids=BOTH_SHOPS),
            Drafted(unknown_stores=frozenset({SHOP})),
            {},
            set(),
            id="a store is unread",
        ),
    ],
)
def test_what_is_asked_for_again(
    linked: Link, drafted: Drafted, chosen: Any, stores: Collection[str]
) -> None:
    standing = Standing(reading=reading(item()), links=(linked,))

    missing = find_missing(drafted, standing, rules(**chosen))

    assert missing == {store_id: {"assam"} for store_id in stores}


def test_our_own_uncertain_create_is_asked_for_wherever_it_may_stand() -> None:
    standing = Standing(
        reading=reading(item(created_at=NOON)),
        intents=(intent(),),
        known_skus=frozenset({"assam"}),
    )

    missing = find_missing(Drafted(), standing, rules(**BOTH_ON))

    assert missing == {store_id: {"assam"} for store_id in BOTH_SHOPS}


def test_absent_is_what_was_absent_wherever_it_was_asked_for() -> None:
    missing = {SHOP: frozenset({"a", "b", "c"}), SECOND_SHOP: frozenset({"a", "b"})}
    absent = {(SHOP, "a"), (SECOND_SHOP, "a"), (SHOP, "b"), (SHOP, "c"), (SHOP, "other")}

    assert confirm_absent(missing, SecondLook(absent=frozenset(absent))) == {"a", "c"}
