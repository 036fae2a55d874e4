"""Items that people delete, hide or reject in VK, and what brings them back."""

from datetime import timedelta

import pytest

from evosync.catalog.item import LinkState, Wish
from evosync.db.links import Place, list_links
from evosync.engine.plan.lost import LOST_AFTER
from evosync.engine.report import RunReport, RunStatus
from evosync.engine.rules import GonePolicy
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.state import ProductState
from tests.flow.stand import Shop, product_named, store_of
from tests.flow.wire import once_after, tapped

TEA = "Чай номер 1"


def codes(report: RunReport, product: ProductState) -> list[str]:
    return [one.code for one in report.problems if one.product_id == product.id]


async def states(shop: Shop) -> list[LinkState]:
    async with shop.opened.database.read() as tx:
        place = Place(user_id=shop.user_id, community_id=shop.world.community_id)
        return [link.state for link in await list_links(tx, place)]


async def mirrored(shop: Shop) -> ProductState:
    """Mirror a shop; give the tea that the story is about."""
    assert (await shop.mirror()).status is RunStatus.DONE
    return product_named(shop.world, TEA)


async def test_an_item_deleted_by_hand_comes_back_only_at_a_word(shop: Shop) -> None:
    tea = await mirrored(shop)
    first = shop.item(tea).item_id
    shop.world.vk.hands.delete(first)
    writes = shop.world.vk.writes

    assert codes(await shop.mirror(), tea) == ["checking"]
    assert codes(await shop.mirror(), tea) == ["checking"]
    later = shop.later(LOST_AFTER)
    assert codes(await later.mirror(), tea) == ["gone_in_vk"]
    assert codes(await later.mirror(), tea) == ["gone_in_vk"]
    assert (shop.items(tea), shop.world.vk.writes) == ([], writes)

    assert await later.wish(tea, Wish.RETURN)
    report = await later.mirror()

    assert (report.counts()["created"], report.problems) == (1, ())
    assert shop.item(tea).item_id != first
    assert not find_differences(shop.world)
    assert (await later.mirror()).is_empty


async def test_an_item_deleted_by_hand_is_asked_about_under_its_products_new_id(shop: Shop) -> None:
    tea = await mirrored(shop)
    shop.world.vk.hands.delete(shop.item(tea).item_id)
    await shop.mirror()
    later = shop.later(LOST_AFTER)
    await later.mirror()

    shop.world.delete_product(tea.id)
    rebuilt = shop.world.add_product(TEA, 111, parent_id=tea.parent_id, quantity=4)

    assert codes(await later.mirror(), rebuilt) == ["gone_in_vk"]
    assert codes(await later.mirror(), rebuilt) == ["gone_in_vk"]
    assert shop.items(rebuilt) == []
    assert await later.wish(rebuilt, Wish.RETURN)
    assert (await later.mirror()).counts()["created"] == 1
    assert not find_differences(shop.world)
    assert (await later.mirror()).is_empty


async def test_an_item_that_a_person_brings_back_is_ours_again(shop: Shop) -> None:
    tea = await mirrored(shop)
    item_id = shop.item(tea).item_id
    shop.world.vk.hands.delete(item_id)
    await shop.mirror()
    later = shop.later(LOST_AFTER)
    await later.mirror()
    assert LinkState.LOST in await states(shop)

    community, item = shop.world.vk.hands.find(item_id)
    item.deleted_at = None
    community.order.insert(0, item_id)
    shop.world.set_price(tea.id, 555)
    report = await later.mirror()

    assert (report.counts()["updated"], report.problems) == (1, ())
    assert (shop.item(tea).item_id, shop.item(tea).price) == (item_id, 55_500)
    assert set(await states(shop)) == {LinkState.LIVE}
    assert not find_differences(shop.world)


async def test_an_item_deleted_by_hand_between_reading_and_edit_takes_the_same_road(
    shop: Shop,
) -> None:
    tea = await mirrored(shop)
    item_id = shop.item(tea).item_id
    shop.world.set_price(tea.id, 555)

    async def delete() -> None:
        shop.world.vk.hands.delete(item_id)

    assert codes(await tapped(shop, once_after("market.get", delete)).mirror(), tea) == ["checking"]
    assert codes(await shop.mirror(), tea) == ["checking"]
    assert codes(await shop.later(LOST_AFTER).mirror(), tea) == ["gone_in_vk"]
    assert shop.items(tea) == []


