"""The ledger of a run: what is begun is known before it is sent, what came of it after."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from evosync.catalog.item import AlbumLink, Intent, LinkState
from evosync.db import catalog, market, runs
from evosync.db.engine import Database
from evosync.db.tables.market import intents, product_links
from evosync.engine.changes import (
    AddAlbum,
    Create,
    Done,
    EditAlbum,
    Failed,
    Move,
    Outcome,
    Plan,
    PutInAlbum,
    TakeAlbum,
    Uncertain,
    Update,
)
from evosync.engine.ports import Ledger
from tests.builders import (
    NOON,
    SHOP,
    adoption,
    draft,
    item,
    product,
    reading,
    snapshot,
    store,
    store_reading,
)
from tests.db.ledgers import COMMUNITY, PRICE, created, only, open_ledger, states


async def test_a_new_ledger_remembers_nothing(ledger: Ledger) -> None:
    assert await ledger.links() == ()
    assert await ledger.album_links() == ()
    assert await ledger.intents() == ()
    assert await ledger.known_skus() == frozenset()


async def test_a_create_is_an_intent_before_it_is_sent(database: Database, ledger: Ledger) -> None:
    await ledger.begin([Create(draft=draft())], NOON)
    (found,) = await ledger.intents()
    assert found == Intent(
        product_id="assam",
        run_id=found.run_id,
        sent_at=NOON,
        store_ids=(SHOP,),
        title=draft().title,
        price=100_00,
    )
    assert await ledger.known_skus() == {"assam"}
    assert await ledger.links() == ()


async def test_a_create_sent_again_takes_the_place_of_what_became_of_it_before(
    database: Database, ledger: Ledger
) -> None:
    assam, keemun = Create(draft=draft()), Create(draft=draft("keemun"))
    await ledger.begin([keemun], NOON)
    for _ in range(3):
        await ledger.begin([assam], NOON)
        await ledger.record([Failed(change=assam, code=100, message="no")])
    await ledger.begin([assam, keemun], NOON)
    # What is open is not known yet, and stays.
    assert sorted(await states(database)) == [
        ("assam", "open", None),
        ("keemun", "open", None),
        ("keemun", "open", None),
    ]
    assert await ledger.known_skus() == {"assam", "keemun"}


async def test_a_create_elsewhere_or_of_another_account_takes_no_place(
    database: Database, ledger: Ledger, anna: int
) -> None:
    again = Create(draft=draft())
    refused = Failed(change=again, code=100, message="no")
    await ledger.begin([again], NOON)
    await ledger.record([refused])
    await ledger.save_snapshot(snapshot(store_reading(store=store(user_id="01-1"))))
    await ledger.begin([again], NOON)
    await ledger.record([refused])
    elsewhere = await open_ledger(database, anna, COMMUNITY + 1)
    await elsewhere.begin([again], NOON)
    assert [state for _, state, _ in await states(database)] == ["refused", "refused", "open"]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        pytest.param(Done(change=Create(draft=draft()), item_id=7), "done", id="done"),
        pytest.param(
            Failed(change=Create(draft=draft()), code=100, message="no"), "refused", id="refused"
        ),
        pytest.param(Uncertain(change=Create(draft=draft()), cause="?"), "open", id="uncertain"),
    ],
)
async def test_an_intent_ends_as_its_create_did_and_is_kept(
    database: Database, ledger: Ledger, outcome: Outcome, state: str
) -> None:
    await ledger.begin([Create(draft=draft())], NOON)
    await ledger.record([outcome])
    item_id = 7 if state == "done" else None
    assert await states(database) == [("assam", state, item_id)]
    assert len(await ledger.intents()) == (state == "open")
    assert len(await ledger.links()) == (state == "done")
    assert await ledger.known_skus() == {"assam"}


async def test_a_done_create_becomes_a_link(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    assert (made.product_id, made.item_id, made.store_ids) == ("tea-7", 7, (SHOP,))
    assert (made.state, made.pending, made.text_is_theirs) == (LinkState.LIVE, None, False)
    assert (made.written.price, made.written.sku) == (100_00, "tea-7")


async def test_a_create_takes_the_place_of_a_link_that_was_lost(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    again = Create(draft=draft(made.product_id))
    await ledger.begin([again], NOON)
    await ledger.record([Done(change=again, item_id=8)])
    assert (await only(ledger)).item_id == 8


async def test_an_update_is_written_field_by_field(ledger: Ledger) -> None:
    first, second = await created(ledger, 7, 8)
    dearer = Update(
        link=first,
        draft=draft(first.product_id, price=200_00, title="Другой"),
        item=item(7),
        fields=PRICE,
    )
    for repeats in (1, 2):
        change = replace(dearer, link=(await ledger.links())[0])
        await ledger.begin([change], NOON)
        await ledger.record([Done(change=change)])
        after, other = await ledger.links()
        assert (after.written.price, after.written.title) == (200_00, first.written.title)
        assert after.written.repeats["price"] == repeats
        assert other == second


async def test_a_refused_update_changes_nothing(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    change = Update(link=made, draft=draft(made.product_id, price=1), item=item(7), fields=PRICE)
    await ledger.begin([change], NOON)
    await ledger.record([Failed(change=change, code=100, message="no")])
    assert await only(ledger) == made


async def test_our_own_uncertain_create_is_adopted_and_its_intent_closed(
    database: Database, ledger: Ledger
) -> None:
    await ledger.begin([Create(draft=draft())], NOON)
    adopt = adoption(item_id=5, is_intended=True)
    await ledger.begin([adopt], NOON)
    await ledger.record([Done(change=adopt)])
    assert await ledger.intents() == ()
    assert await states(database) == [("assam", "done", 5)]
    assert not (await only(ledger)).text_is_theirs


async def test_an_item_found_by_its_sku_keeps_its_owners_text(ledger: Ledger) -> None:
    adopt = adoption(item_id=5)
    await ledger.begin([adopt], NOON)
    await ledger.record([Done(change=adopt)])
    adopted = await only(ledger)
    assert replace(adopted, written_at=None) == adopt.link
    assert adopted.text_is_theirs


async def test_albums_are_linked(ledger: Ledger) -> None:
    taken = AlbumLink(key="кофе", album_id=4, title="Кофе", is_made=False)
    await ledger.record(
        [
            Done(change=AddAlbum(key="чай", title="Чай", photo="ab"), album_id=3),
            Done(change=TakeAlbum(link=taken)),
            Failed(change=AddAlbum(key="мёд", title="Мёд", photo=None), code=1407, message="100"),
        ]
    )
    coffee, tea = await ledger.album_links()
    assert coffee == taken
    assert tea == AlbumLink(key="чай", album_id=3, title="Чай", is_made=True, photo="ab")
    edit = EditAlbum(link=tea, title="ЧАЙ", is_hidden=True, photo=None)
    await ledger.record([Done(change=edit)])
    assert await ledger.album_links() == (
        coffee,
        replace(tea, title="ЧАЙ", is_hidden=True, photo=None),
    )


async def test_settling_moves_links_and_closes_what_never_happened(
    database: Database, ledger: Ledger
) -> None:
    (made,) = await created(ledger, 7)
    await ledger.begin([Create(draft=draft())], NOON)
    move = Move(product_id=made.product_id, store_ids=("other", SHOP), members=("twin",))
    await ledger.settle(Plan(moved=(move,), missing_intents=("assam",)))
    assert await only(ledger) == replace(made, store_ids=("other", SHOP), members=("twin",))
    assert await ledger.intents() == ()
    assert await ledger.known_skus() == {"assam", "tea-7"}


async def test_settling_gives_a_link_to_another_product(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    move = Move(product_id=made.product_id, store_ids=(SHOP,), new_id="new")

    await ledger.settle(Plan(moved=(move,), missing=((made.product_id, NOON),)))

    assert await only(ledger) == replace(made, product_id="new", missing_since_at=NOON)


async def test_settling_begins_the_count_of_a_field_taken_anew(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    again = Update(link=made, draft=draft(made.product_id), item=item(item_id=7), fields=PRICE)
    await ledger.record([Done(change=again)])
    twice = (await only(ledger)).written.repeats
    assert twice["price"] == 2
    await ledger.settle(Plan(taken=((made.product_id, PRICE),)))
    assert (await only(ledger)).written.repeats == {**twice, "price": 1}


async def test_settling_nothing_writes_nothing(ledger: Ledger, writes: list[str]) -> None:
    await ledger.settle(Plan(unchanged=5))
    await ledger.record([])
    assert writes == []


async def test_each_outcome_is_a_row_of_the_run(database: Database, ledger: Ledger) -> None:
    outcomes: Sequence[Outcome] = [
        Done(change=Create(draft=draft("a")), item_id=1),
        Failed(change=Create(draft=draft("b")), code=100, message="no"),
        Uncertain(change=Create(draft=draft("c")), cause="time-out"),
        Done(change=PutInAlbum(key="чай", product_ids=("a",), album_id=3, item_ids=(1,))),
    ]
    await ledger.begin([Create(draft=draft(each)) for each in "abc"], NOON)
    run_id = (await ledger.intents())[0].run_id
    await ledger.record(outcomes)
    async with database.read() as tx:
        rows = await runs.list_changes(tx, run_id)
    assert [(row["kind"], row["product_id"], row["outcome"]) for row in rows] == [
        ("create", "a", "done"),
        ("create", "b", "failed"),
        ("create", "c", "uncertain"),
        ("put_in_album", None, "done"),
    ]


async def test_links_belong_to_one_user_and_one_community(
    database: Database, ledger: Ledger, anna: int, boris: int
) -> None:
    await created(ledger, 7)
    elsewhere = await open_ledger(database, anna, COMMUNITY + 1)
    assert await elsewhere.links() == ()
    assert await elsewhere.known_skus() == {"tea-7"}  # ours, wherever it stands
    another = await open_ledger(database, boris)
    assert await another.links() == ()
    assert await another.known_skus() == frozenset()


async def test_a_community_that_changed_hands_is_linked_anew(
    database: Database, ledger: Ledger, boris: int
) -> None:
    await created(ledger, 7)
    another = await open_ledger(database, boris)
    adopt = adoption(item_id=7)
    await another.begin([adopt], NOON)
    await another.record([Done(change=adopt)])
    assert (await only(another)).item_id == 7
    assert await ledger.links() == ()


async def test_links_say_which_evotor_account_they_were_made_from(
    database: Database, ledger: Ledger
) -> None:
    await ledger.save_snapshot(snapshot(store_reading(store=store(user_id="01-1"))))
    await created(ledger, 7)
    async with database.read() as tx:
        assert await tx.scalar(select(product_links.c.evotor_user_id)) == "01-1"
        assert await tx.scalar(select(intents.c.evotor_user_id)) == "01-1"


async def test_readings_are_cached(database: Database, ledger: Ledger, anna: int) -> None:
    await ledger.save_snapshot(snapshot(product()))
    await ledger.save_market(reading(item(7)))
    async with database.read() as tx:
        assert await catalog.list_products(tx, anna, SHOP) == [product()]
        assert await market.list_items(tx, anna, COMMUNITY) == [item(7)]
