"""Items that a reading does not hold, and what a person wishes of them."""

from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.item import Availability, Link, LinkState, MarketItem, Pending, Wish
from evosync.engine.changes import Create, Lose, Restore
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.lost import LOST_AFTER, find_unlisted, sight, with_unlisted
from evosync.engine.plan.standing import Standing
from tests.builders import NOON, draft, item, link, reading
from tests.engine.plan.planning import codes, intent, plan

AWAY = Availability.UNAVAILABLE
LONG_AGO = NOON - LOST_AFTER
LOST = LinkState.LOST


@pytest.mark.parametrize(
    ("linked", "read", "is_asked"),
    [
        pytest.param(link(), {}, True, id="absent"),
        pytest.param(link(missing_since_at=LONG_AGO), {}, True, id="missing"),
        pytest.param(link(), {"items": (item(),)}, False, id="it stands"),
        pytest.param(
            link(), {"items": (item(availability=Availability.REMOVED),)}, True, id="removed"
        ),
        pytest.param(link(), {"is_whole": False}, False, id="not whole"),
        pytest.param(link(pending=Pending.HIDE), {}, True, id="hide begun"),
        pytest.param(link(pending=Pending.DELETE), {}, False, id="delete begun"),
        pytest.param(link(pending=Pending.UNDELETE), {}, False, id="undelete begun"),
        pytest.param(link(state=LinkState.DELETED), {}, False, id="deleted"),
        pytest.param(link(state=LinkState.ERASED), {}, False, id="erased"),
        pytest.param(link(state=LOST), {}, False, id="lost"),
        pytest.param(link(state=LOST, wish=Wish.RETURN), {}, True, id="wanted back"),
    ],
)
def test_an_item_that_somebody_else_took_away_is_looked_up(
    linked: Link, read: Any, *, is_asked: bool
) -> None:
    standing = Standing(reading=reading(**read), links=(linked,))

    asked = find_unlisted(Drafted(drafts={"assam": draft()}), standing)

    assert asked == (frozenset({1}) if is_asked else frozenset())


@pytest.mark.parametrize("missing_since_at", [None, LONG_AGO])
def test_an_item_whose_product_left_the_till_is_looked_up_until_it_was_missed(
    missing_since_at: Any,
) -> None:
    gone = link(missing_since_at=missing_since_at)

    asked = find_unlisted(Drafted(), Standing(reading=reading(), links=(gone,)))

    assert bool(asked) is (missing_since_at is None)


def test_what_was_looked_up_joins_the_reading() -> None:
    standing = Standing(reading=reading(item(3)), links=(link(),))

    joined = with_unlisted(standing, {2: item(2), 1: item(1)})

    assert [one.item_id for one in joined.reading.items] == [3, 1, 2]


class TestMissing:
    def test_the_first_whole_reading_without_an_item_notes_when_it_began(self) -> None:
        made = plan(draft(price=1), (link(),))

        assert (made.missing, made.found, made.changes) == ((("assam", NOON),), (), ())
        assert codes(made) == ["checking"]

    def test_a_reading_that_is_not_whole_notes_nothing(self) -> None:
        assert plan(draft(), (link(),), is_whole=False).missing == ()

    def test_it_is_noted_of_a_product_that_left_the_till_too(self) -> None:
        made = plan([], (link(),))

        assert (made.missing, made.changes, made.problems) == ((("assam", NOON),), (), ())

    @pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "not whole"])
    @pytest.mark.parametrize("age", [timedelta(0), LOST_AFTER - timedelta(seconds=1), LOST_AFTER])
    def test_only_a_whole_reading_ten_minutes_later_gives_it_up(
        self, age: timedelta, *, is_whole: bool
    ) -> None:
        missing = link(missing_since_at=NOON - age)

        made = plan(draft(price=1), (missing,), is_whole=is_whole)

        if age == LOST_AFTER and is_whole:
            assert made.changes == (Lose(link=missing),)
            assert made.problems == ()  # the report tells, once it is known whether that was held
        else:
            assert (made.changes, codes(made)) == ((), ["checking"])
        assert made.missing == ()

    def test_a_product_that_left_the_till_loses_nothing(self) -> None:
        assert plan([], (link(missing_since_at=LONG_AGO),)).changes == ()

    @pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "not whole"])
    @pytest.mark.parametrize("state", [LinkState.LIVE, LOST])
    def test_an_item_that_stands_is_not_lost(self, state: LinkState, *, is_whole: bool) -> None:
        linked = link(state=state, missing_since_at=LONG_AGO)

        made = plan(draft(), (linked,), (item(),), is_whole=is_whole)

        assert (made.changes, made.found, made.problems) == ((), ("assam",), ())
        assert made.unchanged == 1

    def test_a_lost_item_that_came_back_hidden_stays_hidden(self) -> None:
        made = plan(draft(), (link(state=LOST),), (item(availability=AWAY),))

        assert (made.changes, made.found, codes(made)) == ((), ("assam",), ["hidden_in_vk"])