async def test_a_product_that_left_the_till_with_its_item_needs_nothing(sqlite_shop: Shop) -> None:
    tea = await mirrored(sqlite_shop)
    sqlite_shop.world.vk.hands.delete(sqlite_shop.item(tea).item_id)
    sqlite_shop.world.delete_product(tea.id)

    first = await sqlite_shop.mirror()
    later = sqlite_shop.later(LOST_AFTER)
    asked = sqlite_shop.world.vk.calls["market.getById"]
    second = await later.mirror()

    assert (codes(first, tea), codes(second, tea)) == ([], [])
    assert (first.plan.changes, second.plan.changes) == ((), ())
    assert sqlite_shop.world.vk.calls["market.getById"] == asked


async def test_many_items_lost_at_once_are_not_marked_before_a_yes(sqlite_shop: Shop) -> None:
    for number in range(4):
        sqlite_shop.world.add_product(
            f"Ещё чай {number}", 50, parent_id=product_named(sqlite_shop.world, TEA).parent_id
        )
    tea = await mirrored(sqlite_shop)
    for item in sqlite_shop.visible()[:5]:
        sqlite_shop.world.vk.hands.delete(item.item_id)
    await sqlite_shop.mirror()
    writes = sqlite_shop.world.vk.writes

    report = await sqlite_shop.later(LOST_AFTER).mirror()

    assert report.status is RunStatus.HELD
    assert [one.code for one in report.problems].count("checking") == 5
    assert set(await states(sqlite_shop)) == {LinkState.LIVE}
    assert sqlite_shop.world.vk.writes == writes
    assert tea is product_named(sqlite_shop.world, TEA)


@pytest.mark.parametrize("returns_stock", [True, False], ids=["stock told", "stock untold"])
@pytest.mark.parametrize("disables", [True, False], ids=["0 disables", "0 does not"])
async def test_an_item_hidden_by_hand_stays_hidden_until_a_word(
    shop: Shop, *, disables: bool, returns_stock: bool
) -> None:
    knobs = shop.world.vk.knobs
    knobs.stock_zero_disables, knobs.returns_stock = disables, returns_stock
    tea = await mirrored(shop)
    item_id = shop.item(tea).item_id
    shop.world.vk.hands.hide(item_id)
    shop.world.set_price(tea.id, 555)

    assert codes(await shop.mirror(), tea) == ["hidden_in_vk"]
    assert (shop.item(tea).hidden, shop.item(tea).price) == (True, 55_500)
    assert (await shop.mirror()).is_empty
    for is_for_sale in (False, True):
        shop.world.shop.set_for_sale(tea.id, is_for_sale=is_for_sale)
        await shop.mirror()
        assert shop.item(tea).hidden
    assert codes(await shop.mirror(), tea) == ["hidden_in_vk"]

    assert await shop.wish(tea, Wish.SHOW)
    report = await shop.mirror()

    assert (report.counts()["restored"], codes(report, tea)) == (1, [])
    assert (shop.item(tea).item_id, shop.item(tea).hidden) == (item_id, False)
    assert not find_differences(shop.world)
    assert (await shop.mirror()).is_empty


@pytest.mark.parametrize("policy", list(GonePolicy))
async def test_an_item_hidden_by_hand_stays_hidden_when_its_product_goes_and_comes(
    sqlite_shop: Shop, policy: GonePolicy
) -> None:
    await sqlite_shop.configure(gone=policy)
    tea = await mirrored(sqlite_shop)
    item_id = sqlite_shop.item(tea).item_id
    sqlite_shop.world.vk.hands.hide(item_id)
    await sqlite_shop.mirror()
    sqlite_shop.world.delete_product(tea.id)
    await sqlite_shop.mirror()
    await sqlite_shop.mirror()
    store_of(sqlite_shop.world).products[tea.id] = tea
    await sqlite_shop.mirror()

    assert codes(await sqlite_shop.mirror(), tea) == ["hidden_in_vk"]
    assert (sqlite_shop.item(tea).item_id, sqlite_shop.item(tea).hidden) == (item_id, True)


