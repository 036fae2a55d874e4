from dataclasses import replace
from typing import Any

import pytest

from evosync.catalog.item import Draft, Link, LinkState, Pending
from evosync.engine.changes import Create, Hide, Relink
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.missing import find_missing
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy
from tests.builders import (
    BOTH_SHOPS,
    SECOND_SHOP,
    SHOP,
    draft,
    item,
    link,
    reading,
    rules,
    snapshot,
    store_reading,
)
from tests.engine.plan.planning import codes, intent
from tests.engine.plan.relinking import GONE, NEW, OF_BOTH, SKU, TWIN, plan


class TestTwins:
    @pytest.mark.parametrize(
        ("absent", "seen"),
        [
            pytest.param(GONE, {}, id="gone"),
            pytest.param((), {"off": GONE}, id="switched off"),
        ],
    )
    def test_when_the_linked_one_leaves_its_item_goes_to_the_twin(
        self, absent: Any, seen: Any
    ) -> None:
        made = plan(TWIN, links=(OF_BOTH,), absent=frozenset(absent), **seen)

        assert made.changes == (Relink(link=OF_BOTH, draft=TWIN, item=item(), fields=SKU),)
        assert (made.moved, made.problems) == ((), ())

    @pytest.mark.parametrize(
        "seen",
        [
            pytest.param({}, id="not seen"),
            pytest.param({"unknown": GONE, "unknown_stores": {SHOP}}, id="store unread"),
            pytest.param({"kept": GONE}, id="kept as it stands"),
        ],
    )
    def test_as_long_as_it_may_be_there_nothing_is_made_for_the_twin(self, seen: Any) -> None:
        made = plan(TWIN, links=(OF_BOTH,), absent=frozenset(), **seen)

        assert made.changes == ()
        assert "waits_for_twin" in codes(made)

    def test_a_twin_under_a_new_leader_is_known_by_its_own_id(self) -> None:
        led = draft("other", title="Иначе", store_ids=BOTH_SHOPS, members=("twin",))

        [*_, change] = plan(led, links=(OF_BOTH,), members={"twin": "other"}).changes

        assert isinstance(change, Relink)
        assert change.draft == led

    def test_one_item_goes_to_one_twin(self) -> None:
        three = replace(OF_BOTH, members=("twin", "yet"))
        other = draft("yet", store_ids=(SECOND_SHOP,))

        kinds = [type(one) for one in plan(TWIN, other, links=(three,)).changes]

        assert kinds == [Relink, Create]

    def test_a_twin_whose_own_item_was_given_up_takes_the_other(self) -> None:
        lost = link("twin", 5, state=LinkState.LOST)

        [change] = plan(TWIN, links=(OF_BOTH, lost)).changes

        assert isinstance(change, Relink)

    def test_the_item_of_a_twin_that_another_shows_goes_by_the_policy(self) -> None:
        shown = draft(store_ids=BOTH_SHOPS, members=("twin",))
        second = link("twin", 2, store_ids=(SECOND_SHOP,))
        stands = item(2, product_id="twin")

        made = plan(
            shown, links=(link(), second), items=(item(), stands), members={"twin": "assam"}
        )

        assert made.changes == (Hide(link=second, item=stands),)
        [move] = made.moved
        assert (move.product_id, move.store_ids, move.members) == ("assam", BOTH_SHOPS, ("twin",))

    def test_a_twin_that_may_stand_in_an_unread_store_stays_one(self) -> None:
        made = plan(draft(), links=(OF_BOTH,), unknown_stores={SECOND_SHOP})

        assert (made.changes, made.moved) == ((), ())

    def test_a_twin_that_became_a_product_of_its_own_is_created(self) -> None:
        made = plan(draft(), TWIN, links=(OF_BOTH,))

        assert made.changes == (Create(draft=TWIN),)
        [move] = made.moved
        assert (move.store_ids, move.members) == ((SHOP,), ())

    def test_a_twins_create_in_doubt_holds_back_the_item_of_both(self) -> None:
        led = draft(store_ids=BOTH_SHOPS, members=("twin",))

        made = plan(
            led, links=(), items=(), intents=(intent("twin", age_s=5),), members={"twin": "assam"}
        )

        assert (made.changes, codes(made)) == ((), ["checking"])

    def test_an_item_with_the_sku_of_a_twin_is_a_double(self) -> None:
        led = draft(store_ids=BOTH_SHOPS, members=("twin",))

        made = plan(
            led,
            links=(OF_BOTH,),
            items=(item(), item(2, product_id="twin")),
            members={"twin": "assam"},
        )

        assert (made.changes, codes(made)) == ((), ["duplicate_in_vk"])


class TestMissing:
    @pytest.mark.parametrize(
        ("linked", "policy", "wanted"),
        [
            pytest.param(link(), GonePolicy.LEAVE, NEW, id="to be left"),
            pytest.param(link(last={"is_hidden": True}), GonePolicy.HIDE, NEW, id="hidden"),
            pytest.param(
                link(members=("twin",), pending=Pending.HIDE), GonePolicy.LEAVE, TWIN, id="a twin"
            ),
        ],
    )
    def test_one_that_may_go_to_another_product_is_asked_for(
        self, linked: Link, policy: GonePolicy, wanted: Draft
    ) -> None:
        standing = Standing(reading=reading(item()), links=(linked,))
        drafted = Drafted(drafts={wanted.product_id: wanted})

        missing = find_missing(snapshot(store_reading()), drafted, standing, rules(gone=policy))

        assert missing == {SHOP: {"assam", *linked.members}}
