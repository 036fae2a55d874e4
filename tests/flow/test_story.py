import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import event

from evosync.db import sync
from evosync.db.runs import RunKind, list_runs
from evosync.engine.report import RunStatus
from evosync.engine.rules import StockMode
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID
from evosync.sandbox.vk.state import Item
from tests.flow.stand import Shop, add_group, product_named, store_of

WRITING = re.compile(r"\s*(?:INSERT INTO|DELETE FROM|UPDATE) `?(\w+)", re.IGNORECASE)

TEA, CUP, PIE = "Чай номер 1", "Чашка белая", "Пирог с вишней"


@contextmanager
def written_tables(shop: Shop) -> Iterator[set[str]]:
    """Gather the names of the tables whose rows are written in the meantime.

    But for the log of requests, which is written behind, in a moment of its own.
    """
    found: set[str] = set()
    engine = shop.opened.database.engine.sync_engine

    def note(_connection: object, cursor: Any, statement: str, *_: object) -> None:
        told = WRITING.match(statement)
        if told and cursor.rowcount != 0 and told[1] != "api_logs":
            found.add(told[1])

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "after_cursor_execute", note)


async def mirrored(shop: Shop) -> None:
    report = await shop.mirror()
    assert (report.status, report.error) == (RunStatus.DONE, None)
    assert not find_differences(shop.world)


async def test_the_whole_shop_stands_in_vk_and_nothing_is_written_again(
    tea_shop: Shop,
) -> None:
    await mirrored(tea_shop)
    vk, before = tea_shop.world.vk, tea_shop.world.vk.writes
    own = {"runs", "leases"}  # the run's record, and the right to run
    with written_tables(tea_shop) as tables:
        assert (await tea_shop.mirror()).is_empty
    # What the first run made is read for the first time here.
    assert tables == own | {"vk_cached_products", "vk_cached_albums"}
    with written_tables(tea_shop) as tables:
        assert (await tea_shop.mirror()).is_empty
    assert tables == own
    assert vk.writes == before


async def test_a_changed_price_costs_one_edit_and_nothing_else(shop: Shop) -> None:
    await mirrored(shop)
    vk, product = shop.world.vk, product_named(shop.world, TEA)
    item_id, edits, writes = shop.item(product).item_id, vk.calls["market.edit"], vk.writes
    shop.world.set_price(product.id, "1234.50")
    await mirrored(shop)
    assert shop.item(product).item_id == item_id
    assert shop.item(product).price == 123450
    assert (vk.calls["market.edit"] - edits, vk.writes - writes) == (1, 1)


async def test_a_deleted_product_is_hidden_and_comes_back_as_the_same_item(shop: Shop) -> None:
    await mirrored(shop)
    product = product_named(shop.world, TEA)
    item_id = shop.item(product).item_id
    shop.world.delete_product(product.id)
    await mirrored(shop)
    assert [item.hidden for item in shop.items(product)] == [True]
    assert not (await shop.mirror()).plan.changes
    store_of(shop.world).products[product.id] = product
    await mirrored(shop)
    assert [(item.item_id, item.hidden) for item in shop.items(product)] == [(item_id, False)]


async def test_a_product_switched_off_and_on_is_the_same_item(shop: Shop) -> None:
    await mirrored(shop)
    product = product_named(shop.world, CUP)
    item_id = shop.item(product).item_id
    await shop.switch_product(product, is_on=False)
    await shop.mirror()
    assert product.id not in {item.sku for item in shop.visible()}
    await shop.switch_product(product, is_on=True)
    await mirrored(shop)
    assert [(item.item_id, item.hidden) for item in shop.items(product)] == [(item_id, False)]


async def test_one_product_of_two_stores_is_one_item_with_the_stock_of_both(shop: Shop) -> None:
    database, clock = shop.opened.database, shop.opened.clock
    async with database.read() as tx:
        config = await sync.get_config(tx, shop.user_id)
    real = replace(config, stock_mode=StockMode.REAL)
    await database.write(sync.save_config, real, clock())
    product = product_named(shop.world, TEA)
    [group] = store_of(shop.world, MIRA_ID).groups
    twin = replace(product, parent_id=group, quantity=Decimal("7.9"))
    store_of(shop.world, MIRA_ID).products[product.id] = twin
    assert (await shop.mirror()).status is RunStatus.DONE
    assert shop.item(product).stock_amount == 10 + 7
    shop.world.sell(product.id, 4, store_id=LESNAYA_ID)
    assert (await shop.mirror()).counts()["updated"] == 1
    assert shop.item(product).stock_amount == 6 + 7


