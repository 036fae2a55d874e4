"""The file with goods in the database: found by its link alone, while it is on."""

from evosync.db import feed, selection, sync
from evosync.db.account_changes import set_status
from evosync.db.accounts import UserStatus
from evosync.db.engine import Database
from evosync.db.feed import Feed, NewSecret
from tests.builders import NOON, product, snapshot
from tests.readings import save_snapshot

FIRST = NewSecret(sealed="sealed one", hashed="1" * 64)
SECOND = NewSecret(sealed="sealed two", hashed="2" * 64)


async def owner(database: Database, secret: NewSecret) -> int | None:
    async with database.read() as tx:
        return await feed.find_feed_owner(tx, secret.hashed)


async def test_a_link_opens_the_file_of_its_owner_while_it_is_on(
    database: Database, anna: int, boris: int
) -> None:
    async with database.read() as tx:
        assert await feed.get_feed(tx, anna) == Feed()
    for user_id, secret in ((anna, FIRST), (boris, SECOND)):
        await database.write(feed.save_feed, user_id, is_on=True, secret=secret, now=NOON)
    assert (await owner(database, FIRST), await owner(database, SECOND)) == (anna, boris)
    await database.write(feed.save_feed, anna, is_on=False, secret=None, now=NOON)
    assert (await owner(database, FIRST), await owner(database, SECOND)) == (None, boris)
    async with database.read() as tx:
        assert await feed.get_feed(tx, anna) == Feed(is_on=False, sealed_secret=FIRST.sealed)
    await database.write(feed.save_feed, anna, is_on=True, secret=None, now=NOON)
    assert await owner(database, FIRST) == anna


async def test_a_new_secret_makes_the_old_link_dead(database: Database, anna: int) -> None:
    for secret in (FIRST, SECOND):
        await database.write(feed.save_feed, anna, is_on=True, secret=secret, now=NOON)
    assert (await owner(database, FIRST), await owner(database, SECOND)) == (None, anna)


async def test_who_is_suspended_has_no_file(database: Database, anna: int) -> None:
    await database.write(feed.save_feed, anna, is_on=True, secret=FIRST, now=NOON)
    await database.write(set_status, anna, UserStatus.SUSPENDED, NOON)
    assert await owner(database, FIRST) is None


async def test_the_mark_moves_with_the_goods_and_the_settings_and_not_with_the_file(
    database: Database, anna: int
) -> None:
    async def mark() -> tuple[object, ...]:
        async with database.read() as tx:
            return await feed.find_mark(tx, anna)

    await database.write(feed.save_feed, anna, is_on=True, secret=FIRST, now=NOON)
    marks = [await mark()]
    await database.write(feed.save_feed, anna, is_on=True, secret=SECOND, now=NOON)
    assert await mark() == marks[0]
    teas = [product(f"p{number}") for number in range(3)]
    for read, at in ((teas, 1), (teas[1:], 1), ([*teas[1:], product("p0", price=1)], 2)):
        await database.write(save_snapshot, anna, snapshot(*read), NOON.replace(minute=at))
        marks.append(await mark())
    await database.write(selection.switch_all, anna, is_on=True, now=NOON)
    marks.append(await mark())
    assert len(set(marks)) == len(marks)
    async with database.read() as tx:
        assert (await sync.get_config(tx, anna)).feed
