"""A store's products as their page lists them: judged, searched, sorted, counted, kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from evosync.catalog.item import LinkState, Wish
from evosync.catalog.problem import Problem
from evosync.catalog.product import Attribute, ProductGroup
from evosync.catalog.snapshot import StoreReading
from evosync.db import adoption, goods, links, problems, selection, sync, wishes
from evosync.db.engine import Database
from evosync.db.goods import GoodsKeeper
from evosync.db.homes import read_homes
from evosync.db.links import Place
from evosync.db.shelf import ListedProduct, ProductSearch, Shelf, Sort, fill_shelf, list_products
from evosync.engine.fates import Bucket
from evosync.engine.memory import Answer, Decision
from evosync.engine.rules import NO_GROUP
from tests.builders import (
    NOON,
    SECOND_SHOP,
    SHOP,
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

SIZES = group("sizes", name="Кружка", parent_id="tea", attributes=(Attribute(id="a", name="мл"),))
GOODS = (
    product("ceylon", name="Цейлон", price=None, parent_id="tea", code="А-031"),
    product("assam", name="Ёлочный «Ассам» 100%", parent_id="tea", barcodes=("4600000000017", "2")),
    product("mug", name="Кружка 200", parent_id="sizes", price=5_00, quantity=Decimal("0.5")),
    product("bag", name="Пакет_крафт", price=900_00, quantity=None),
)


@pytest.fixture
def place(anna: int) -> Place:
    return Place(user_id=anna, community_id=7)


async def read(database: Database, user_id: int, *stores: StoreReading) -> None:
    """Let a till have been read, and all of it be switched on."""
    await database.write(save_snapshot, user_id, snapshot(*stores), NOON)
    await database.write(selection.switch_all, user_id, is_on=True, now=NOON)


def shop(*goods: Any, groups: tuple[ProductGroup, ...] = (group(), SIZES)) -> StoreReading:
    return store_reading(*(goods or GOODS), store=store(), groups=groups)


async def look(
    database: Database,
    place: Place,
    store_id: str = SHOP,
    keeper: GoodsKeeper | None = None,
) -> Shelf:
    async with database.read() as tx:
        config = await sync.get_config(tx, place.user_id)
        homes = await read_homes(tx, place.user_id, store_id)
        stamp = await goods.find_stamp(tx, place.user_id, store_id)
        kept = await (keeper or GoodsKeeper()).get(tx, place.user_id, store_id, stamp)
        return await fill_shelf(tx, place, config, homes, kept)


def fates(shelf: Shelf) -> dict[str, str]:
    return {slot.product_id: slot.fate for slot in shelf.slots(range(len(shelf.fates)))}


def found(shelf: Shelf, **search: Any) -> list[str]:
    places = shelf.find(ProductSearch(**search))
    return [slot.product_id for slot in shelf.slots(places)]


async def rows(database: Database, place: Place, shelf: Shelf) -> Sequence[ListedProduct]:
    slots = shelf.slots(range(len(shelf.fates)))
    async with database.read() as tx:
        return await list_products(tx, place.user_id, SHOP, place, slots)


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        pytest.param({}, ["ceylon", "assam", "mug", "bag"], id="by state, then by name"),
        pytest.param({"sort": Sort.NAME}, ["assam", "mug", "bag", "ceylon"], id="by name"),
        pytest.param({"sort": Sort.PRICE}, ["ceylon", "mug", "assam", "bag"], id="by price"),
        pytest.param({"sort": Sort.STOCK}, ["bag", "mug", "assam", "ceylon"], id="by stock"),
        pytest.param({"words": " ёлочный  «АССАМ»"}, ["assam"], id="a name in any case"),
        pytest.param({"words": "елоч"}, ["assam"], id="without its dots"),
        pytest.param({"words": "а-03"}, ["ceylon"], id="a code in any case"),
        pytest.param({"words": "0000017"}, ["assam"], id="a barcode"),
        pytest.param({"words": "%"}, ["assam"], id="a percent is a percent"),
        pytest.param({"words": "_"}, ["bag"], id="a line is a line"),
        pytest.param({"words": '","'}, [], id="signs of no text of theirs"),
        pytest.param({"words": "\\'😀" + "я" * 10_000}, [], id="nonsense"),
        pytest.param({"group_id": "tea"}, ["ceylon", "assam", "mug"], id="a modification's home"),
        pytest.param({"group_id": NO_GROUP}, ["bag"], id="no group"),
        pytest.param({"group_id": "sizes"}, [], id="a modification group is no group"),
    ],
)
async def test_products_are_found(
    database: Database, place: Place, search: dict[str, Any], ids: list[str]
) -> None:
    await read(database, place.user_id, shop())
    assert found(await look(database, place), **search) == ids


async def test_products_are_judged_by_switches_links_and_what_was_told(
    database: Database, place: Place
) -> None:
    extra = (product("lost", name="Я"), product("held", name="Ю"), product("gone", name="Э"))
    await read(database, place.user_id, shop(*GOODS, *extra))
    write, now = database.write, NOON
    made = [
        link("assam", 1),
        link("mug", 2, state=LinkState.DELETED),
        link("lost", 3, state=LinkState.LOST),
    ]
    await write(links.save_new_links, place, made, None, now)
    codes = {"lost": "gone_in_vk", "held": "awaiting_adoption", "assam": "name_adjusted"}
    told = [Problem(product_id=k, store_id=SHOP, name="", code=v) for k, v in codes.items()]
    await write(problems.save_problems, place.user_id, told, now)
    await write(selection.switch_product, place.user_id, SHOP, "gone", is_on=False, now=now)
    shelf = await look(database, place)
    assert fates(shelf) == {
        "assam": "in_vk",
        "bag": "queued",
        "ceylon": "no_price",
        "gone": "product_off",
        "held": "awaiting_adoption",
        "lost": "gone_in_vk",
        "mug": "queued",
    }
    assert shelf.count() == {
        Bucket.WAITING: 3,
        Bucket.IN_VK: 1,
        Bucket.QUEUED: 2,
        Bucket.OFF: 1,
    }
    waiting = shelf.in_bucket(shelf.find(ProductSearch()), Bucket.WAITING)
    assert [one.product_id for one in shelf.slots(waiting)] == ["ceylon", "held", "lost"]
    # Once they are answered nobody waits for the owner.
    await write(wishes.save_wish, place, "lost", Wish.RETURN, now)
    decision = Decision(product_id="held", answer=Answer.YES, item_id=5)
    await write(adoption.save_decisions, place, [decision], now)
    answered = fates(await look(database, place))
    assert (answered["lost"], answered["held"]) == ("queued", "queued")


async def test_twins_are_one_item(database: Database, place: Place) -> None:
    second = store_reading(product("twin"), product("other"), store=store(SECOND_SHOP))
    await read(database, place.user_id, shop(), second)
    made = [link("assam", 1, members=("twin",))]
    await database.write(links.save_new_links, place, made, None, NOON)
    standing = reading(item(1, product_id="assam", price=77_00))
    await database.write(save_market, place.user_id, 7, standing, NOON)
    shelf = await look(database, place, SECOND_SHOP)
    assert fates(shelf) == {"other": "queued", "twin": "in_vk"}
    slots = [one for one in shelf.slots(range(2)) if one.product_id == "twin"]
    async with database.read() as tx:
        [listed] = await list_products(tx, place.user_id, SECOND_SHOP, place, slots)
    assert listed.item is not None
    assert listed.item.price == 77_00


async def test_the_price_in_vk_is_that_written_since_it_was_read(
    database: Database, place: Place
) -> None:
    await read(database, place.user_id, shop())
    standing = reading(item(1, price=102_00), item(2, product_id="mug", price=5_00))
    await database.write(save_market, place.user_id, 7, standing, NOON)
    sent = [link("assam", 1, last={"price": 150_00}), link("bag", 3, last={"price": 900_00})]
    later = NOON + timedelta(minutes=1)
    await database.write(links.save_new_links, place, [link("mug", 2)], None, NOON)
    await database.write(links.save_new_links, place, sent, None, later)
    listed = await rows(database, place, await look(database, place))
    prices = {one.slot.product_id: one.item.price for one in listed if one.item}
    assert prices == {"assam": 150_00, "bag": 900_00, "mug": 5_00}


async def test_what_its_own_row_forbids_since_is_said_where_no_other_store_sells_it(
    database: Database, place: Place
) -> None:
    await read(database, place.user_id, shop())
    made = [
        link("ceylon", 1),
        link("bag", 2, store_ids=(SHOP, SECOND_SHOP)),
    ]
    await database.write(links.save_new_links, place, made, None, NOON)
    bag = replace(GOODS[3], allow_to_sell=False)
    now_read = snapshot(shop(*GOODS[:3], bag))
    await database.write(save_snapshot, place.user_id, now_read, NOON)
    judged = fates(await look(database, place))
    assert (judged["ceylon"], judged["bag"]) == ("no_price", "in_vk")


async def test_another_person_sees_nothing_of_it(
    database: Database, place: Place, boris: int
) -> None:
    await read(database, place.user_id, shop())
    shelf = await look(database, replace(place, user_id=boris))
    assert fates(shelf) == {}
    assert found(shelf) == []


async def test_rows_come_in_the_order_asked_and_without_what_is_gone(
    database: Database, place: Place
) -> None:
    await read(database, place.user_id, shop())
    shelf = await look(database, place)
    await database.write(save_snapshot, place.user_id, snapshot(shop(*GOODS[1:])), NOON)
    listed = await rows(database, place, shelf)
    assert [(one.name, one.code, one.quantity) for one in listed] == [
        ("Ёлочный «Ассам» 100%", "", Decimal(7)),
        ("Кружка 200", "", Decimal("0.5")),
        ("Пакет_крафт", "", None),
    ]


async def test_goods_are_kept_until_a_reading_changes_them(
    database: Database, place: Place
) -> None:
    keeper = GoodsKeeper()
    await read(database, place.user_id, shop())
    first = await look(database, place, keeper=keeper)
    # A quiet reading changes nothing.
    await database.write(save_snapshot, place.user_id, snapshot(shop()), NOON)
    assert (await look(database, place, keeper=keeper)).goods is first.goods
    fewer = snapshot(shop(*GOODS[:2]))
    await database.write(save_snapshot, place.user_id, fewer, NOON)
    assert set(fates(await look(database, place, keeper=keeper))) == {"ceylon", "assam"}
    # The store goes, and comes again with others.
    elsewhere = store_reading(product("x"), store=store(SECOND_SHOP))
    await database.write(save_snapshot, place.user_id, snapshot(elsewhere), NOON)
    assert fates(await look(database, place, keeper=keeper)) == {}
    await database.write(save_snapshot, place.user_id, snapshot(shop(GOODS[2])), NOON)
    assert set(fates(await look(database, place, keeper=keeper))) == {"mug"}
