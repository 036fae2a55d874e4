"""A link that moves to another product, on the tables it moves in."""

from dataclasses import replace

from sqlalchemy import select

from evosync.catalog.item import LinkState
from evosync.db.engine import Database
from evosync.db.ledger import DbLedger
from evosync.db.tables.runs import run_changes
from evosync.engine.changes import Delete, Done, Failed, Field, Lose, Relink, Uncertain, Update
from evosync.engine.ports import Ledger
from tests.builders import BOTH_SHOPS, NOON, draft, item
from tests.db.ledgers import created, only

SKU = frozenset({Field.SKU})
NEW = draft("new", store_ids=BOTH_SHOPS, members=("twin",))


async def test_a_link_moves_with_its_stores_and_twins(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    change = Relink(link=made, draft=NEW, item=item(7), fields=SKU)

    await ledger.begin([change], NOON)
    doubted = await only(ledger)
    await ledger.record([Done(change=change)])

    assert (doubted.product_id, doubted.written.sku) == ("tea-7", None)
    moved = await only(ledger)
    assert (moved.product_id, moved.item_id) == ("new", 7)
    assert (moved.store_ids, moved.members, moved.written.sku) == (BOTH_SHOPS, ("twin",), "new")
    assert moved.written.title == made.written.title
    assert {"new", "tea-7"} <= await ledger.known_skus()


async def test_a_relink_that_vk_refused_leaves_the_link_as_it_was(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    change = Relink(link=made, draft=NEW, item=item(7), fields=SKU)

    await ledger.begin([change], NOON)
    await ledger.record([Failed(change=change, code=100, message="no")])

    assert await only(ledger) == made


async def test_a_relink_in_doubt_leaves_the_link_where_it_was(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    change = Relink(link=made, draft=NEW, item=item(7), fields=SKU)

    await ledger.begin([change], NOON)
    await ledger.record([Uncertain(change=change, cause="time-out")])

    doubted = await only(ledger)
    assert (doubted.product_id, doubted.written.sku) == ("tea-7", None)
    assert "sku" in doubted.written.repeats


async def test_a_price_sent_just_before_is_kept(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    dearer = replace(NEW, price=777_00)
    price = Update(link=made, draft=dearer, item=item(7), fields=frozenset({Field.PRICE}))
    change = Relink(link=made, draft=dearer, item=item(7), fields=SKU)

    await ledger.begin([price, change], NOON)
    await ledger.record([Done(change=price), Done(change=change)])

    moved = await only(ledger)
    assert (moved.product_id, moved.written.price) == ("new", 777_00)


async def test_a_link_that_moves_takes_the_place_of_an_old_one(ledger: Ledger) -> None:
    deleted, lost, *live = await created(ledger, 1, 2, 3, 4)
    await ledger.record(
        [
            Done(change=Delete(link=deleted, item=item(1))),
            Done(change=Lose(link=lost)),
        ]
    )
    moves = [
        Relink(link=one, draft=draft(old.product_id), item=item(one.item_id), fields=SKU)
        for one, old in zip(live, (deleted, lost), strict=True)
    ]

    await ledger.begin(moves, NOON)
    await ledger.record([Done(change=one) for one in moves])

    links = await ledger.links()
    assert {one.product_id: one.item_id for one in links} == {"tea-1": 3, "tea-2": 4}
    assert {one.state for one in links} == {LinkState.LIVE}


async def test_the_record_tells_whose_item_it_was(ledger: DbLedger, database: Database) -> None:
    (made,) = await created(ledger, 7)
    change = Relink(link=made, draft=NEW, item=item(7), fields=SKU)

    await ledger.record([Done(change=change)])

    async with database.read() as tx:
        rows = await tx.execute(select(run_changes).where(run_changes.c.kind == "relink"))
        [row] = rows.all()
    assert (row.product_id, row.item_id) == ("new", 7)
    assert row.changes == {"sku": ["tea-7", "new"]}
