"""Goods of one name in several stores, and catalogs that were built anew under other ids."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from evosync.db import selection, sync
from evosync.engine.report import RunStatus
from evosync.engine.rules import GonePolicy, StockMode, TwinsPolicy
from evosync.outbound.client import Answer, Request, Unreachable
from evosync.sandbox.comparison import find_differences, find_miscounts
from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID
from evosync.sandbox.vk.state import Item
from tests.flow.stand import Shop, product_named, store_of
from tests.flow.wire import Send, carries, tapped

TEA = "Чай номер 1"


async def settings(shop: Shop, **values: Any) -> None:
    """Change settings of the mirror."""
    async with shop.opened.database.read() as tx:
        config = await sync.get_config(tx, shop.user_id)
    await shop.opened.database.write(
        sync.save_config, replace(config, **values), shop.opened.clock()
    )


async def switch_new_groups_on(shop: Shop, store_id: str) -> None:
    """Let groups that appear in a store be on."""
    await shop.opened.database.write(
        selection.set_new_groups, shop.user_id, store_id, is_on=True, now=shop.opened.clock()
    )


def add_twin(shop: Shop, **values: Any) -> ProductState:
    """Put a tea of the first store on the second one's shelf, as a product of its own."""
    [group] = store_of(shop.world, MIRA_ID).groups
    defaults: dict[str, Any] = {"store_id": MIRA_ID, "parent_id": group, "quantity": 4}
    return shop.world.add_product(TEA.upper(), 120, **defaults | values)


def of_name(shop: Shop, name: str = TEA) -> list[Item]:
    """List the items under a name that are on sale."""
    return [one for one in shop.visible() if one.title.casefold() == name.casefold()]


async def mirrored(shop: Shop) -> dict[str, int]:
    """Run, see that VK is as the till, and count what was done."""
    report = await shop.mirror()
    assert (report.status, report.error) == (RunStatus.DONE, None)
    assert not find_differences(shop.world)
    assert not find_miscounts(shop.world)
    return {name: count for name, count in report.counts().items() if count}


async def test_twins_are_one_item_with_the_stock_of_both_and_the_price_of_the_first(
    shop: Shop,
) -> None:
    await settings(shop, stock_mode=StockMode.REAL)
    tea, twin = product_named(shop.world, TEA), add_twin(shop)

    await shop.mirror()
    shop.world.set_price(tea.id, 555)
    shop.world.set_price(twin.id, 999)
    shop.world.sell(twin.id, 1)
    report = await shop.mirror()

    assert report.counts()["updated"] == 1
    [item] = of_name(shop)
    assert (item.sku, item.price, item.stock_amount) == (tea.id, 555_00, 10 + 3)
    assert (await shop.mirror()).is_empty


async def test_a_twin_that_appears_later_makes_no_second_item(shop: Shop) -> None:
    await mirrored(shop)
    tea = product_named(shop.world, TEA)
    add_twin(shop)

    assert "created" not in await mirrored(shop)

    assert [one.sku for one in of_name(shop)] == [tea.id]


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "switched off"])
async def test_when_the_linked_twin_leaves_the_item_goes_to_the_other(
    shop: Shop, *, is_deleted: bool
) -> None:
    tea, twin = product_named(shop.world, TEA), add_twin(shop)
    await mirrored(shop)
    item_id = shop.item(tea).item_id

    if is_deleted:
        shop.world.delete_product(tea.id)
    else:
        await shop.switch_product(tea, is_on=False)
    report = await shop.mirror()

    done = report.counts()
    assert (done["relinked"], done["created"], done["hidden"]) == (1, 0, 0)
    [item] = of_name(shop)
    assert (item.item_id, item.sku, item.price) == (item_id, twin.id, 120_00)
    assert shop.albums_of(twin) == ["Пироги"]
    assert (await shop.mirror()).is_empty


async def test_as_long_as_its_store_cannot_be_read_nothing_happens_to_it(shop: Shop) -> None:
    tea, twin = product_named(shop.world, TEA), add_twin(shop)
    await mirrored(shop)
    before, writes = shop.item(tea).item_id, shop.world.vk.writes

    store_of(shop.world, LESNAYA_ID).is_paid = False
    shop.world.set_price(twin.id, 999)
    report = await shop.mirror()

    assert not report.plan.changes
    assert "waits_for_twin" in {problem.code for problem in report.problems}
    assert shop.world.vk.writes == writes
    store_of(shop.world, LESNAYA_ID).is_paid = True
    assert not await changes_of(shop)
    assert shop.item(tea).item_id == before


async def test_a_twin_that_appears_while_the_others_store_cannot_be_read_waits(shop: Shop) -> None:
    tea = product_named(shop.world, TEA)
    await mirrored(shop)

    store_of(shop.world, LESNAYA_ID).is_paid = False
    twin = add_twin(shop)
    report = await shop.mirror()

    assert (twin.id, "waits_for_twin") in {(one.product_id, one.code) for one in report.problems}
    assert [one.sku for one in of_name(shop)] == [tea.id]
    store_of(shop.world, LESNAYA_ID).is_paid = True
    assert "created" not in await mirrored(shop)
    assert [one.sku for one in of_name(shop)] == [tea.id]


