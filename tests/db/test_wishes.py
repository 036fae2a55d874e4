"""A person's yes to an item, and what a run writes down of items that are not found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.catalog.item import LinkState, Wish
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.wishes import save_wish
from evosync.engine.changes import (
    Change,
    Create,
    Delete,
    Done,
    Failed,
    Hide,
    Lose,
    Plan,
    PutInAlbum,
    Restore,
    Zero,
)
from evosync.engine.ports import Ledger
from tests.builders import NOON, draft, item
from tests.db.ledgers import COMMUNITY, created, only

BEFORE = NOON - timedelta(minutes=11)


async def lost(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    await ledger.record([Done(change=Lose(link=made))])


@pytest.mark.parametrize("wish", list(Wish))
async def test_only_what_is_lost_is_wished_back_and_only_what_stands_is_shown(
    database: Database, ledger: Ledger, anna: int, boris: int, wish: Wish
) -> None:
    place = Place(user_id=anna, community_id=COMMUNITY)
    (made,) = await created(ledger, 7)
    assert await database.write(save_wish, place, "tea-7", Wish.SHOW, NOON)
    assert not await database.write(save_wish, place, "tea-7", Wish.RETURN, NOON)
    await ledger.record([Done(change=Lose(link=made))])
    assert (await only(ledger)).wish is None
    is_wished = await database.write(save_wish, place, "tea-7", wish, NOON)
    assert is_wished is (wish is Wish.RETURN)
    assert (await only(ledger)).wish is (wish if is_wished else None)
    for strange in (replace(place, user_id=boris), replace(place, community_id=COMMUNITY + 1)):
        assert not await database.write(save_wish, strange, "tea-7", wish, NOON)
    assert not await database.write(save_wish, place, "tea-8", wish, NOON)


async def test_what_was_wished_back_takes_the_place_of_the_lost_link(
    database: Database, ledger: Ledger, anna: int
) -> None:
    await lost(ledger)
    place = Place(user_id=anna, community_id=COMMUNITY)
    await database.write(save_wish, place, "tea-7", Wish.RETURN, NOON)
    create = Create(draft=draft("tea-7"))
    await ledger.begin([create], NOON)
    await ledger.record([Done(change=create, item_id=8)])
    after = await only(ledger)
    assert (after.item_id, after.state, after.wish) == (8, LinkState.LIVE, None)


async def test_settling_notes_what_is_missing_and_what_was_found(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    await ledger.settle(Plan(missing=(("tea-7", BEFORE),)))
    assert await only(ledger) == replace(made, missing_since_at=BEFORE)
    await ledger.settle(Plan(found=("tea-7",)))
    assert await only(ledger) == made


async def test_settling_finds_what_was_lost_and_drops_a_wish(
    database: Database, ledger: Ledger, anna: int
) -> None:
    await lost(ledger)
    place = Place(user_id=anna, community_id=COMMUNITY)
    await database.write(save_wish, place, "tea-7", Wish.RETURN, NOON)
    await ledger.settle(Plan(spent=("tea-7",)))
    assert ((await only(ledger)).state, (await only(ledger)).wish) == (LinkState.LOST, None)
    await ledger.settle(Plan(found=("tea-7",)))
    assert (await only(ledger)).state is LinkState.LIVE


async def test_an_item_that_vk_does_not_find_is_missing_and_nothing_else_changes(
    ledger: Ledger,
) -> None:
    (made,) = await created(ledger, 7)
    changes: list[Change] = [
        Hide(link=made, item=item(7)),
        Zero(link=made, item=item(7)),
        Restore(link=made, draft=draft("tea-7"), item=item(7), fields=frozenset()),
        PutInAlbum(key="чай", product_ids=("tea-7",), album_id=9, item_ids=(7,)),
    ]
    for change in changes:
        await ledger.begin([change], NOON)
        await ledger.record([Failed(change=change, code=1403, message="Item not found")])
        assert await only(ledger) == replace(made, missing_since_at=NOON)
        await ledger.settle(Plan(found=("tea-7",)))
    await ledger.record([Failed(change=changes[0], code=100, message="no")])
    assert await only(ledger) == made


@pytest.mark.parametrize("code", [1400, 1403])
async def test_a_deleted_item_that_cannot_come_back_is_erased(ledger: Ledger, code: int) -> None:
    (made,) = await created(ledger, 7)
    await ledger.record([Done(change=Delete(link=made, item=item(7)))])
    deleted = await only(ledger)
    restore = Restore(link=deleted, draft=draft("tea-7"), item=None, fields=frozenset())
    await ledger.begin([restore], NOON)
    await ledger.record([Failed(change=restore, code=100, message="no")])
    assert await only(ledger) == deleted
    await ledger.begin([restore], NOON)
    await ledger.record([Failed(change=restore, code=code, message="Too late for restore")])
    assert await only(ledger) == replace(deleted, state=LinkState.ERASED)
