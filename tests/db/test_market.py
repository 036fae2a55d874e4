"""The cached rows of the market."""

import contextlib
import sqlite3
from dataclasses import fields, replace

from evosync.catalog.item import Album, Availability, MarketItem, MarketReading
from evosync.db import market
from evosync.db.engine import Database
from tests.builders import NOON, item, reading
from tests.db.people import add_user

COMMUNITY = 123
FULL = item(
    7,
    title="Ёлочный чай",
    photo_ids=(5, 4),
    album_ids=frozenset({2, 1}),
    created_at=NOON,
    rejected="не чай",
    availability=Availability.UNAVAILABLE,
)
BARE = item(8, product_id=None, price=None, stock=None, category_id=None)
ALBUM = Album(album_id=1, title="Чай", count=2, is_hidden=True, photo_id=9)


async def save(database: Database, user_id: int, read: MarketReading) -> None:
    """Save a reading."""
    await market.save_reading(database, user_id, COMMUNITY, read, NOON)


async def items(database: Database, user_id: int) -> list[MarketItem]:
    """List the cached items."""
    async with database.read() as tx:
        return await market.list_items(tx, user_id, COMMUNITY)


async def test_the_rows_are_what_was_read(database: Database, anna: int) -> None:
    await save(database, anna, reading(BARE, FULL, albums=(ALBUM,)))
    assert await items(database, anna) == [FULL, BARE]
    async with database.read() as tx:
        assert await market.list_albums(tx, anna, COMMUNITY) == [ALBUM]


async def test_a_quiet_reading_writes_no_rows(
    database: Database, anna: int, writes: list[str]
) -> None:
    read = reading(BARE, FULL, albums=(ALBUM,))
    await save(database, anna, read)
    writes.clear()
    await save(database, anna, read)
    assert writes == []


async def test_a_quiet_reading_waits_for_no_writer(sqlite_database: Database) -> None:
    user_id = await add_user(sqlite_database, "anna@example.com")
    read = reading(BARE, FULL, albums=(ALBUM,))
    await save(sqlite_database, user_id, read)
    path = sqlite_database.engine.url.database
    assert path
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await save(sqlite_database, user_id, read)


async def test_whatever_changes_of_an_item_is_written(database: Database, anna: int) -> None:
    full = replace(FULL, description="Крупный лист", thumb_url="https://sun9-1.userapi.com/t.jpg")
    for name in (each.name for each in fields(MarketItem) if each.name != "item_id"):
        other = replace(full, **{name: getattr(BARE, name)})
        assert other != full
        for read in (full, other):
            await save(database, anna, reading(read))
            assert await items(database, anna) == [read]


async def test_what_a_whole_reading_lacks_goes(database: Database, anna: int) -> None:
    await save(database, anna, reading(BARE, FULL))
    await save(database, anna, reading(replace(BARE, price=1)))
    assert await items(database, anna) == [replace(BARE, price=1)]


async def test_a_reading_that_is_not_whole_removes_nothing(database: Database, anna: int) -> None:
    await save(database, anna, reading(BARE, FULL, albums=(ALBUM,)))
    await save(database, anna, reading(replace(BARE, price=1), is_whole=False))
    assert await items(database, anna) == [FULL, replace(BARE, price=1)]
    async with database.read() as tx:
        assert await market.list_albums(tx, anna, COMMUNITY) == [ALBUM]


async def test_a_picture_that_is_the_same_keeps_its_address(
    database: Database, anna: int, writes: list[str]
) -> None:
    here = "https://sun9-1.userapi.com/a.jpg?sign=1"
    album = replace(ALBUM, thumb_url=here)
    await save(database, anna, reading(replace(FULL, thumb_url=here), albums=(album,)))
    writes.clear()
    there = "https://sun9-77.userapi.com/a.jpg?sign=2"
    moved = replace(FULL, thumb_url=there)
    await save(database, anna, reading(moved, albums=(replace(ALBUM, thumb_url=there),)))
    assert writes == []
    another = "https://sun9-77.userapi.com/b.jpg"
    ports = ("http://127.0.0.1:8001/b.jpg", "http://127.0.0.1:8002/b.jpg")
    for address in (another, *ports, "no address", "nor this", None, here):
        await save(database, anna, reading(replace(FULL, thumb_url=address), albums=(album,)))
        assert [each.thumb_url for each in await items(database, anna)] == [address]
