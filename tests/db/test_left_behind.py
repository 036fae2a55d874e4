"""What an earlier till left in a community, and what stands in others."""

from evosync.catalog.item import Link, Written
from evosync.db import left_behind, links
from evosync.db.engine import Database
from evosync.db.left_behind import LeftBehind
from evosync.db.links import Place
from tests.builders import NOON, product, snapshot, store, store_reading
from tests.db.ledgers import COMMUNITY
from tests.readings import save_snapshot

ONE, OTHER = "01-1", "01-2"


async def publish(database: Database, place: Place, account: str | None, *made: Link) -> None:
    await database.write(links.save_new_links, place, list(made), account, NOON)


async def find(database: Database, place: Place) -> LeftBehind:
    async with database.read() as tx:
        return await left_behind.find_left_behind(tx, place)


async def test_what_the_present_till_lists_no_more_is_left_behind(
    database: Database, anna: int, boris: int
) -> None:
    place = Place(user_id=anna, community_id=COMMUNITY)
    hidden = Link(product_id="hidden", item_id=4, written=Written(is_hidden=True))
    old = [Link(product_id="b", item_id=1), Link(product_id="a", item_id=2)]
    await publish(database, place, ONE, *old, Link(product_id="assam", item_id=3), hidden)
    await publish(database, place, OTHER, Link(product_id="new", item_id=5))
    await publish(database, place, None, Link(product_id="nobody knows", item_id=6))
    theirs = Place(user_id=boris, community_id=COMMUNITY)
    await publish(database, theirs, ONE, Link(product_id="c", item_id=7))
    read = snapshot(store_reading(product("assam"), store=store(user_id=OTHER)))
    await database.write(save_snapshot, anna, read, NOON)
    assert await find(database, place) == LeftBehind(products=("a", "b"))


async def test_what_stands_in_other_communities_is_counted(database: Database, anna: int) -> None:
    there = Place(user_id=anna, community_id=COMMUNITY + 1)
    await publish(database, there, ONE, Link(product_id="a", item_id=1))
    here = Place(user_id=anna, community_id=COMMUNITY)
    assert await find(database, here) == LeftBehind(elsewhere=1)
