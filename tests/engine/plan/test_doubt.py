"""What was sent and never noted: the plan sends it again, and blames nobody for it."""

from datetime import timedelta

import pytest

from evosync.catalog.item import Album, Availability, Link, LinkState, MarketItem, Pending
from evosync.engine.changes import Adopt, EditAlbum, Field, Hide, Restore, Update
from tests.builders import NOON, PHOTO, draft, item, link
from tests.engine.plan.planning import SETTLE, codes, intent, plan
from tests.engine.plan.test_albums import album_link, in_album
from tests.engine.plan.test_albums import plan as plan_with_albums

AWAY = Availability.UNAVAILABLE
DOUBT = {"stock": None, "repeats": {"stock": 0}}
TEA = Album(album_id=1, title="Чай")


@pytest.mark.parametrize(
    ("stock", "sent"),
    [
        pytest.param(None, True, id="VK tells no stock"),
        pytest.param(0, True, id="VK shows 0"),
        pytest.param(3, False, id="VK shows another"),
    ],
)
def test_an_unknown_stock_replaces_a_0_that_we_may_have_sent(
    stock: int | None, *, sent: bool
) -> None:
    doubted = link(last=DOUBT)

    made = plan(draft(stock=None), (doubted,), (item(stock=stock),))

    opened = Update(
        link=doubted,
        draft=draft(stock=1000),
        item=item(stock=stock),
        fields=frozenset({Field.STOCK}),
    )
    assert made.changes == ((opened,) if sent else ())


def test_an_unknown_stock_leaves_one_that_we_never_sent() -> None:
    adopted = link(last={"stock": None})

    assert plan(draft(stock=None), (adopted,), (item(stock=None),)).changes == ()


@pytest.mark.parametrize(
    ("linked", "problems"),
    [
        pytest.param(link(last=DOUBT), [], id="we may have sent 0"),
        pytest.param(link(last={"stock": None}), ["hidden_in_vk"], id="we sent none"),
    ],
)
def test_a_0_that_we_may_have_sent_is_no_persons_doing(linked: Link, problems: list[str]) -> None:
    away = item(availability=AWAY, stock=None)

    assert codes(plan(draft(), (linked,), (away,))) == problems


@pytest.mark.parametrize("pending", list(Pending))
@pytest.mark.parametrize("stands", [item(), item(availability=AWAY)], ids=["shown", "away"])
def test_an_act_whose_mark_was_left_is_made_good_by_one_edit(
    pending: Pending, stands: MarketItem
) -> None:
    marked = link(pending=pending)

    back = Restore(link=marked, draft=draft(), item=stands, fields=frozenset())
    assert plan(draft(), (marked,), (stands,)).changes == (back,)
    away = Hide(link=marked, item=stands)
    assert plan([], (marked,), (stands,), off=("assam",)).changes == (away,)


@pytest.mark.parametrize("pending", [Pending.DELETE, Pending.UNDELETE])
@pytest.mark.parametrize("state", [LinkState.LIVE, LinkState.DELETED])
def test_an_item_that_may_be_deleted_by_us_and_is_absent_is_brought_back(
    pending: Pending, state: LinkState
) -> None:
    marked = link(pending=pending, state=state)

    back = Restore(link=marked, draft=draft(), item=None, fields=frozenset())
    assert plan(draft(), (marked,)).changes == (back,)


@pytest.mark.parametrize("is_hidden", [True, False])
def test_an_album_in_doubt_is_edited_once_more(*, is_hidden: bool) -> None:
    doubted = album_link(title="", is_hidden=is_hidden)
    stands = item(album_ids=frozenset({1}))

    filled = plan_with_albums([in_album()], stands, albums=(TEA,), album_links=(doubted,))
    emptied = plan_with_albums([], albums=(TEA,), album_links=(doubted,))

    shown = EditAlbum(link=doubted, title="Чай", is_hidden=False, photo=PHOTO)
    hidden = EditAlbum(link=doubted, title="Чай", is_hidden=True, photo=PHOTO)
    assert (filled.changes, emptied.changes) == ((shown,), (hidden,))


@pytest.mark.parametrize(
    ("age", "missing"), [(SETTLE - timedelta(seconds=1), ()), (SETTLE, ("assam",))]
)
def test_a_create_may_have_been_sent_until_its_answer_was_given_up(
    age: timedelta, missing: tuple[str, ...]
) -> None:
    doubted = intent(age_s=3600, doubted_at=NOON - age)

    assert plan(draft(), intents=(doubted,)).missing_intents == missing


def test_an_item_that_came_before_the_answer_was_given_up_is_our_create() -> None:
    doubted = intent(age_s=3600, doubted_at=NOON)
    stands = item(created_at=NOON - timedelta(seconds=3590))

    (adopted,) = plan(draft(), (), (stands,), intents=(doubted,)).changes[:1]
    assert isinstance(adopted, Adopt)
    assert adopted.is_intended
