"""What webhooks brought: kept, tied to accounts, and tokens in wait for their try."""

import asyncio

import pytest
from sqlalchemy import select

from evosync.db import connections, notices
from evosync.db.connections import EvotorConnection
from evosync.db.engine import Database
from evosync.db.notices import MOST, NewNotice
from evosync.db.sealed_rows import has_sealed_rows
from evosync.db.tables.journal import webhook_events
from evosync.db.vault import Vault
from tests.builders import NOON
from tests.db.crowd import AT_ONCE, warmed

VAULT = Vault("a key")
EVOTOR_ID = "01-000000000000001"


def delivery(sealed: str | None = None) -> NewNotice:
    body = {"userId": EVOTOR_ID}
    return NewNotice(kind="token", evotor_user_id=EVOTOR_ID, body=body, sealed=sealed)


async def waiting(database: Database, user_id: int) -> list[str]:
    async with database.read() as tx:
        sealed = await notices.find_candidates(tx, user_id)
    return [] if sealed is None else notices.read_candidates(VAULT, sealed)


async def deliver(database: Database, user_id: int, *tokens: str) -> None:
    for token in tokens:
        await database.write(notices.add_candidate, VAULT, user_id, token, NOON)


@pytest.fixture
async def place(database: Database, anna: int) -> int:
    """Give Anna, who has a place for tokens and no connection."""
    await database.write(notices.ensure_row, anna, NOON)
    return anna


async def test_a_place_for_tokens_is_made_once_and_is_no_connection(
    database: Database, place: int
) -> None:
    await database.write(notices.ensure_row, place, NOON)
    async with database.read() as tx:
        assert await connections.find_evotor(tx, place) is None
        assert await notices.find_candidates(tx, place) is None


async def test_tokens_wait_the_latest_first_and_each_once(database: Database, place: int) -> None:
    await deliver(database, place, "one", "two", "one")
    assert await waiting(database, place) == ["one", "two"]
    async with database.read() as tx:
        assert await has_sealed_rows(tx)


async def test_many_who_make_the_place_at_once_make_one(database: Database, anna: int) -> None:
    await warmed(database)
    await asyncio.gather(*(database.write(notices.ensure_row, anna, NOON) for _ in range(AT_ONCE)))
    await deliver(database, anna, "one")
    assert await waiting(database, anna) == ["one"]


async def test_no_more_than_a_few_wait(database: Database, place: int) -> None:
    await deliver(database, place, *(f"token {number}" for number in range(MOST + 3)))
    assert await waiting(database, place) == [f"token {n}" for n in range(MOST + 2, 2, -1)]


async def test_tokens_that_come_at_once_all_wait(database: Database, place: int) -> None:
    await asyncio.gather(*(deliver(database, place, f"token {n}") for n in range(MOST)))
    assert len(await waiting(database, place)) == MOST


async def test_a_list_is_replaced_only_where_it_still_stands(
    database: Database, place: int
) -> None:
    await deliver(database, place, "one")
    async with database.read() as tx:
        seen = await notices.find_candidates(tx, place)
    await deliver(database, place, "two")
    assert not await database.write(notices.save_candidates, place, None, NOON, instead_of=seen)
    assert await waiting(database, place) == ["two", "one"]


async def test_our_token_of_a_user_stays_the_first_one(database: Database, anna: int) -> None:
    assert await database.write(notices.keep_api_token, anna, "sealed-1", NOON) == "sealed-1"
    assert await database.write(notices.keep_api_token, anna, "sealed-2", NOON) == "sealed-1"


async def test_an_evotor_user_is_tied_to_one_account(
    database: Database, anna: int, boris: int
) -> None:
    assert await database.write(notices.tie, anna, EVOTOR_ID, NOON)
    assert not await database.write(notices.tie, boris, EVOTOR_ID, NOON)
    async with database.read() as tx:
        found = await notices.find_by_evotor_user(tx, EVOTOR_ID)
        assert await notices.find_by_evotor_user(tx, EVOTOR_ID.lower() + "x") is None
    assert found is not None
    assert found.id == anna
    await database.write(notices.tie, anna, None, NOON)
    assert await database.write(notices.tie, boris, EVOTOR_ID, NOON)


async def test_a_token_of_a_user_nobody_knows_waits_for_the_account(
    database: Database, anna: int
) -> None:
    for sealed in ("sealed-1", "sealed-2"):
        await database.write(notices.save_notice, delivery(sealed), None, NOON)
    async with database.read() as tx:
        assert await has_sealed_rows(tx)
    taken = await database.write(notices.take_waiting, EVOTOR_ID, anna, NOON)
    assert taken == ["sealed-2", "sealed-1"]
    assert await database.write(notices.take_waiting, EVOTOR_ID, anna, NOON) == []
    async with database.read() as tx:
        assert not await has_sealed_rows(tx)
        rows = (await tx.execute(select(webhook_events))).all()
    assert {(row.state, row.user_id, row.handled_at) for row in rows} == {("done", anna, NOON)}


async def test_a_token_of_a_known_user_does_not_stand_in_its_notice(
    database: Database, anna: int
) -> None:
    await database.write(notices.save_notice, delivery("sealed"), anna, NOON)
    async with database.read() as tx:
        [row] = (await tx.execute(select(webhook_events))).all()
    assert (row.sealed, row.state, row.user_id) == (None, "done", anna)


async def test_tokens_of_another_evotor_user_wait_on(database: Database, anna: int) -> None:
    await database.write(notices.save_notice, delivery("sealed"), None, NOON)
    assert await database.write(notices.take_waiting, "01-other", anna, NOON) == []
    assert await database.write(notices.take_waiting, EVOTOR_ID, anna, NOON) == ["sealed"]


async def test_all_tokens_of_an_account_move_to_another(
    database: Database, anna: int, boris: int
) -> None:
    working = EvotorConnection(user_id=boris, sealed_token=VAULT.seal("working"))
    await database.write(connections.save_evotor, working, NOON)
    await deliver(database, boris, "older", "newer")
    await database.write(notices.move_delivered, VAULT, boris, anna, NOON)
    assert await waiting(database, anna) == ["newer", "older", "working"]
    async with database.read() as tx:
        assert await connections.find_evotor(tx, boris) is None
        assert await connections.find_evotor(tx, anna) is None  # until one is tried


async def test_what_waits_at_the_taker_stays_behind_what_comes(
    database: Database, place: int, boris: int
) -> None:
    await deliver(database, place, "mine")
    await database.write(notices.ensure_row, boris, NOON)
    await deliver(database, boris, "theirs")
    await database.write(notices.move_delivered, VAULT, boris, place, NOON)
    assert await waiting(database, place) == ["theirs", "mine"]


async def test_where_nothing_was_delivered_nothing_moves(
    database: Database, anna: int, boris: int
) -> None:
    await database.write(notices.move_delivered, VAULT, boris, anna, NOON)
    assert await waiting(database, anna) == []


async def test_when_tokens_came_to_wait_is_known(database: Database, place: int) -> None:
    await deliver(database, place, "one")
    async with database.read() as tx:
        assert await notices.candidates_since(tx, place) == NOON
