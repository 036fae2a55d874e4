"""The switches of the catalog."""

import pytest

from evosync.catalog.product import Attribute
from evosync.db import selection
from evosync.db.engine import Database
from evosync.engine.rules import NO_GROUP, Selection
from tests.builders import NOON, SECOND_SHOP, SHOP, group, product, snapshot, store, store_reading
from tests.readings import save_snapshot


@pytest.fixture
async def shop(database: Database, anna: int) -> int:
    """Give Anna two stores, the first with a group, a modification group and a product."""
    sizes = group("sizes", attributes=(Attribute(id="size", name="Размер"),))
    first = store_reading(product("assam"), groups=(group("tea"), sizes))
    second = store_reading(store=store(SECOND_SHOP, name="Вторая"))
    await database.write(save_snapshot, anna, snapshot(first, second), NOON)
    return anna


async def chosen(database: Database, user_id: int) -> Selection:
    """Return a user's switches."""
    async with database.read() as tx:
        return await selection.get_selection(tx, user_id)


async def test_at_first_nothing_is_on(database: Database, shop: int) -> None:
    assert await chosen(database, shop) == Selection(store_order=(SHOP, SECOND_SHOP))


async def test_all_is_every_store_group_and_no_group(database: Database, shop: int) -> None:
    await database.write(selection.switch_all, shop, is_on=True, now=NOON)
    found = await chosen(database, shop)
    assert found.stores == {SHOP, SECOND_SHOP}
    assert found.groups == {(SHOP, "tea"), (SHOP, NO_GROUP), (SECOND_SHOP, NO_GROUP)}
    await database.write(selection.switch_all, shop, is_on=False, now=NOON)
    assert await chosen(database, shop) == Selection(store_order=(SHOP, SECOND_SHOP))


async def test_a_whole_store_is_switched_with_its_groups(database: Database, shop: int) -> None:
    await database.write(selection.switch_all, shop, is_on=True, now=NOON)
    await database.write(selection.switch_whole_store, shop, SHOP, is_on=False, now=NOON)
    found = await chosen(database, shop)
    assert found.stores == {SECOND_SHOP}
    assert found.groups == {(SECOND_SHOP, NO_GROUP)}


async def test_single_switches(database: Database, shop: int) -> None:
    for _ in range(2):  # a second click changes nothing
        await database.write(selection.switch_store, shop, SHOP, is_on=True, now=NOON)
        await database.write(selection.switch_group, shop, SHOP, "tea", is_on=True, now=NOON)
        await database.write(selection.switch_product, shop, SHOP, "assam", is_on=False, now=NOON)
    found = await chosen(database, shop)
    assert found.stores == {SHOP}
    assert found.groups == {(SHOP, "tea")}
    assert found.products_off == {(SHOP, "assam")}
    await database.write(selection.switch_product, shop, SHOP, "assam", is_on=True, now=NOON)
    await database.write(selection.switch_group, shop, SHOP, "tea", is_on=False, now=NOON)
    await database.write(selection.switch_store, shop, SHOP, is_on=False, now=NOON)
    assert await chosen(database, shop) == Selection(store_order=(SHOP, SECOND_SHOP))


async def test_what_is_not_listed_can_be_switched_too(database: Database, shop: int) -> None:
    await database.write(selection.switch_store, shop, "gone", is_on=True, now=NOON)
    await database.write(selection.switch_product, shop, "gone", "tea", is_on=False, now=NOON)
    found = await chosen(database, shop)
    assert found.stores == {"gone"}
    assert found.products_off == {("gone", "tea")}


@pytest.mark.parametrize("is_on", [True, False])
async def test_a_group_that_appears_later_is_on_only_where_that_is_wanted(
    database: Database, shop: int, *, is_on: bool
) -> None:
    await database.write(selection.set_new_groups, shop, SHOP, is_on=is_on, now=NOON)
    later = store_reading(groups=(group("tea"), group("coffee", name="Кофе")))
    other = store_reading(
        store=store(SECOND_SHOP, name="Вторая"), groups=(group("tea", store_id=SECOND_SHOP),)
    )
    opened = await database.write(save_snapshot, shop, snapshot(later, other), NOON)
    found = await chosen(database, shop)
    assert found.groups == opened == ({(SHOP, "coffee")} if is_on else set())


async def test_switches_of_one_user_are_not_anothers(
    database: Database, shop: int, boris: int
) -> None:
    await database.write(selection.switch_all, shop, is_on=True, now=NOON)
    assert await chosen(database, boris) == Selection()
