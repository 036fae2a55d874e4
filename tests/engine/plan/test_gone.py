from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.item import Availability, Link, LinkState, MarketItem, Pending
from evosync.engine.changes import Delete, Hide, Plan, Zero
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy
from tests.builders import SECOND_SHOP, SHOP, item, link, reading, rules

OFF = Drafted(off=frozenset({"assam"}))
AWAY = Availability.UNAVAILABLE


def plan(
    drafted: Drafted,
    linked: Link | None = None,
    stands: MarketItem | None = None,
    absent: frozenset[str] = frozenset(),
    **chosen: Any,
) -> Plan:
    standing = Standing(reading=reading(stands or item()), links=(linked or link(),))
    chosen_rules = rules(**chosen)
    return make_plan(drafted, standing, chosen_rules, settle=timedelta(0), absent=absent)


@pytest.mark.parametrize(
    ("policy", "changes"),
    [
        (GonePolicy.HIDE, (Hide(link=link(), item=item()),)),
        (GonePolicy.ZERO, (Zero(link=link(), item=item()),)),
        (GonePolicy.DELETE, (Delete(link=link(), item=item()),)),
        (GonePolicy.LEAVE, ()),
    ],
)
def test_the_users_policy_decides(policy: GonePolicy, changes: tuple[Any, ...]) -> None:
    assert plan(OFF, gone=policy).changes == changes


@pytest.mark.parametrize(
    ("drafted", "absent", "chosen", "is_gone"),
    [
        pytest.param(OFF, (), {}, True, id="switched off"),
        pytest.param(Drafted(), (), {}, False, id="merely not seen"),
        pytest.param(Drafted(), ("assam",), {}, True, id="absent twice"),
        pytest.param(Drafted(), (), {"stores": (SECOND_SHOP,)}, True, id="store off"),
        pytest.param(
            Drafted(unknown_stores=frozenset({SHOP})), (), {}, False, id="its store is not listed"
        ),
        pytest.param(
            Drafted(kept=frozenset({"assam"})), ("assam",), {}, False, id="kept for its Problem"
        ),
        pytest.param(Drafted(unknown=frozenset({"assam"})), ("assam",), {}, False, id="unknown"),
        pytest.param(
            Drafted(off=frozenset({"assam"}), unknown_stores=frozenset({SHOP})),
            ("assam",),
            {},
            False,
            id="its store is unread",
        ),
        pytest.param(
            Drafted(unknown_stores=frozenset({SECOND_SHOP})),
            ("assam",),
            {},
            True,
            id="another store is unread",
        ),
    ],
)
def test_only_what_is_surely_gone_goes(
    drafted: Drafted, absent: tuple[str, ...], chosen: Any, is_gone: bool
) -> None:
    made = plan(drafted, absent=frozenset(absent), **chosen)

    assert made.changes == ((Hide(link=link(), item=item()),) if is_gone else ())


@pytest.mark.parametrize(
    ("drafted", "absent", "chosen", "is_gone"),
    [
        pytest.param(Drafted(), (), {}, False, id="merely not seen"),
        pytest.param(Drafted(), ("assam",), {}, True, id="absent twice"),
        pytest.param(Drafted(), (), {"stores": ()}, True, id="no store is on"),
        pytest.param(
            Drafted(unknown_stores=frozenset({SHOP})), ("assam",), {}, False, id="a store is unread"
        ),
    ],
)
def test_what_stood_in_no_store_we_know_may_stand_in_any(
    drafted: Drafted, absent: tuple[str, ...], chosen: Any, is_gone: bool
) -> None:
    anywhere = link(store_ids=())

    made = plan(drafted, anywhere, absent=frozenset(absent), **chosen)

    assert made.changes == ((Hide(link=anywhere, item=item()),) if is_gone else ())


@pytest.mark.parametrize(
    ("policy", "linked", "stands"),
    [
        pytest.param(
            GonePolicy.HIDE, link(last={"is_hidden": True}), item(availability=AWAY), id="hidden"
        ),
        pytest.param(GonePolicy.HIDE, link(), item(availability=AWAY), id="hidden by a person"),
        pytest.param(GonePolicy.HIDE, link(state=LinkState.DELETED), item(), id="deleted"),
        pytest.param(
            GonePolicy.DELETE, link(), item(availability=AWAY), id="hidden by a person, to delete"
        ),
        pytest.param(GonePolicy.ZERO, link(last={"stock": 0}), item(stock=0), id="0"),
        pytest.param(GonePolicy.ZERO, link(last={"stock": 0}), item(stock=None), id="0, untold"),
        pytest.param(
            GonePolicy.ZERO,
            link(last={"stock": 0, "repeats": {"stock": 2}}),
            item(stock=5),
            id="0 not taken",
        ),
        pytest.param(
            GonePolicy.ZERO, link(last={"is_hidden": True}), item(), id="hidden is enough"
        ),
        pytest.param(GonePolicy.DELETE, link(state=LinkState.DELETED), item(), id="once deleted"),
        pytest.param(
            GonePolicy.DELETE,
            link(last={"is_hidden": True}),
            item(availability=AWAY),
            id="hidden before deleting was chosen",
        ),
    ],
)
def test_what_is_off_sale_already_is_left(
    policy: GonePolicy, linked: Link, stands: MarketItem
) -> None:
    assert plan(OFF, linked, stands, gone=policy).changes == ()


@pytest.mark.parametrize(
    ("policy", "linked", "stands", "change"),
    [
        pytest.param(
            GonePolicy.HIDE, link(pending=Pending.HIDE), item(availability=AWAY), Hide, id="begun"
        ),
        pytest.param(
            GonePolicy.HIDE, link(pending=Pending.SHOW), item(availability=AWAY), Hide, id="shown?"
        ),
        pytest.param(
            GonePolicy.HIDE,
            link(last={"stock": 0}),
            item(availability=AWAY, stock=0),
            Hide,
            id="sold out is not hidden",
        ),
        pytest.param(GonePolicy.ZERO, link(last={"stock": 0}), item(stock=5), Zero, id="VK's 5"),
        pytest.param(
            GonePolicy.DELETE,
            link(state=LinkState.DELETED, pending=Pending.UNDELETE),
            item(),
            Delete,
            id="undelete begun",
        ),
    ],
)
def test_what_may_be_on_sale_is_taken_off(
    policy: GonePolicy, linked: Link, stands: MarketItem, change: type
) -> None:
    assert [type(one) for one in plan(OFF, linked, stands, gone=policy).changes] == [change]


def test_a_product_that_is_stopped_gets_stock_0_whatever_the_policy() -> None:
    stopped = Drafted(kept=frozenset({"assam"}), stopped=frozenset({"assam"}))

    made = plan(stopped, gone=GonePolicy.LEAVE)

    assert made.changes == (Zero(link=link(), item=item()),)


def test_a_kept_product_without_an_item_is_skipped() -> None:
    assert plan(Drafted(kept=frozenset({"other"}))).skipped == 1
    assert plan(Drafted(kept=frozenset({"assam"}))).skipped == 0