class TestReturn:
    def test_a_lost_item_is_made_anew_when_a_person_says_so(self) -> None:
        wished = link(state=LOST, wish=Wish.RETURN)

        made = plan(draft(), (wished,))

        assert (made.changes, made.problems) == ((Create(draft=draft()),), ())

    @pytest.mark.parametrize(
        ("wanted", "problems"),
        [
            pytest.param(draft(for_sale=False, stock=0), [], id="not for sale"),
            pytest.param(draft(settled=False), [], id="not settled"),
        ],
    )
    def test_it_is_made_when_it_may_be_sold(self, wanted: Any, problems: list[str]) -> None:
        made = plan(wanted, (link(state=LOST, wish=Wish.RETURN),))

        assert (made.changes, codes(made), made.spent) == ((), problems, ())

    @pytest.mark.parametrize("state", [LOST, LinkState.ERASED])
    def test_a_create_in_doubt_is_not_repeated(self, state: LinkState) -> None:
        wished = link(state=state, wish=Wish.RETURN)

        made = plan(draft(), (wished,), intents=(intent(age_s=10),))

        assert (made.changes, codes(made)) == ((), ["checking"])

    def test_an_item_that_stands_again_is_not_made_anew(self) -> None:
        made = plan(draft(), (link(state=LOST, wish=Wish.RETURN),), (item(),))

        assert (made.changes, made.found, made.spent) == ((), ("assam",), ("assam",))

    @pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "not whole"])
    def test_what_we_deleted_and_cannot_undelete_is_made_anew_without_a_yes(
        self, *, is_whole: bool
    ) -> None:
        made = plan(draft(), (link(state=LinkState.ERASED),), is_whole=is_whole)

        assert made.changes == ((Create(draft=draft()),) if is_whole else ())
        assert codes(made) == ([] if is_whole else ["checking"])


class TestShow:
    def test_an_item_a_person_hid_is_shown_when_a_person_says_so(self) -> None:
        wished, away = link(wish=Wish.SHOW), item(availability=AWAY)

        made = plan(draft(), (wished,), (away,))

        back = Restore(link=wished, draft=draft(), item=away, fields=frozenset())
        assert (made.changes, made.problems) == ((back,), ())

    @pytest.mark.parametrize(
        "wanted",
        [
            pytest.param(draft(for_sale=False, stock=0), id="not for sale"),
            pytest.param(draft(settled=False), id="not settled"),
        ],
    )
    def test_it_waits_until_it_may_be_sold(self, wanted: Any) -> None:
        made = plan(wanted, (link(wish=Wish.SHOW),), (item(availability=AWAY),))

        assert not [one for one in made.changes if isinstance(one, Restore)]
        assert made.spent == ()

    def test_an_item_that_moderation_rejected_is_not_shown(self) -> None:
        rejected = item(availability=AWAY, rejected="нет фото")

        made = plan(draft(), (link(wish=Wish.SHOW),), (rejected,))

        assert (made.changes, made.spent, codes(made)) == ((), (), ["vk_rejected"])

    @pytest.mark.parametrize(
        ("linked", "stands"),
        [
            pytest.param(link(wish=Wish.SHOW), item(), id="shown meanwhile"),
            pytest.param(
                link(wish=Wish.SHOW, last={"is_hidden": True}),
                item(availability=AWAY),
                id="hidden by us",
            ),
            pytest.param(link(wish=Wish.SHOW, state=LinkState.DELETED), None, id="deleted"),
            pytest.param(link(wish=Wish.RETURN), item(availability=AWAY), id="nothing to return"),
        ],
    )
    def test_a_wish_that_no_longer_applies_is_dropped(
        self, linked: Link, stands: MarketItem | None
    ) -> None:
        standing = Standing(reading=reading(*filter(None, (stands,))), links=(linked,))

        seen = sight(standing)

        assert seen.spent == ("assam",)
        assert [one.wish for one in seen.standing.links] == [None]
