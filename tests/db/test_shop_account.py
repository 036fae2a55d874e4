"""Which account a shop is of, and what is confirmed: with Evotor's user id and without one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from evosync.catalog.item import Link
from evosync.db import connections, links, shop_account, sync
from evosync.db.connections import EvotorConnection
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.shop_account import name_account
from evosync.db.sync import SyncConfig
from evosync.db.tables.sync import sync_configs
from tests.builders import NOON, SECOND_SHOP, SHOP, snapshot, store, store_reading
from tests.db.ledgers import COMMUNITY
from tests.readings import save_snapshot

ONE, OTHER = "01-000000000001", "01-000000000002"
MADE_UP = f"stores:{SHOP}"
NOBODY = ""


@pytest.mark.parametrize(
    ("told", "listed", "known", "name"),
    [
        pytest.param(ONE, {SHOP}, {}, ONE, id="told"),
        pytest.param(ONE, {SHOP}, {OTHER: {SHOP}}, ONE, id="told, whatever is known"),
        pytest.param(ONE, {SHOP}, {MADE_UP: {SHOP}}, MADE_UP, id="told late"),
        pytest.param(ONE, {SHOP}, {MADE_UP: {SECOND_SHOP}}, ONE, id="told of another"),
        pytest.param(None, {SHOP}, {}, MADE_UP, id="made up"),
        pytest.param(None, {SHOP, SECOND_SHOP}, {}, MADE_UP, id="made up of the first store"),
        pytest.param(None, {SHOP, "new"}, {ONE: {SHOP}}, ONE, id="known by a store"),
        pytest.param(None, {SHOP}, {ONE: {SECOND_SHOP}}, MADE_UP, id="known of other stores"),
        pytest.param(None, set(), {ONE: {SHOP}}, None, id="nothing is listed"),
    ],
)
def test_an_account_has_a_name(
    told: str | None, listed: set[str], known: Mapping[str, set[str]], name: str | None
) -> None:
    assert name_account(told, listed, known) == name


async def read(database: Database, user_id: int, store_id: str, told: str | None) -> str | None:
    """Read a shop of one store, as a run does; returns the account's name."""
    one = store(store_id, user_id=told)
    account = await database.write(shop_account.find_account, user_id, [one])
    shop = snapshot(store_reading(store=one))
    await database.write(save_snapshot, user_id, shop, NOON)
    return account


async def push(database: Database, user_id: int, store_id: str, account: str | None) -> None:
    """Leave a link of a product of this store."""
    place = Place(user_id=user_id, community_id=COMMUNITY)
    item_id = 1 if store_id == SHOP else 2
    link = Link(product_id=store_id, item_id=item_id, store_ids=(store_id,))
    await database.write(links.save_new_links, place, [link], account, NOON)


async def confirm(database: Database, user_id: int) -> None:
    config = SyncConfig(user_id=user_id, enabled=True, confirmed_at=NOON)
    await database.write(sync.save_config, config, NOON)


async def is_confirmed(database: Database, user_id: int, account: str | None) -> bool:
    return await database.write(shop_account.is_confirmed, user_id, account)


async def config_of(database: Database, user_id: int) -> SyncConfig:
    async with database.read() as tx:
        return await sync.get_config(tx, user_id)


@pytest.mark.parametrize("told", [(ONE, OTHER), (None, None)], ids=["ids told", "no ids"])
async def test_another_account_takes_the_confirmation_back_and_coming_back_asks_again(
    database: Database, anna: int, told: tuple[str | None, str | None]
) -> None:
    await read(database, anna, SHOP, told[0])
    await confirm(database, anna)
    first = await read(database, anna, SHOP, told[0])
    assert await is_confirmed(database, anna, first)
    await push(database, anna, SHOP, first)

    second = await read(database, anna, SECOND_SHOP, told[1])
    before = await config_of(database, anna)
    assert not await is_confirmed(database, anna, second)
    after = await config_of(database, anna)
    assert after == replace(before, confirmed_at=None, version=before.version + 1)

    await confirm(database, anna)
    assert await read(database, anna, SECOND_SHOP, told[1]) == second
    assert await is_confirmed(database, anna, second)
    await push(database, anna, SECOND_SHOP, second)

    assert await read(database, anna, SHOP, told[0]) == first
    assert not await is_confirmed(database, anna, first)
    await confirm(database, anna)
    assert await is_confirmed(database, anna, await read(database, anna, SHOP, told[0]))


async def test_an_account_stays_the_same_though_a_store_goes_and_one_comes(
    database: Database, anna: int
) -> None:
    account = await read(database, anna, SHOP, None)
    await push(database, anna, SHOP, account)
    await confirm(database, anna)
    stores = [store(SHOP), store("0-new")]

    assert await database.write(shop_account.find_account, anna, stores) == account


async def test_an_account_that_was_confirmed_before_anything_was_pushed_is_known_by_its_stores(
    database: Database, anna: int
) -> None:
    account = await read(database, anna, SHOP, None)
    await confirm(database, anna)

    stores = [store(SHOP), store("0-new")]
    assert await database.write(shop_account.find_account, anna, stores) == account


async def test_what_was_confirmed_before_anything_was_read_is_noted_by_the_first_run(
    database: Database, anna: int
) -> None:
    await confirm(database, anna)

    assert await is_confirmed(database, anna, ONE)

    assert await is_confirmed(database, anna, None)
    assert not await is_confirmed(database, anna, OTHER)


@pytest.mark.parametrize(("made_from", "is_same"), [(ONE, True), (OTHER, False), (None, True)])
async def test_where_no_account_was_noted_the_links_tell(
    database: Database, anna: int, made_from: str | None, is_same: bool
) -> None:
    await confirm(database, anna)
    await push(database, anna, SHOP, made_from)

    assert await is_confirmed(database, anna, ONE) is is_same


async def test_who_has_no_settings_has_nothing_to_take_back(database: Database) -> None:
    assert await is_confirmed(database, 12345, ONE)


@pytest.mark.parametrize(
    ("connected", "after", "read_from", "noted"),
    [
        pytest.param(ONE, 0, None, ONE, id="not read yet"),
        pytest.param(ONE, 0, ONE, ONE, id="read"),
        pytest.param(ONE, 60, ONE, ONE, id="connected again"),
        pytest.param(OTHER, 60, ONE, OTHER, id="another one connected"),
        pytest.param(OTHER, -60, ONE, ONE, id="the token opens another one by now"),
        pytest.param(ONE, 0, NOBODY, ONE, id="the reading does not tell"),
        pytest.param(None, 0, ONE, ONE, id="the connection does not tell"),
        pytest.param(None, 0, NOBODY, MADE_UP, id="nothing tells"),
        pytest.param(None, 0, None, None, id="nothing tells, nothing is read"),
    ],
)
async def test_a_confirmation_notes_the_account_of_its_moment(
    database: Database,
    anna: int,
    *,
    connected: str | None,
    after: int,
    read_from: str | None,
    noted: str | None,
) -> None:
    values: dict[str, Any] = {"sealed_token": "x", "evotor_user_id": connected}
    connection = EvotorConnection(user_id=anna, **values)
    connected_at = NOON + timedelta(seconds=after)
    await database.write(connections.save_evotor, connection, connected_at)
    if read_from is not None:
        await read(database, anna, SHOP, read_from or None)

    await confirm(database, anna)

    async with database.read() as tx:
        row = (await tx.execute(select(sync_configs))).one()
    assert row.confirmed_evotor_user_id == noted
