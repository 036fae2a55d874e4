"""What is loaded to weigh switches by: all that drafts and guards look at, of one's own alone."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from evosync.catalog.item import Availability, Link, MarketItem
from evosync.db import links, selection, sync
from evosync.db.engine import Database
from evosync.db.last_readings import count_on_sale, load_known, load_known_of
from evosync.db.links import Place
from evosync.db.portions import PORTION
from evosync.db.snapshots import load_snapshot
from evosync.db.sync import SyncConfig
from evosync.engine.draft.shop import draft_shop
from evosync.engine.live import find_live
from evosync.engine.plan.standing import standing_items
from evosync.engine.rules import Rules, Selection
from tests.builders import (
    NOON,
    PHOTO,
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

MANY = PORTION + 7  # more than one portion


def rules_of(config: SyncConfig, chosen: Selection) -> Rules:
    return Rules(selection=chosen, price_multiplier=config.price_multiplier, photo=PHOTO)


@pytest.fixture
async def place(database: Database, anna: int) -> Place:
    """Give Anna a shop of many teas that stand in VK, and one cup of two stores."""
    teas = [product(f"tea-{n:04}", name=f"Чай № {n}", parent_id="tea") for n in range(MANY)]
    first = store_reading(*teas, product("cup", name="Чашка"), groups=(group("tea"),))
    second = store_reading(
        product("twin", name="чашка", quantity=Decimal("0.5"), barcodes=("46",)),
        store=store(SECOND_SHOP, name="Вторая"),
    )
    await database.write(save_snapshot, anna, snapshot(first, second), NOON)
    await database.write(selection.switch_all, anna, is_on=True, now=NOON)
    config = SyncConfig(user_id=anna, price_multiplier=Decimal("1.5"))
    await database.write(sync.save_config, config, NOON)
    place = Place(user_id=anna, community_id=7)
    made = [link(each.id, n) for n, each in enumerate(teas, 1)]
    made.append(link("cup", MANY + 1, members=("twin",)))
    standing = [item(one.item_id, product_id=one.product_id) for one in made]
    await publish(database, place, made, standing)
    return place


async def publish(
    database: Database, place: Place, made: list[Link], standing: list[MarketItem]
) -> None:
    for start in range(0, len(made), 300):
        await database.write(links.save_new_links, place, made[start : start + 300], None, NOON)
    await database.write(save_market, place.user_id, place.community_id, reading(*standing), NOON)


async def test_it_drafts_as_the_shop_that_was_read(database: Database, place: Place) -> None:
    async with database.read() as tx:
        known = await load_known(tx, place.user_id, place, rules_of, NOON)
        whole = await load_snapshot(tx, place.user_id)
    drafted, same = draft_shop(known.snapshot, known.rules), draft_shop(whole, known.rules)
    assert drafted == same
    assert len(drafted.drafts) == MANY + 1
    assert drafted.members
    assert known.rules.price_multiplier == Decimal("1.5")


async def test_it_knows_what_is_on_sale(database: Database, place: Place) -> None:
    async with database.read() as tx:
        known = await load_known(tx, place.user_id, place, rules_of, NOON)
    stands = known.standing
    assert len(find_live(stands.links, standing_items(stands.reading))) == MANY + 1
    assert {one.members for one in stands.links if one.product_id == "cup"} == {("twin",)}


async def test_without_a_community_nothing_stands(database: Database, place: Place) -> None:
    async with database.read() as tx:
        known = await load_known(tx, place.user_id, None, rules_of, NOON)
        theirs = await load_known(tx, place.user_id + 1, None, rules_of, NOON)
    assert (known.standing.links, known.standing.reading.items) == ((), ())
    assert theirs.snapshot.readings == ()


@pytest.mark.parametrize("one", ["cup", "twin"])
async def test_one_product_is_loaded_with_its_namesakes(
    database: Database, place: Place, one: str
) -> None:
    async with database.read() as tx:
        known = await load_known_of(tx, place.user_id, place, rules_of, one)
    products = [each.id for store in known.snapshot.readings for each in store.products]
    assert products == ["cup", "twin"]
    assert [each.product_id for each in known.standing.links] == ["cup"]
    assert [each.item_id for each in known.standing.reading.items] == [MANY + 1]


async def test_items_on_sale_are_counted_as_the_guard_counts_them(
    database: Database, anna: int, boris: int
) -> None:
    place = Place(user_id=anna, community_id=7)
    shown = [link(f"tea-{n}", n) for n in range(1, 9)]
    made = [
        *shown[:3],
        replace(shown[3], written=replace(shown[3].written, is_hidden=True)),
        replace(shown[4], written=replace(shown[4].written, stock=0)),
        *shown[5:],
    ]
    standing = [item(n, product_id=f"tea-{n}") for n in range(1, 9)]
    standing[4] = replace(standing[4], stock=None)
    standing[5] = replace(standing[5], stock=0)
    standing[6] = replace(standing[6], availability=type(standing[6].availability)(2))
    await publish(database, place, made, standing[:7])
    for each in ("tea-1", "tea-4", "other"):
        await database.write(selection.switch_product, anna, SHOP, each, is_on=False, now=NOON)
    async with database.read() as tx:
        known = await load_known(tx, anna, place, rules_of, NOON)
        live = find_live(known.standing.links, standing_items(known.standing.reading))
        assert await count_on_sale(tx, place) == (len(live), 1)
        assert live == {1, 2, 3, 8}  # the last was made since
        assert await count_on_sale(tx, Place(user_id=boris, community_id=7)) == (0, 0)


async def test_what_was_written_since_stands_over_what_was_read(
    database: Database, anna: int
) -> None:
    place = Place(user_id=anna, community_id=7)
    read = [item(n, product_id=f"tea-{n}", stock=5) for n in range(1, 4)]
    read[0] = replace(read[0], availability=Availability.UNAVAILABLE)  # shown again since
    made = [link(f"tea-{n}", n, last={"stock": 5}) for n in range(1, 6)]
    made[1] = replace(made[1], written=replace(made[1].written, stock=0))
    made[4] = replace(made[4], missing_since_at=NOON)  # 4 was made since, 5 is gone from VK
    await publish(database, place, [], read)
    await database.write(links.save_new_links, place, made, None, NOON + timedelta(minutes=1))
    async with database.read() as tx:
        known = await load_known(tx, anna, place, rules_of, NOON)
        live = find_live(known.standing.links, standing_items(known.standing.reading))
        assert live == {1, 3, 4}
        assert await count_on_sale(tx, place) == (3, 0)
