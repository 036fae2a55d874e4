from typing import Any

import pytest

from evosync.catalog.item import Availability, Link, LinkState, MarketItem, Pending
from evosync.engine.changes import Field, Restore, Update
from tests.builders import NOON, draft, item, link
from tests.engine.plan.planning import codes, plan

AWAY = Availability.UNAVAILABLE


@pytest.mark.parametrize(
    ("linked", "stands"),
    [
        pytest.param(link(last={"is_hidden": True}), item(availability=AWAY), id="hidden"),
        pytest.param(link(last={"is_hidden": True}), item(), id="shown by a person"),
        pytest.param(link(pending=Pending.HIDE), item(availability=AWAY), id="hide begun"),
        pytest.param(link(pending=Pending.SHOW), item(availability=AWAY), id="show begun"),
        pytest.param(link(pending=Pending.DELETE), item(), id="delete begun, it stands"),
        pytest.param(
            link(state=LinkState.DELETED, pending=Pending.UNDELETE), item(), id="undelete begun"
        ),
        pytest.param(link(state=LinkState.DELETED), item(), id="deleted, yet it stands"),
        pytest.param(link(state=LinkState.ERASED), item(), id="erased, yet it stands"),
    ],
)
def test_what_we_took_away_comes_back(linked: Link, stands: MarketItem) -> None:
    made = plan(draft(price=1), (linked,), (stands,))

    fields = frozenset({Field.PRICE})
    back = Restore(link=linked, draft=draft(price=1), item=stands, fields=fields)
    assert (made.changes, made.problems) == ((back,), ())


@pytest.mark.parametrize("pending", [None, Pending.UNDELETE])
def test_what_we_deleted_is_undeleted_with_what_changed_since(pending: Pending | None) -> None:
    gone = link(state=LinkState.DELETED, pending=pending)
    wanted = draft(price=1, title="Чай новый")

    fields = frozenset({Field.PRICE, Field.TITLE})
    back = Restore(link=gone, draft=wanted, item=None, fields=fields)
    assert plan(wanted, (gone,)).changes == (back,)


def test_a_delete_that_was_begun_and_is_seen_done_is_undone() -> None:
    assert isinstance(plan(draft(), (link(pending=Pending.DELETE),)).changes[0], Restore)


def test_a_deleted_item_waits_for_a_whole_reading() -> None:
    assert plan(draft(), (link(state=LinkState.DELETED),), is_whole=False).changes == ()


@pytest.mark.parametrize(
    ("wanted", "skipped"),
    [
        pytest.param(draft(for_sale=False, stock=0), 1, id="not for sale"),
        pytest.param(draft(settled=False), 0, id="not settled"),
    ],
)
def test_a_deleted_item_is_not_undeleted_before_it_is_sold(wanted: Any, skipped: int) -> None:
    made = plan(wanted, (link(state=LinkState.DELETED),))

    assert (made.changes, made.skipped) == ((), skipped)


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(draft(for_sale=False, stock=0), id="not for sale"),
        pytest.param(draft(settled=False), id="not settled"),
    ],
)
def test_a_hidden_item_is_not_shown_before_it_is_sold(wanted: Any) -> None:
    hidden = link(last={"is_hidden": True})

    made = plan(wanted, (hidden,), (item(availability=AWAY),))

    assert (made.changes, made.unchanged) == ((), 1)


def test_an_item_a_person_hid_stays_hidden_and_is_kept_true() -> None:
    made = plan(draft(price=1), (link(),), (item(availability=AWAY),))

    assert codes(made) == ["hidden_in_vk"]
    assert [type(change) for change in made.changes] == [Update]


@pytest.mark.parametrize(
    ("wanted", "linked", "stands"),
    [
        pytest.param(
            draft(stock=0), link(last={"stock": 0}), item(availability=AWAY), id="wanted 0"
        ),
        pytest.param(draft(), link(last={"stock": 0}), item(availability=AWAY), id="we wrote 0"),
        pytest.param(draft(), link(), item(availability=AWAY, stock=0), id="VK sold out"),
        pytest.param(draft(stock=0), link(), item(availability=AWAY), id="0 is on its way"),
    ],
)
def test_an_item_without_stock_is_not_hidden_by_a_person(
    wanted: Any, linked: Link, stands: MarketItem
) -> None:
    assert plan(wanted, (linked,), (stands,)).problems == ()


def test_a_rejected_item_is_not_hidden_by_a_person() -> None:
    made = plan(draft(), (link(),), (item(availability=AWAY, rejected="нет фото"),))

    assert codes(made) == ["vk_rejected"]
    assert "нет фото" in made.problems[0].reason


@pytest.mark.parametrize(
    ("linked", "read", "problems"),
    [
        pytest.param(link(), {}, ["checking"], id="whole"),
        pytest.param(
            link(missing_since_at=NOON), {"is_whole": False}, ["checking"], id="missing before"
        ),
        pytest.param(
            link(state=LinkState.LOST), {"is_whole": False}, ["gone_in_vk"], id="lost before"
        ),
        pytest.param(link(), {"is_whole": False}, [], id="not whole"),
        pytest.param(link(state=LinkState.LOST), {}, ["gone_in_vk"], id="lost"),
        pytest.param(
            link(),
            {"items": (item(availability=Availability.REMOVED),)},
            ["checking"],
            id="removed",
        ),
    ],
)
def test_a_linked_item_that_is_absent_is_left_alone(
    linked: Link, read: Any, problems: list[str]
) -> None:
    made = plan(draft(), (linked,), **read)

    assert (made.changes, codes(made)) == ((), problems)
