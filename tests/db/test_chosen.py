"""What the switches come to: counts, examples, and prices here and there."""

from datetime import timedelta

from evosync.catalog.item import Availability, LinkState
from evosync.catalog.product import Attribute, Product
from evosync.db import catalog, chosen, links, selection
from evosync.db.chosen import Chosen
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.shop_numbers import count_goods
from evosync.db.standing import load_standing
from evosync.engine.foresight import PricePair
from evosync.engine.live import find_live
from evosync.engine.rules import NO_GROUP
from tests.builders import (
    BOTH_SHOPS,
    NOON,
    group,
    item,
    link,
    product,
    reading,
    snapshot,
    store,
    store_reading,
)
from tests.readings import save_market, save_snapshot

COMMUNITY = 217
FIRST, SECOND = BOTH_SHOPS
LATER = NOON + timedelta(minutes=1)


async def read_shop(database: Database, user_id: int) -> None:
    """Read two stores: teas in a group and its modification, a cup outside any, a pie."""
    sorts = group("sorts", parent_id="tea", attributes=(Attribute(id="sort", name="Сорт"),))
    first = store_reading(
        product("assam", parent_id="tea", price=100_00),
        product("keemun", parent_id="sorts", price=200_00),
        product("cup", parent_id=None, price=300_00),
        product("gift", parent_id="tea", price=None),
        store=store(FIRST),
        groups=(group("tea"), sorts),
    )
    second = store_reading(
        product("pie", parent_id="pies", price=50_00),
        product("assam", parent_id="pies", price=90_00),
        store=store(SECOND),
        groups=(group("pies", store_id=SECOND),),
    )
    await database.write(save_snapshot, user_id, snapshot(first, second), NOON)


async def switch(database: Database, user_id: int, store_id: str, *group_ids: str) -> None:
    await database.write(selection.switch_store, user_id, store_id, is_on=True, now=NOON)
    for group_id in group_ids:
        await database.write(
            selection.switch_group, user_id, store_id, group_id, is_on=True, now=NOON
        )


async def counted(database: Database, user_id: int) -> Chosen:
    async with database.read() as tx:
        switches = await selection.get_selection(tx, user_id)
        groups = await catalog.list_groups(tx, user_id)
        return await chosen.count_chosen(tx, user_id, switches, groups)


async def examples(database: Database, user_id: int) -> list[Product]:
    async with database.read() as tx:
        switches = await selection.get_selection(tx, user_id)
        groups = await catalog.list_groups(tx, user_id)
        return await chosen.list_examples(tx, user_id, switches, groups)


async def pairs(database: Database, user_id: int) -> list[PricePair]:
    async with database.read() as tx:
        switches = await selection.get_selection(tx, user_id)
        place = Place(user_id=user_id, community_id=COMMUNITY)
        groups = await catalog.list_groups(tx, user_id)
        return await chosen.list_price_pairs(tx, place, switches, groups)


async def test_what_is_switched_on_is_counted_with_the_goods_of_modifications(
    database: Database, anna: int
) -> None:
    await read_shop(database, anna)
    assert await counted(database, anna) == Chosen()
    await switch(database, anna, FIRST, "tea", "no such group")
    assert await counted(database, anna) == Chosen(stores=1, groups=1, products=3)
    await switch(database, anna, FIRST, NO_GROUP)
    assert await counted(database, anna) == Chosen(stores=1, groups=1, products=4)
    await database.write(selection.switch_product, anna, FIRST, "keemun", is_on=False, now=NOON)
    assert await counted(database, anna) == Chosen(stores=1, groups=1, products=3)


async def test_a_product_of_two_stores_is_counted_once_as_it_is_at_home(
    database: Database, anna: int
) -> None:
    await read_shop(database, anna)
    await switch(database, anna, FIRST, "tea")
    await switch(database, anna, SECOND, "pies")
    assert await counted(database, anna) == Chosen(stores=2, groups=2, products=4)
    await database.write(selection.switch_product, anna, FIRST, "assam", is_on=False, now=NOON)
    assert await counted(database, anna) == Chosen(stores=2, groups=2, products=4)
    async with database.read() as tx:
        switches = await selection.get_selection(tx, anna)
        groups = await catalog.list_groups(tx, anna)
        assert (await count_goods(tx, anna, None, switches, groups)).chosen == 4