async def test_a_store_that_is_not_paid_for_leaves_the_run_done_and_its_goods_alone(
    shop: Shop,
) -> None:
    await mirrored(shop)
    pie = product_named(shop.world, PIE)
    before = copy.deepcopy(shop.item(pie))
    store_of(shop.world, MIRA_ID).is_paid = False
    shop.world.set_price(pie.id, 999)
    report = await shop.mirror()
    assert report.status is RunStatus.DONE
    assert "store_not_paid" in {problem.code for problem in report.problems}
    assert shop.item(pie) == before


async def test_a_renamed_product_keeps_its_item(shop: Shop) -> None:
    await mirrored(shop)
    product, edits = product_named(shop.world, CUP), shop.world.vk.calls["market.edit"]
    item_id = shop.item(product).item_id
    product.name = "Чашка чёрная"
    await mirrored(shop)
    assert (shop.item(product).item_id, shop.item(product).title) == (item_id, "Чашка чёрная")
    assert shop.world.vk.calls["market.edit"] == edits + 1


async def test_a_product_that_moves_to_another_group_moves_to_its_album(shop: Shop) -> None:
    await mirrored(shop)
    cup, tea = product_named(shop.world, CUP), product_named(shop.world, TEA)
    assert (shop.albums_of(cup), shop.albums_of(tea)) == (["Посуда"], ["Чай"])
    cup.parent_id = tea.parent_id
    await mirrored(shop)
    assert shop.albums_of(cup) == ["Чай"]
    # The album we made stands empty, so a buyer does not see it.
    assert [album.title for album in shop.albums() if album.is_hidden] == ["Посуда"]


async def test_a_group_that_is_new_waits_for_its_switch(sqlite_shop: Shop) -> None:
    await mirrored(sqlite_shop)
    group = add_group(sqlite_shop.world, "Новинки")
    product = sqlite_shop.world.add_product("Чай новогодний", 700, parent_id=group.id)
    await sqlite_shop.mirror()
    assert not sqlite_shop.items(product)


async def test_a_strangers_items_are_never_touched(sqlite_shop: Shop) -> None:
    tea = product_named(sqlite_shop.world, TEA)
    strange = [
        add_strange_item(sqlite_shop, item_id=1, title=TEA, price=9_900),
        add_strange_item(sqlite_shop, item_id=2, title=CUP.upper(), price=39_000),
        add_strange_item(sqlite_shop, item_id=3, title="Самовар", price=1, sku="their-own-7"),
    ]
    before = copy.deepcopy(strange)
    await sqlite_shop.mirror()
    sqlite_shop.world.set_price(tea.id, 777)
    sqlite_shop.world.delete_product(product_named(sqlite_shop.world, CUP).id)
    await sqlite_shop.mirror()
    await sqlite_shop.mirror()
    assert strange == before


async def test_a_dry_run_tells_what_a_run_then_does(sqlite_shop: Shop) -> None:
    writes = sqlite_shop.world.vk.writes
    told = (await sqlite_shop.carry_out(RunKind.PREVIEW)).report
    assert sqlite_shop.world.vk.writes == writes
    assert told.is_dry
    assert told.counts() == (await sqlite_shop.mirror()).counts()


async def test_what_a_run_did_stands_in_its_record(sqlite_shop: Shop) -> None:
    finished = await sqlite_shop.carry_out()
    async with sqlite_shop.opened.database.read() as tx:
        [run] = await list_runs(tx, sqlite_shop.user_id)
    assert (run.id, run.status, run.error_code) == (finished.run_id, RunStatus.DONE, None)
    assert run.counts == finished.report.counts()
    assert run.counts["created"] == 5


async def test_creates_travel_25_in_a_request(sqlite_shop: Shop) -> None:
    teas = 60
    group = product_named(sqlite_shop.world, TEA).parent_id
    for number in range(teas):
        sqlite_shop.world.add_product(f"Ещё чай {number}", 50, parent_id=group)
    executes = sqlite_shop.world.vk.calls["execute"]
    await mirrored(sqlite_shop)
    # One reads both sides of the market, the creates take one for 25 but for the first six, which
    # are looked at; the albums and what goes into them take a few, and moderation's word one.
    creates = 2 + -(-(teas + 5 - 6) // 25)
    assert sqlite_shop.world.vk.calls["execute"] - executes <= 1 + creates + 3 + 1


def add_strange_item(shop: Shop, *, item_id: int, title: str, price: int, sku: str = "") -> Item:
    """Put an item on the market that somebody made by hand."""
    community = shop.world.vk.state.communities[shop.world.community_id]
    now = shop.world.vk.clock()
    item = Item(
        item_id=item_id,
        title=title,
        description="Сделано руками, не программой",
        category_id=40932,
        price=price,
        sku=sku,
        created_at=now,
        updated_at=now,
    )
    community.items[item_id] = item
    community.order.append(item_id)
    return item
