from dataclasses import replace
from typing import Any

import pytest

from evosync.catalog.item import Link, LinkState, MarketItem, Pending
from evosync.engine.changes import Create, Field, Move, Restore, Update
from evosync.engine.plan import items as items_module
from tests.builders import BOTH_SHOPS, SECOND_SHOP, SHOP, draft, item, link
from tests.engine.plan.planning import codes, intent, plan


class TestCreate:
    def test_a_product_nobody_knows_is_created(self) -> None:
        assert plan(draft()).changes == (Create(draft=draft()),)

    def test_a_product_not_for_sale_is_skipped(self) -> None:
        made = plan(draft(for_sale=False, stock=0))

        assert (made.changes, made.skipped) == ((), 1)

    def test_a_product_with_another_unread_store_waits(self) -> None:
        made = plan(draft(settled=False))

        assert (made.changes, made.skipped, made.problems) == ((), 0, ())

    def test_a_reading_that_is_not_whole_creates_nothing(self) -> None:
        made = plan(draft(), is_whole=False)

        assert made.changes == ()
        assert codes(made) == ["checking"]

    @pytest.mark.parametrize(
        ("age_s", "is_whole", "is_created"),
        [
            pytest.param(119, True, False, id="too early"),
            pytest.param(120, True, True, id="settled"),
            pytest.param(7200, False, False, id="not whole"),
        ],
    )
    def test_an_open_intent_waits_until_it_is_disproved(
        self, age_s: int, is_whole: bool, is_created: bool
    ) -> None:
        made = plan(draft(), intents=(intent(age_s=age_s),), is_whole=is_whole)

        if is_created:
            assert made.changes == (Create(draft=draft()),)
            assert (made.missing_intents, made.problems) == (("assam",), ())
        else:
            assert (made.changes, made.missing_intents) == ((), ())
            assert codes(made) == ["checking"]

    def test_an_intent_of_a_product_that_is_gone_is_closed_too(self) -> None:
        assert plan([], intents=(intent(),)).missing_intents == ("assam",)

    def test_the_market_has_an_end(self) -> None:
        many = tuple(
            item(number, product_id=None, title="Чужой")
            for number in range(items_module.MARKET_MAX - 2)
        )
        links = (link("c", 99_999, state=LinkState.DELETED),)
        wanted = [draft(key) for key in ("a", "b", "c")]

        made = plan(wanted, links, many)

        # One place is kept for the item that comes back.
        assert [type(change) for change in made.changes] == [Restore, Create]
        assert [(one.product_id, one.code) for one in made.problems] == [("b", "vk_limit_items")]


