"""The cached rows of the shop: only differences are written, nothing unread is forgotten."""

import asyncio
import random
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from evosync.catalog.product import Attribute, BadRow, Choice, Product
from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.db import catalog
from evosync.db.engine import Database
from evosync.db.portions import PORTION
from evosync.db.snapshots import load_snapshot
from tests.builders import NOON, SECOND_SHOP, SHOP, group, product, snapshot, store, store_reading
from tests.db.people import add_user
from tests.readings import save_snapshot

TEAS = [product(f"tea-{number:03}", name=f"Чай № {number}") for number in range(30)]


async def save(database: Database, user_id: int, read: Snapshot) -> None:
    """Save a snapshot."""
    await database.write(save_snapshot, user_id, read, NOON)


async def products(database: Database, user_id: int, store_id: str = SHOP) -> list[Product]:
    """List a store's cached products."""
    async with database.read() as tx:
        return await catalog.list_products(tx, user_id, store_id)


async def test_the_rows_are_what_was_read(database: Database, anna: int) -> None:
    cup = product(
        "cup",
        name="Чай «Сенча» 🫖",
        parent_id="sizes",
        type=None,
        price=None,
        quantity=Decimal("-1.5"),
        allow_to_sell=False,
        description="Зелёный",
        code="42",
        barcodes=("4600000000000",),
        choices=(("size", "small"),),
    )
    sizes = group(
        "sizes",
        parent_id="tea",
        attributes=(
            Attribute(id="size", name="Размер", choices=(Choice(id="small", name="200 мл"),)),
        ),
    )
    shop = store(address="Садовая, 1", user_id="01-1")
    read = snapshot(store_reading(cup, product(), store=shop, groups=(group("tea"), sizes)))
    await save(database, anna, read)
    assert await products(database, anna) == [cup, product()]
    async with database.read() as tx:
        assert await catalog.list_groups(tx, anna) == [sizes, group("tea")]
        (listed,) = await catalog.list_stores(tx, anna)
    assert listed.store == shop
    assert (listed.state, listed.position, listed.is_new) == (ReadingState.WHOLE, 0, False)


async def test_a_quiet_reading_writes_no_rows(
    database: Database, anna: int, writes: list[str]
) -> None:
    odd = product("odd", quantity=Decimal("0.12345"), choices=(("a", "b"),), barcodes=("1", "2"))
    read = snapshot(store_reading(*TEAS, odd, groups=(group("tea"),)))
    await save(database, anna, read)
    writes.clear()
    await save(database, anna, read)
    assert writes == []


async def test_only_the_row_that_differs_is_written(
    database: Database, anna: int, writes: list[str]
) -> None:
    await save(database, anna, snapshot(*TEAS))
    writes.clear()
    dearer = replace(TEAS[7], price=999_00)
    new = product("tea-100", name="Чай № 100")
    await save(database, anna, snapshot(*TEAS[1:7], dearer, *TEAS[8:], new))
    # And the stamp of the store, whose goods are others now.
    assert [statement.split()[0] for statement in writes] == ["DELETE", "INSERT", "UPDATE"]
    found = {each.id: each for each in await products(database, anna)}
    assert found == {each.id: each for each in (*TEAS[1:7], dearer, *TEAS[8:], new)}


async def test_whatever_changes_of_a_product_is_written(database: Database, anna: int) -> None:
    was = product()
    changed: dict[str, Any] = {
        "name": "Пуэр",
        "parent_id": "elsewhere",
        "type": "SERVICE",
        "price": None,
        "quantity": Decimal("0.5"),
        "measure_name": "кг",
        "allow_to_sell": not was.allow_to_sell,
        "description": "Новый",
        "code": "77",
        "barcodes": ("4600000000000",),
        "choices": (("size", "small"),),
    }
    assert {each.name for each in fields(Product)} - changed.keys() == {"id", "store_id"}
    for name, value in changed.items():
        other = replace(was, **{name: value})
        for read in (was, other):
            await save(database, anna, snapshot(read))
            assert await products(database, anna) == [read]


async def test_a_shop_of_several_portions_becomes_what_was_read(
    database: Database, anna: int
) -> None:
    chance = random.Random(7)  # noqa: S311 - nothing secret
    many = [product(f"tea-{number:04}") for number in range(3 * PORTION)]
    before = [each for each in many if chance.random() < 0.8]
    await save(database, anna, snapshot(*before))
    after = [
        replace(each, price=777) if chance.random() < 0.1 else each
        for each in many
        if chance.random() < 0.9
    ]
    async with database.read() as tx:
        found = await catalog.find_changed_goods(tx, anna, snapshot(*after))
    was, wanted = ({each.id: each for each in goods} for goods in (before, after))
    assert {key[1] for key in found.inserted} == wanted.keys() - was.keys()
    assert {key[1] for key in found.deleted} == was.keys() - wanted.keys()
    assert {key[1] for key in found.updated} == {
        name for name in was.keys() & wanted.keys() if was[name] != wanted[name]
    }
    await save(database, anna, snapshot(*after))
    assert {each.id: each for each in await products(database, anna)} == wanted


