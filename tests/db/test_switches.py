"""The switches of pages: which of them an act is about, and turning them together."""

import pytest

from evosync.catalog.product import Attribute
from evosync.db import catalog, selection, switches
from evosync.db.catalog_pages import list_new_groups
from evosync.db.engine import Database
from evosync.db.selection import Switch, SwitchKind
from evosync.db.switches import Turn, turned
from evosync.engine.rules import NO_GROUP, Selection
from tests.builders import NOON, SECOND_SHOP, SHOP, group, product, snapshot, store, store_reading
from tests.readings import save_snapshot

SIZES = group("sizes", parent_id="tea", attributes=(Attribute(id="size", name="Размер"),))
GROUPS = (group("tea"), group("black", parent_id="tea"), SIZES, group("red", parent_id="sizes"))


@pytest.fixture
async def shop(database: Database, anna: int) -> int:
    """Give Anna a store, and a later reading with a new group in it and a new store."""
    await database.write(
        save_snapshot, anna, snapshot(store_reading(product(), groups=GROUPS)), NOON
    )
    later = store_reading(product(), groups=(*GROUPS, group("new", name="Новая")))
    other = store_reading(store=store(SECOND_SHOP, name="Вторая"))
    await database.write(save_snapshot, anna, snapshot(later, other), NOON)
    return anna


async def group_ids(database: Database, user_id: int, group_id: str, **how: bool) -> list[str]:
    async with database.read() as tx:
        found = await switches.list_group_switches(
            tx, user_id, SHOP, group_id, with_subgroups=how.get("with_subgroups", False)
        )
    return [one.entity_id for one in found]


async def test_a_group_is_switched_alone_or_with_all_that_lies_in_it(
    database: Database, shop: int
) -> None:
    assert await group_ids(database, shop, "tea") == ["tea"]
    assert sorted(await group_ids(database, shop, "tea", with_subgroups=True)) == [
        "black",
        "red",
        "tea",
    ]
    assert await group_ids(database, shop, NO_GROUP, with_subgroups=True) == [NO_GROUP]


async def test_what_is_no_group_of_ones_own_has_no_switch(
    database: Database, shop: int, boris: int
) -> None:
    for strange in ("sizes", "lost", ""):
        assert await group_ids(database, shop, strange) == []
    for theirs in ("tea", NO_GROUP):
        assert await group_ids(database, boris, theirs) == []
    async with database.read() as tx:
        assert await switches.find_store_switch(tx, boris, SHOP) is None
        assert await switches.find_store_switch(tx, shop, "lost") is None
        assert await switches.find_product_switch(tx, boris, SHOP, "assam") is None
        assert await switches.find_product_switch(tx, shop, SECOND_SHOP, "assam") is None


async def test_what_was_switched_on_keeps_its_switch_when_it_is_listed_no_more(
    database: Database, shop: int
) -> None:
    await database.write(selection.switch_all, shop, is_on=True, now=NOON)
    await database.write(selection.switch_product, shop, SHOP, "assam", is_on=False, now=NOON)
    await database.write(save_snapshot, shop, snapshot(store_reading()), NOON)
    async with database.read() as tx:
        kept = await switches.find_store_switch(tx, shop, SECOND_SHOP)
        product_kept = await switches.find_product_switch(tx, shop, SHOP, "assam")
        groups = await switches.list_kept(tx, shop, SwitchKind.GROUP, SHOP)
        everything = await switches.list_all_switches(tx, shop, None, is_on=False)
    assert (kept and kept.name, product_kept and product_kept.name) == (
        "Вторая",
        "Чай чёрный «Ассам»",
    )
    assert {one.entity_id: one.name for one in groups}["new"] == "Новая"
    assert await group_ids(database, shop, "black") == ["black"]
    turn = Turn(user_id=shop, switches=tuple(everything), is_on=False)
    await database.write(switches.turn_switches, turn, NOON)
    async with database.read() as tx:
        chosen = await selection.get_selection(tx, shop)
    assert not chosen.stores
    assert not chosen.groups


@pytest.mark.parametrize("is_on", [True, False])
async def test_turned_is_what_turning_leaves(database: Database, shop: int, *, is_on: bool) -> None:
    await database.write(selection.switch_product, shop, SHOP, "assam", is_on=False, now=NOON)
    await database.write(selection.switch_store, shop, SECOND_SHOP, is_on=True, now=NOON)
    everything = (
        Switch(store_id=SHOP, kind=SwitchKind.STORE, entity_id=SHOP, name="Чайная"),
        Switch(store_id=SECOND_SHOP, kind=SwitchKind.STORE, entity_id=SECOND_SHOP),
        Switch.group(SHOP, "tea", name="Чай"),
        Switch(store_id=SHOP, kind=SwitchKind.PRODUCT, entity_id="assam"),
        Switch(store_id=SHOP, kind=SwitchKind.PRODUCT, entity_id="other"),
    )
    turn = Turn(user_id=shop, switches=everything, is_on=is_on)
    async with database.read() as tx:
        before = await selection.get_selection(tx, shop)
    for _ in range(2):
        await database.write(switches.turn_switches, turn, NOON)
        async with database.read() as tx:
            assert await selection.get_selection(tx, shop) == turned(before, turn)


@pytest.mark.parametrize("is_on", [True, False])
async def test_what_was_decided_on_is_new_no_more(
    database: Database, shop: int, *, is_on: bool
) -> None:
    def turn(*switches: Switch) -> Turn:
        return Turn(user_id=shop, switches=switches, is_on=is_on)

    async with database.read() as tx:
        assert [one.group_id for one in await list_new_groups(tx, shop)] == ["new"]
        assert [one.is_new for one in await catalog.list_stores(tx, shop)] == [False, True]
    await database.write(
        switches.turn_switches, turn(Switch.group(SHOP, "new", name="Новая")), NOON
    )
    async with database.read() as tx:
        assert await list_new_groups(tx, shop) == []
        assert [one.is_new for one in await catalog.list_stores(tx, shop)] == [False, True]
        found = await switches.find_store_switch(tx, shop, SECOND_SHOP)
    assert found is not None
    await database.write(switches.turn_switches, turn(found), NOON)
    async with database.read() as tx:
        assert [one.is_new for one in await catalog.list_stores(tx, shop)] == [False, False]


async def test_stores_are_moved_in_ones_own_order_alone(
    database: Database, shop: int, boris: int
) -> None:
    async def order() -> tuple[str, ...]:
        async with database.read() as tx:
            return (await selection.get_selection(tx, shop)).store_order

    async def move(user_id: int, store_id: str, *, to_top: bool) -> bool:
        return await database.write(switches.move_store, user_id, store_id, to_top=to_top, now=NOON)

    assert await order() == (SHOP, SECOND_SHOP)
    assert not await move(boris, SECOND_SHOP, to_top=True)
    assert not await move(shop, "lost", to_top=True)
    assert await order() == (SHOP, SECOND_SHOP)
    assert await move(shop, SECOND_SHOP, to_top=True)
    assert await order() == (SECOND_SHOP, SHOP)
    assert await move(shop, SHOP, to_top=False)
    assert await order() == (SHOP, SECOND_SHOP)
    await database.write(
        save_snapshot,
        shop,
        snapshot(store_reading(), store_reading(store=store(SECOND_SHOP))),
        NOON,
    )
    assert await order() == (SHOP, SECOND_SHOP)


def test_turning_nothing_leaves_all() -> None:
    chosen = Selection(stores=frozenset({SHOP}))
    assert turned(chosen, Turn(user_id=1, switches=(), is_on=False)) == chosen