class TestUpdate:
    @pytest.mark.parametrize(
        ("wanted", "linked", "stands", "fields"),
        [
            pytest.param(draft(), link(), item(), [], id="nothing differs"),
            pytest.param(draft(price=1), link(), item(), ["price"], id="dearer"),
            pytest.param(draft(), link(), item(price=1), ["price"], id="VK's price"),
            pytest.param(
                draft(price=1, stock=3),
                link(),
                item(),
                ["price", "stock"],
                id="what a buyer pays by",
            ),
            pytest.param(draft(), link(), item(price=None), [], id="VK tells no price"),
            pytest.param(draft(), link(last={"price": 1}), item(price=None), ["price"], id="ours"),
            pytest.param(draft(), link(last={"price": 1}), item(), [], id="VK has it already"),
            pytest.param(draft(), link(), item(title="Чай"), ["title"], id="VK's title"),
            pytest.param(
                draft(title="Чай & кофе"), link(), item(title="Чай &amp; кофе"), [], id="decoded"
            ),
            pytest.param(
                draft(), link(last={"description": "?"}), item(), ["description"], id="text"
            ),
            pytest.param(draft(), link(), item(description="?"), [], id="VK's text is not asked"),
            pytest.param(draft(), link(last={"photo": "?"}), item(), ["photo"], id="photo"),
            pytest.param(draft(photo=None), link(), item(), [], id="no photo wanted"),
            pytest.param(draft(category_id=1), link(), item(), ["category"], id="category"),
            pytest.param(draft(stock=3), link(), item(), ["stock"], id="stock"),
            pytest.param(draft(), link(), item(stock=3), ["stock"], id="VK's stock"),
            pytest.param(draft(), link(), item(stock=None), [], id="VK tells no stock"),
            pytest.param(
                draft(), link(last={"stock": 3}), item(), ["stock"], id="stock as written"
            ),
            pytest.param(draft(stock=None), link(), item(stock=3), [], id="Evotor tells no stock"),
            pytest.param(draft(), link(last={"sku": None}), item(sku=""), ["sku"], id="no sku"),
            pytest.param(draft(), link(), item(sku=None), [], id="VK tells no sku"),
            pytest.param(
                draft(price=1, stock=3, title="Чай", settled=False),
                link(),
                item(),
                ["title"],
                id="not settled: neither price nor stock",
            ),
        ],
    )
    def test_only_what_differs_is_sent(
        self, wanted: Any, linked: Link, stands: MarketItem, fields: list[str]
    ) -> None:
        made = plan(wanted, (linked,), (stands,))

        want = frozenset(Field(name) for name in fields)
        if fields:
            assert made.changes == (Update(link=linked, draft=wanted, item=stands, fields=want),)
        else:
            assert (made.changes, made.unchanged) == ((), 1)
        assert made.problems == ()

    def test_price_and_stock_do_not_wait_for_text_and_picture(self) -> None:
        wanted = draft(price=1, stock=3, title="Чай новый", description="!", photo="0" * 64)

        first, second = plan(wanted, (link(),), (item(),)).changes

        assert isinstance(first, Update)
        assert isinstance(second, Update)
        assert first.fields == {Field.PRICE, Field.STOCK}
        assert second == replace(
            first, fields=frozenset({Field.TITLE, Field.DESCRIPTION, Field.PHOTO})
        )

    def test_stock_we_set_to_0_comes_back_though_evotor_does_not_tell_it(self) -> None:
        made = plan(draft(stock=None), (link(last={"stock": 0}),), (item(stock=0),))

        (change,) = made.changes
        assert isinstance(change, Update)
        assert change.fields == {Field.STOCK}
        assert change.draft.stock == 1000

    @pytest.mark.parametrize(
        ("field", "stands", "named"),
        [
            ("title", item(title="Чай"), "название"),
            ("price", item(price=1), "цена"),
            ("stock", item(stock=1), "остаток"),
        ],
    )
    def test_a_field_that_vk_does_not_take_is_written_twice(
        self, field: str, stands: MarketItem, named: str
    ) -> None:
        once, twice = (link(last={"repeats": {field: count}}) for count in (1, 2))

        assert isinstance(plan(draft(), (once,), (stands,)).changes[0], Update)
        made = plan(draft(), (twice,), (stands,))
        assert (made.changes, codes(made)) == ((), ["not_taken"])
        assert made.problems[0].detail == {"field": named}

    @pytest.mark.parametrize("field", [Field.TITLE, Field.PRICE, Field.STOCK])
    def test_a_field_that_vk_took_in_the_end_may_be_written_again(self, field: Field) -> None:
        twice = link(last={"repeats": {field: 2}})

        assert plan(draft(), (twice,), (item(),)).taken == (("assam", frozenset({field})),)
        assert plan(draft(), (link(last={"repeats": {field: 1}}),), (item(),)).taken == ()

    def test_a_stock_that_vk_does_not_show_was_not_seen_to_be_taken(self) -> None:
        twice = link(last={"repeats": {"stock": 2}})

        assert plan(draft(), (twice,), (item(stock=None),)).taken == ()

    def test_a_new_value_is_tried_afresh(self) -> None:
        stuck = link(last={"repeats": {"title": 2}})

        assert plan(draft(title="Кофе"), (stuck,), (item(),)).changes != ()

    def test_an_adopted_items_text_stays_until_evotors_side_changes(self) -> None:
        theirs = link(text_is_theirs=True)
        stands = item(title="Наш лучший чай", description="!")

        assert plan(draft(), (theirs,), (stands,)).changes == ()
        (change,) = plan(draft(title="Чай новый"), (theirs,), (stands,)).changes
        assert isinstance(change, Update)
        assert change.fields == {Field.TITLE}


class TestAbsent:
    @pytest.mark.parametrize("pending", [Pending.DELETE, Pending.UNDELETE])
    @pytest.mark.parametrize("state", [LinkState.LIVE, LinkState.DELETED])
    def test_an_item_that_is_deleted_by_us_or_was_to_come_back_comes_back(
        self, state: LinkState, pending: Pending
    ) -> None:
        (change,) = plan(draft(), (link(state=state, pending=pending),)).changes

        assert isinstance(change, Restore)
        assert change.item is None

    @pytest.mark.parametrize("pending", [None, Pending.HIDE, Pending.SHOW])
    def test_another_one_is_waited_for(self, pending: Pending | None) -> None:
        made = plan(draft(), (link(pending=pending),))

        assert (made.changes, codes(made)) == ((), ["checking"])


class TestStores:
    def test_a_product_that_moved_is_noted_without_a_call(self) -> None:
        made = plan(draft(store_ids=BOTH_SHOPS), (link(),), (item(),))

        assert (made.changes, made.moved) == ((), (Move(product_id="assam", store_ids=BOTH_SHOPS),))

    def test_an_unread_store_is_not_taken_from_a_link(self) -> None:
        unread = frozenset({SECOND_SHOP})

        made = plan(draft(), (link(store_ids=BOTH_SHOPS),), (item(),), unknown_stores=unread)

        assert made.moved == ()

    def test_an_item_that_may_stand_in_an_unread_store_gets_no_price(self) -> None:
        wanted = draft(price=1, title="Чай новый")
        unread = frozenset({SECOND_SHOP})

        (change,) = plan(
            wanted, (link(store_ids=BOTH_SHOPS),), (item(),), unknown_stores=unread
        ).changes

        assert isinstance(change, Update)
        assert change.fields == {Field.TITLE}

    def test_an_item_that_an_unread_store_names_is_not_edited(self) -> None:
        wanted = draft(title="Чай новый", store_ids=(SECOND_SHOP,))

        made = plan(
            wanted, (link(store_ids=BOTH_SHOPS),), (item(),), unknown_stores=frozenset({SHOP})
        )

        assert (made.changes, made.moved, made.unchanged) == ((), (), 0)

    def test_a_link_without_stores_may_stand_in_any(self) -> None:
        nowhere = replace(link(), store_ids=())

        made = plan(draft(price=1), (nowhere,), (item(),), unknown_stores=frozenset({SECOND_SHOP}))

        assert (made.changes, made.moved) == ((), ())