async def test_groups_of_a_store_that_is_off_count_nothing(database: Database, anna: int) -> None:
    await read_shop(database, anna)
    await switch(database, anna, FIRST)
    await database.write(selection.switch_group, anna, SECOND, "pies", is_on=True, now=NOON)
    assert await counted(database, anna) == Chosen(stores=1)


async def test_examples_are_of_a_chosen_store_and_have_a_price(
    database: Database, anna: int, boris: int
) -> None:
    assert await examples(database, anna) == []
    await read_shop(database, anna)
    assert {one.store_id for one in await examples(database, anna)} == {FIRST}
    await switch(database, anna, SECOND, "pies")
    found = await examples(database, anna)
    assert {one.store_id for one in found} == {SECOND}
    assert all(one.price for one in found)
    assert await examples(database, boris) == []


async def test_prices_are_those_of_the_first_store_that_sells_and_of_vk(
    database: Database, anna: int
) -> None:
    await read_shop(database, anna)
    await switch(database, anna, FIRST, "tea")
    await switch(database, anna, SECOND, "pies")
    place = Place(user_id=anna, community_id=COMMUNITY)
    linked = [
        link("assam", 1),
        link("pie", 2),
        link("keemun", 3, state=LinkState.DELETED),
        link("cup", 4, last={"is_hidden": True}),
    ]
    await database.write(links.save_new_links, place, linked, None, NOON)
    shown = reading(item(1, price=120_00), item(2, product_id="pie", price=50_00))
    await database.write(save_market, anna, COMMUNITY, shown, LATER)
    assert sorted(await pairs(database, anna), key=lambda one: one.till) == [
        PricePair(till=50_00, market=50_00),
        PricePair(till=100_00, market=120_00),
    ]


async def test_prices_are_of_rows_that_are_switched_on_themselves(
    database: Database, anna: int
) -> None:
    await read_shop(database, anna)
    await switch(database, anna, FIRST, "tea", NO_GROUP)
    await switch(database, anna, SECOND, "pies")
    place = Place(user_id=anna, community_id=COMMUNITY)
    linked = [link("assam", 1), link("keemun", 2), link("cup", 3)]
    await database.write(links.save_new_links, place, linked, None, NOON)
    assert {one.till for one in await pairs(database, anna)} == {100_00, 200_00, 300_00}
    # The first store does not price it any more: the second one does.
    await database.write(selection.switch_product, anna, FIRST, "assam", is_on=False, now=NOON)
    assert {one.till for one in await pairs(database, anna)} == {90_00, 200_00, 300_00}
    await database.write(selection.switch_group, anna, FIRST, NO_GROUP, is_on=False, now=NOON)
    assert {one.till for one in await pairs(database, anna)} == {90_00, 200_00}
    # With its group a modification is off, whatever becomes of goods without one.
    await database.write(selection.switch_group, anna, FIRST, NO_GROUP, is_on=True, now=NOON)
    await database.write(selection.switch_group, anna, FIRST, "tea", is_on=False, now=NOON)
    assert {one.till for one in await pairs(database, anna)} == {90_00, 300_00}


async def test_what_was_written_since_stands_over_what_was_read(
    database: Database, anna: int
) -> None:
    await read_shop(database, anna)
    await switch(database, anna, FIRST, "tea", NO_GROUP)
    place = Place(user_id=anna, community_id=COMMUNITY)
    shown = reading(item(1, price=120_00, stock=0, availability=Availability.UNAVAILABLE))
    await database.write(save_market, anna, COMMUNITY, shown, NOON)
    made_since = [link("assam", 1, last={"price": 130_00}), link("cup", 2, last={"price": 7_00})]
    await database.write(links.save_new_links, place, made_since, None, LATER)
    assert {one.market for one in await pairs(database, anna)} == {130_00, 7_00}
    async with database.read() as tx:
        standing = await load_standing(tx, place, LATER)
    items = {one.item_id: one for one in standing.reading.items}
    assert {key: one.price for key, one in items.items()} == {1: 130_00, 2: 7_00}
    assert find_live(standing.links, items) == {1, 2}
    assert not standing.reading.is_whole
