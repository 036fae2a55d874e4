"""What of a place's links is known for one store, whatever their ids hold."""

import pytest
from sqlalchemy import text

from evosync.catalog.item import LinkState
from evosync.db import links
from evosync.db.engine import Database
from evosync.db.known_items import read_known
from evosync.db.links import Place
from evosync.engine.fates import LastSeen
from tests.builders import NOON, SHOP, link

ODD = ('"', "\\", "a,b", "a\nb", "]", "}", "чай", "a:b", "'")
LONG = tuple(f"{number:0100}" for number in range(12_000))  # more than MariaDB joins unless told


@pytest.fixture
def place(anna: int) -> Place:
    return Place(user_id=anna, community_id=123)


async def test_links_are_known_whatever_their_ids_hold(database: Database, place: Place) -> None:
    mine = [link(each, 10 + at, store_ids=(SHOP,)) for at, each in enumerate(ODD)]
    shared = link("shared", 30, store_ids=(SHOP, "s2"), members=ODD[:2])
    gone = link("gone", 31, store_ids=(SHOP,), members=("twin",), state=LinkState.LOST)
    await database.write(links.save_new_links, place, [*mine, shared, gone], None, NOON)
    async with database.read() as tx:
        known = await read_known(tx, place, SHOP, {})
    assert (known.shown, known.alone) == ({*ODD, "shared"}, set(ODD))
    assert known.leaders == {ODD[0]: "shared", ODD[1]: "shared", "twin": "gone"}


async def test_no_links_are_nothing_known(database: Database, place: Place) -> None:
    async with database.read() as tx:
        known = await read_known(tx, place, SHOP, {})
    assert known == LastSeen()


async def test_many_long_ids_are_read_whole(database: Database, place: Place) -> None:
    led = link("led", 1, store_ids=(SHOP,), members=LONG)
    await database.write(links.save_new_links, place, [led], None, NOON)
    async with database.read() as tx:
        known = await read_known(tx, place, SHOP, {})
    assert len(known.leaders) == len(LONG)
    assert known.shown == {"led", *LONG}


async def test_what_a_server_cuts_is_read_whole(database: Database, place: Place) -> None:
    mine = [link(f"p{each}", each, store_ids=(SHOP,)) for each in (1, 2, 3)]
    led = link("led", 4, store_ids=(SHOP,), members=("twin",))
    await database.write(links.save_new_links, place, [*mine, led], None, NOON)
    async with database.read() as tx:
        for most in range(4, 25):
            if not database.is_sqlite:
                await tx.execute(text(f"SET SESSION group_concat_max_len={most}"))
            known = await read_known(tx, place, SHOP, {})
            assert known.alone == {"p1", "p2", "p3", "led"}, most
            assert known.leaders == {"twin": "led"}, most
