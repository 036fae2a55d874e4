from dataclasses import replace
from typing import Any

import pytest

from evosync.catalog.item import Draft, Link, LinkState
from evosync.engine.changes import Create, Field, Hide, Relink, Restore, Update
from evosync.engine.plan.lost import LOST_AFTER
from evosync.engine.rules import GonePolicy
from tests.builders import BOTH_SHOPS, NOON, SECOND_SHOP, SHOP, draft, item, link
from tests.engine.plan import planning
from tests.engine.plan.planning import codes, intent
from tests.engine.plan.relinking import AWAY, GONE, NEW, RELINK, SKU, plan


class TestRebuilt:
    @pytest.mark.parametrize("policy", list(GonePolicy))
    def test_the_item_of_a_product_that_left_goes_to_the_new_one_of_its_name(
        self, policy: GonePolicy
    ) -> None:
        made = plan(NEW, gone=policy)

        assert (made.changes, made.problems) == ((RELINK,), ())

    def test_what_else_differs_travels_with_it_and_price_before(self) -> None:
        wanted = replace(NEW, price=120_00, description="Крепкий")

        made = plan(wanted)

        assert made.changes == (
            Update(link=link(), draft=wanted, item=item(), fields=frozenset({Field.PRICE})),
            Relink(
                link=link(), draft=wanted, item=item(), fields=SKU | frozenset({Field.DESCRIPTION})
            ),
        )

    @pytest.mark.parametrize(
        ("old", "values"),
        [
            pytest.param(link(last={"title": "ЧАЙ ЧЁРНЫЙ  «Ассам»"}), {}, id="folded"),
            pytest.param(link(last={"title": None}), {}, id="by the item's title"),
            pytest.param(link(store_ids=()), {}, id="of stores we do not know"),
            pytest.param(link(store_ids=BOTH_SHOPS), {}, id="of one of its stores"),
        ],
    )
    def test_it_is_known_by_name_and_store(self, old: Link, values: Any) -> None:
        assert Relink in map(type, plan(NEW, links=(old,), **values).changes)

    @pytest.mark.parametrize(
        ("wanted", "old"),
        [
            pytest.param(draft("new", title="Кимун"), link(), id="another name"),
            pytest.param(draft("new", store_ids=(SECOND_SHOP,)), link(), id="another store"),
            pytest.param(NEW, link(item_id=9), id="its item is not there"),
        ],
    )
    def test_another_product_gets_an_item_of_its_own(self, wanted: Draft, old: Link) -> None:
        changes = plan(wanted, links=(old,)).changes

        assert Create(draft=wanted) in changes
        assert Relink not in map(type, changes)

    def test_a_product_that_was_known_before_is_not_new(self) -> None:
        changes = plan(NEW, links=(link(), link("new", 2, state=LinkState.LOST))).changes

        assert changes == (Hide(link=link(), item=item()),)

    def test_one_that_was_merely_not_seen_keeps_its_item_and_the_new_one_waits(self) -> None:
        made = plan(NEW, absent=frozenset())

        assert (made.changes, codes(made)) == ((), ["waits_for_twin"])

    def test_one_that_is_in_the_till_but_off_keeps_its_item(self) -> None:
        changes = plan(NEW, off=GONE).changes

        assert changes == (Hide(link=link(), item=item()), Create(draft=NEW))

    def test_a_store_not_read_whole_relinks_nothing(self) -> None:
        made = plan(NEW, links=(link(store_ids=BOTH_SHOPS),), unknown_stores={SECOND_SHOP})

        assert (made.changes, codes(made)) == ((), ["waits_for_twin"])

    def test_a_new_product_that_is_not_settled_waits_and_nothing_is_taken_off_sale(self) -> None:
        made = plan(replace(NEW, settled=False))

        assert (made.changes, codes(made)) == ((), ["waits_for_twin"])

    def test_equal_names_pair_in_the_order_of_ids_and_the_rest_goes_its_way(self) -> None:
        old = [link("b", 2), link("a", 1), link("c", 3)]
        stands = [item(number, product_id=None) for number in (1, 2, 3)]

        made = plan(draft("y"), draft("x"), links=old, items=stands, absent=frozenset("abc"))

        moved = {
            one.draft.product_id: one.link.product_id
            for one in made.changes
            if isinstance(one, Relink)
        }
        assert moved == {"x": "a", "y": "b"}
        assert made.changes[0] == Hide(link=old[2], item=stands[2])
        assert len(made.changes) == 3

    def test_one_hidden_since_is_shown_again_as_the_new_one(self) -> None:
        hidden, stands = link(last={"is_hidden": True}), item(availability=AWAY)

        assert plan(NEW, links=(hidden,), items=(stands,)).changes == (
            Relink(link=hidden, draft=NEW, item=stands, fields=SKU),
            Restore(link=hidden, draft=NEW, item=stands, fields=frozenset()),
        )

    def test_one_that_is_not_for_sale_stays_hidden(self) -> None:
        hidden, stands = link(last={"is_hidden": True}), item(availability=AWAY)
        wanted = replace(NEW, for_sale=False, stock=0)

        [change] = plan(wanted, links=(hidden,), items=(stands,)).changes

        assert isinstance(change, Relink)

    def test_a_relink_in_doubt_is_sent_again(self) -> None:
        doubted = link(last={"sku": None, "repeats": {"sku": 0}})
        stands = item(product_id="new")

        made = plan(NEW, links=(doubted,), items=(stands,))

        assert made.changes == (Relink(link=doubted, draft=NEW, item=stands, fields=SKU),)

    def test_a_relink_in_doubt_whose_old_product_is_back_is_undone(self) -> None:
        doubted = link(last={"sku": None, "repeats": {"sku": 0}})
        stands = item(product_id="new")

        made = plan(draft(), links=(doubted,), items=(stands,))

        assert made.changes == (Update(link=doubted, draft=draft(), item=stands, fields=SKU),)

    def test_one_that_stands_twice_is_no_ones_to_hand_over(self) -> None:
        twice = (item(), item(2))

        changes = plan(NEW, items=twice).changes

        assert [type(one) for one in changes] == [Hide, Hide, Create]

    def test_while_it_waits_no_stranger_of_its_name_is_asked_about(self) -> None:
        made = plan(NEW, items=(item(), item(2, product_id=None)), absent=frozenset())

        assert (made.changes, codes(made)) == ((), ["waits_for_twin"])

    def test_one_whose_create_is_in_doubt_makes_the_new_one_wait(self) -> None:
        made = plan(NEW, links=(), items=(), intents=(intent(age_s=5, store_ids=(SHOP,)),))

        assert (made.changes, codes(made)) == ((), ["waits_for_twin"])

    def test_one_whose_create_came_to_nothing_does_not(self) -> None:
        made = plan(NEW, links=(), items=(), intents=(intent(age_s=300),))

        assert made.changes == (Create(draft=NEW),)


def test_a_twin_whose_own_item_is_given_up_takes_that_of_the_one_that_left() -> None:
    own = link("twin", 8, missing_since_at=NOON - LOST_AFTER)
    left = link("assam", 1, members=("twin",))

    made = planning.plan(draft("twin"), (own, left), (item(1),), off=("assam",))

    [relink] = made.changes
    assert isinstance(relink, Relink)
    assert (relink.link, relink.draft) == (left, draft("twin"))