@pytest.mark.parametrize("stock_disables", [True, False], ids=["0 disables", "0 does not"])
async def test_an_item_without_stock_was_hidden_by_nobody(
    sqlite_shop: Shop, *, stock_disables: bool
) -> None:
    sqlite_shop.world.vk.knobs.stock_zero_disables = stock_disables
    tea = await mirrored(sqlite_shop)
    sqlite_shop.world.shop.set_for_sale(tea.id, is_for_sale=False)
    assert "hidden_in_vk" not in codes(await sqlite_shop.mirror(), tea)
    assert "hidden_in_vk" not in codes(await sqlite_shop.mirror(), tea)
    sqlite_shop.world.shop.set_for_sale(tea.id, is_for_sale=True)
    assert codes(await sqlite_shop.mirror(), tea) == []
    assert not find_differences(sqlite_shop.world)


async def test_what_the_market_lists_late_is_never_lost(sqlite_shop: Shop) -> None:
    sqlite_shop.world.vk.knobs.list_lag_s = timedelta(hours=1).total_seconds()
    await sqlite_shop.mirror()
    for passed in (timedelta(0), LOST_AFTER, 2 * LOST_AFTER):
        report = await sqlite_shop.later(passed).mirror()
        assert report.problems == ()
        assert report.counts()["created"] == 0
    assert set(await states(sqlite_shop)) == {LinkState.LIVE}


@pytest.mark.parametrize("unlists", [True, False], ids=["unlisted", "listed"])
async def test_a_rejected_item_is_never_lost_and_is_sent_nothing_but_a_new_text(
    shop: Shop, *, unlists: bool
) -> None:
    shop.world.vk.knobs.unlists_rejected = unlists
    tea = await mirrored(shop)
    item_id = shop.item(tea).item_id
    shop.world.vk.hands.reject(item_id)
    shop.world.set_price(tea.id, 555)
    writes = shop.world.vk.writes
    for passed in (timedelta(0), LOST_AFTER, 2 * LOST_AFTER):
        assert codes(await shop.later(passed).mirror(), tea) == ["vk_rejected"]
    assert shop.world.vk.writes == writes

    tea.name = "Чай номер один"
    await shop.mirror()

    assert (shop.item(tea).title, shop.item(tea).price) == ("Чай номер один", 55_500)
    assert codes(await shop.mirror(), tea) == []
    assert not find_differences(shop.world)


async def test_a_rejected_item_is_taken_off_sale_all_the_same(sqlite_shop: Shop) -> None:
    sqlite_shop.world.vk.knobs.unlists_rejected = True
    tea = await mirrored(sqlite_shop)
    sqlite_shop.world.vk.hands.reject(sqlite_shop.item(tea).item_id)
    sqlite_shop.world.shop.set_for_sale(tea.id, is_for_sale=False)
    await sqlite_shop.mirror()
    assert sqlite_shop.item(tea).stock_amount == 0
    sqlite_shop.world.delete_product(tea.id)
    await sqlite_shop.mirror()
    assert sqlite_shop.item(tea).hidden


@pytest.mark.parametrize("is_late", [True, False], ids=["window over", "in time"])
async def test_a_deleted_item_returns_while_vk_allows_it_then_as_a_new_one(
    shop: Shop, *, is_late: bool
) -> None:
    await shop.configure(gone=GonePolicy.DELETE)
    tea = await mirrored(shop)
    first = shop.item(tea).item_id
    shop.world.delete_product(tea.id)
    await shop.mirror()
    assert shop.items(tea) == []
    if is_late:
        shop.world.vk.knobs.restore_window_s = -1
    store_of(shop.world).products[tea.id] = tea
    report = await shop.mirror()
    if is_late:
        assert codes(report, tea) == ["restore_too_late"]
        assert report.retry_at is not None
        assert report.retry_at <= shop.opened.clock()
        report = await shop.mirror()

    assert (shop.item(tea).item_id == first) is not is_late
    assert report.problems == ()
    assert not find_differences(shop.world)
    assert (await shop.mirror()).is_empty
