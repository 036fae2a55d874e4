from typing import Any

import pytest

from evosync.catalog.item import Link, LinkState
from evosync.catalog.snapshot import SecondLook
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.missing import confirm_absent, find_missing
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy
from tests.builders import SECOND_SHOP, SHOP, item, link, reading, rules

BOTH = (SHOP, SECOND_SHOP)


@pytest.mark.parametrize(
    ("linked", "drafted", "chosen", "stores"),
    [
        pytest.param(link(), Drafted(), {}, {SHOP}, id="not seen"),
        pytest.param(link(store_ids=BOTH), Drafted(), {}, set(BOTH), id="in every store"),
        pytest.param(link(store_ids=BOTH), Drafted(), {"stores": [SHOP]}, {SHOP}, id="if it is on"),
        pytest.param(link(), Drafted(off=frozenset({"assam"})), {}, set(), id="seen"),
        pytest.param(link(item_id=9), Drafted(), {}, set(), id="no item stands"),
        pytest.param(link(state=LinkState.DELETED), Drafted(), {}, set(), id="off sale already"),
        pytest.param(link(), Drafted(), {"gone": GonePolicy.LEAVE}, set(), id="to be left"),
        pytest.param(
            link(store_ids=BOTH),
            Drafted(unknown_stores=frozenset({SHOP})),
            {},
            set(),
            id="a store is unread",
        ),
    ],
)
def test_what_is_asked_for_again(
    linked: Link, drafted: Drafted, chosen: Any, stores: set[str]
) -> None:
    standing = Standing(reading=reading(item()), links=(linked,))

    missing = find_missing(drafted, standing, rules(**chosen))

    assert missing == {store_id: {"assam"} for store_id in stores}


def test_absent_is_what_was_absent_wherever_it_was_asked_for() -> None:
    missing = {SHOP: frozenset({"a", "b", "c"}), SECOND_SHOP: frozenset({"a", "b"})}
    absent = {(SHOP, "a"), (SECOND_SHOP, "a"), (SHOP, "b"), (SHOP, "c"), (SHOP, "other")}

    assert confirm_absent(missing, SecondLook(absent=frozenset(absent))) == {"a", "c"}