async def changes_of(shop: Shop) -> tuple[Any, ...]:
    return (await shop.mirror()).plan.changes


@pytest.mark.parametrize("policy", [GonePolicy.HIDE, GonePolicy.LEAVE])
async def test_a_catalog_built_anew_under_other_ids_keeps_every_item(
    shop: Shop, policy: GonePolicy
) -> None:
    await settings(shop, gone=policy)
    await mirrored(shop)
    await switch_new_groups_on(shop, LESNAYA_ID)
    before = {item.title: item.item_id for item in shop.visible()}

    shop.world.shop.rebuild(LESNAYA_ID)
    done = await mirrored(shop)

    assert {item.title: item.item_id for item in shop.visible()} == before
    assert (done["relinked"], done.get("created"), done.get("hidden")) == (4, None, None)
    assert (await shop.mirror()).is_empty


async def test_prices_that_changed_with_the_ids_travel_too(shop: Shop) -> None:
    await mirrored(shop)
    await switch_new_groups_on(shop, LESNAYA_ID)
    before = {item.title: item.item_id for item in shop.visible()}

    shop.world.shop.rebuild(LESNAYA_ID)
    shop.world.shop.multiply_prices(2, store_id=LESNAYA_ID)

    assert (await mirrored(shop))["relinked"] == 4
    assert {item.title: item.item_id for item in shop.visible()} == before


async def test_goods_rebuilt_in_groups_that_were_off_come_back_as_the_same_items(
    shop: Shop,
) -> None:
    await mirrored(shop)
    before = {item.title: item.item_id for item in shop.visible()}
    shop.world.shop.rebuild(LESNAYA_ID)
    await shop.mirror()

    await shop.opened.database.write(
        selection.switch_all, shop.user_id, is_on=True, now=shop.opened.clock()
    )
    await mirrored(shop)

    assert {item.title: item.item_id for item in shop.visible()} == before
    assert (await shop.mirror()).is_empty


@pytest.mark.parametrize("end", ["killed", "answer lost", "killed before"])
async def test_a_relink_in_doubt_makes_no_double(shop: Shop, end: str) -> None:
    await mirrored(shop)
    await switch_new_groups_on(shop, LESNAYA_ID)
    before = {item.title: item.item_id for item in shop.visible()}
    shop.world.shop.rebuild(LESNAYA_ID)

    async def lose(request: Request, send: Send) -> Answer:
        if not carries(request, "market.edit"):
            return await send(request)
        if end != "killed before":
            await send(request)
        raise (
            Unreachable("ReadError", is_unsent=False)
            if end == "answer lost"
            else (asyncio.CancelledError)
        )

    await broken(tapped(shop, lose).mirror)
    assert {item.title: item.item_id for item in shop.visible()} == before

    await mirrored(shop)

    assert {item.title: item.item_id for item in shop.visible()} == before
    assert (await shop.mirror()).is_empty


async def broken(run: Callable[[], Awaitable[object]]) -> None:
    """Run though it may be killed."""
    try:
        await run()
    except asyncio.CancelledError:
        return


async def test_a_relink_in_doubt_is_undone_when_the_old_catalog_is_back(
    sqlite_shop: Shop,
) -> None:
    await mirrored(sqlite_shop)
    await switch_new_groups_on(sqlite_shop, LESNAYA_ID)
    store = store_of(sqlite_shop.world)
    groups, products = dict(store.groups), dict(store.products)
    old = {key: replace(one) for key, one in (groups | products).items()}
    sqlite_shop.world.shop.rebuild(LESNAYA_ID)

    async def lose(request: Request, send: Send) -> Answer:
        answer = await send(request)
        if carries(request, "market.edit"):
            raise asyncio.CancelledError
        return answer

    await broken(tapped(sqlite_shop, lose).mirror)
    store.groups = {key: old[key] for key in groups}  # type: ignore[misc]
    store.products = {key: old[key] for key in products}  # type: ignore[misc]

    await mirrored(sqlite_shop)

    assert (await sqlite_shop.mirror()).is_empty


async def test_on_demand_twins_are_two_items_and_one_again(shop: Shop) -> None:
    tea, twin = product_named(shop.world, TEA), add_twin(shop)
    await mirrored(shop)
    item_id = shop.item(tea).item_id

    await settings(shop, twins=TwinsPolicy.BOTH)
    assert (await shop.mirror()).counts()["created"] == 1
    assert {one.sku for one in of_name(shop)} == {tea.id, twin.id}
    assert (await shop.mirror()).is_empty

    await settings(shop, twins=TwinsPolicy.ONE)
    assert await mirrored(shop) == {"hidden": 1, "unchanged": 5}
    assert [one.item_id for one in of_name(shop)] == [item_id]
    assert (await shop.mirror()).is_empty