async def test_what_others_wrote_since_the_comparison_is_mended_by_the_next_reading(
    database: Database, anna: int
) -> None:
    await save(database, anna, snapshot(*TEAS[:3]))
    dearer, new = replace(TEAS[1], price=999_00), TEAS[4]
    read = snapshot(TEAS[2], dearer, new)
    async with database.read() as tx:
        goods = await catalog.find_changed_goods(tx, anna, read)
    # What is to be deleted and updated is gone, what is to be inserted is there, and one differs.
    await save(database, anna, snapshot(replace(TEAS[2], price=1), replace(new, price=2)))
    await database.write(catalog.save_snapshot, anna, read, goods, NOON)
    await save(database, anna, read)
    assert await products(database, anna) == [dearer, TEAS[2], new]


@pytest.mark.parametrize(
    "state", [ReadingState.PARTIAL, ReadingState.UNREADABLE, ReadingState.NOT_PAID]
)
async def test_a_store_not_read_whole_keeps_its_rows(
    database: Database, anna: int, state: ReadingState
) -> None:
    await save(database, anna, snapshot(store_reading(*TEAS, groups=(group("tea"),))))
    part = store_reading(TEAS[0], state=state, reason="Эвотор не ответил")
    await save(database, anna, snapshot(part))
    assert len(await products(database, anna)) == len(TEAS)
    async with database.read() as tx:
        assert len(await catalog.list_groups(tx, anna)) == 1
        (listed,) = await catalog.list_stores(tx, anna)
    assert (listed.state, listed.reason) == (state, "Эвотор не ответил")


async def test_a_row_that_could_not_be_read_is_kept_as_it_was(
    database: Database, anna: int
) -> None:
    await save(database, anna, snapshot(*TEAS[:2]))
    bad = (
        BadRow(store_id=SHOP, id=TEAS[1].id, field="price"),
        BadRow(store_id=SHOP, id=None, field="id"),
    )
    await save(database, anna, snapshot(store_reading(TEAS[0], bad_rows=bad)))
    assert await products(database, anna) == TEAS[:2]


async def test_a_store_that_is_no_longer_listed_goes_with_its_rows(
    database: Database, anna: int
) -> None:
    second = store_reading(product("cup"), store=store(SECOND_SHOP, name="Вторая"))
    await save(database, anna, snapshot(store_reading(*TEAS), second))
    await save(database, anna, snapshot(second))
    assert await products(database, anna) == []
    assert [each.id for each in await products(database, anna, SECOND_SHOP)] == ["cup"]


async def test_a_store_that_appears_later_is_new_and_comes_last(
    database: Database, anna: int
) -> None:
    second = store_reading(store=store(SECOND_SHOP, name="Вторая"))
    await save(database, anna, snapshot(second))
    await save(database, anna, snapshot(store_reading(), second))
    async with database.read() as tx:
        listed = await catalog.list_stores(tx, anna)
    assert [(each.store.id, each.is_new) for each in listed] == [(SECOND_SHOP, False), (SHOP, True)]


async def test_names_are_sorted_by_their_folded_form(database: Database, anna: int) -> None:
    names = ["чай", "Ёж", "ЕЛЬ", "яблоко", "Ель", "ежевика", "Zebra", "apple", "Чай Ассам"]
    read = snapshot(*(product(f"{number}", name=name) for number, name in enumerate(names)))
    await save(database, anna, read)
    found = [each.name for each in await products(database, anna)]
    assert found == [
        "apple", "Zebra", "Ёж", "ежевика", "ЕЛЬ", "Ель", "чай", "Чай Ассам", "яблоко",
    ]  # fmt: skip


async def test_ids_are_told_apart_to_the_letter(database: Database, anna: int) -> None:
    read = snapshot(*(product(each, name=each) for each in ("abc", "ABC", "abc ")))
    await save(database, anna, read)
    assert {each.id for each in await products(database, anna)} == {"abc", "ABC", "abc "}


async def test_eight_shops_saved_at_once_are_all_whole(database: Database) -> None:
    users = [await add_user(database, f"{number}@example.com") for number in range(8)]
    for read in (snapshot(*TEAS), snapshot(*TEAS[5:], product("new"))):
        await asyncio.gather(*(save(database, user_id, read) for user_id in users))
        for user_id in users:
            assert len(await products(database, user_id)) == len(read.readings[0].products)


async def test_the_shop_is_loaded_as_it_was_read(database: Database, anna: int, boris: int) -> None:
    second = store_reading(
        product("cup", store_id=SECOND_SHOP),
        store=store(SECOND_SHOP, name="Вторая"),
        groups=(group("cups", store_id=SECOND_SHOP),),
        state=ReadingState.WHOLE,
    )
    read = snapshot(store_reading(*TEAS[:3], groups=(group("tea"),)), second)
    await save(database, anna, read)
    await save(database, boris, snapshot(*TEAS[:1]))
    unpaid = replace(second, state=ReadingState.NOT_PAID, products=(), groups=(), reason="402")
    await save(database, anna, snapshot(read.readings[0], unpaid))
    async with database.read() as tx:
        loaded = await load_snapshot(tx, anna)
    kept = replace(second, state=ReadingState.NOT_PAID, reason="402")
    assert loaded == snapshot(read.readings[0], kept)
