"""Connections: tokens sealed at rest, one community to one user, health of their own."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from evosync.db import connections, sync
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection, Health, VkSignIn
from evosync.db.engine import Database
from evosync.db.sealed_rows import has_sealed_rows
from evosync.db.services import Service
from evosync.db.sync import SyncConfig
from evosync.db.vault import Vault
from evosync.errors import NeedsPerson
from tests.builders import NOON, SHOP
from tests.db.people import add_user

TOKEN = "a-token-that-must-not-show"
COMMUNITY = 220_000_000_123
VAULT = Vault("key")


def evotor(user_id: int) -> EvotorConnection:
    """Build Anna's way to the shop."""
    return EvotorConnection(
        user_id=user_id,
        sealed_token=VAULT.seal(TOKEN),
        evotor_user_id="01-000000000000001",
        store_id=SHOP,
        store_name="Чайная на Садовой",
    )


def vk(user_id: int) -> VkSignIn:
    """Build Anna's way to her community."""
    return VkSignIn(
        user_id=user_id,
        community_id=COMMUNITY,
        sealed_token=VAULT.seal(TOKEN),
        sealed_refresh_token=VAULT.seal(TOKEN),
        first_name="Анна",
        last_name="Чайникова",
        scope="market",
        community_name="Чай и кофе",
        vk_user_id=7,
        expires_at=NOON,
    )


async def confirmed_at(database: Database, user_id: int) -> object:
    """Return when the first push was confirmed."""
    async with database.read() as tx:
        return (await sync.get_config(tx, user_id)).confirmed_at


async def test_connections_are_found_as_they_were_saved(database: Database, anna: int) -> None:
    mine, market = evotor(anna), vk(anna)
    for connection in (mine, replace(mine, store_name="Чайная")):
        await database.write(connections.save_evotor, connection, NOON)
    await database.write(connections.save_vk, market, NOON)
    async with database.read() as tx:
        assert await connections.find_evotor(tx, anna) == replace(
            mine, store_name="Чайная", connected_at=NOON
        )
        assert await connections.find_vk_sign_in(tx, anna) == replace(market, connected_at=NOON)
        found = await connections.find_vk(tx, anna)
    assert found is not None
    assert (found.community_id, found.sealed_token) == (COMMUNITY, market.sealed_token)


async def test_nobody_is_connected_at_first(database: Database, anna: int) -> None:
    async with database.read() as tx:
        assert await connections.find_evotor(tx, anna) is None
        assert await connections.find_vk(tx, anna) is None
        assert not await has_sealed_rows(tx)


async def test_disconnecting_forgets_the_tokens(database: Database, anna: int) -> None:
    await database.write(connections.save_evotor, evotor(anna), NOON)
    await database.write(connections.save_vk, vk(anna), NOON)
    async with database.read() as tx:
        assert await has_sealed_rows(tx)
    await database.write(connections.delete_evotor, anna)
    async with database.read() as tx:
        assert await has_sealed_rows(tx)
    await database.write(connections.delete_vk, anna)
    async with database.read() as tx:
        assert not await has_sealed_rows(tx)


async def test_a_community_serves_one_user(database: Database, anna: int, boris: int) -> None:
    await database.write(connections.save_vk, vk(anna), NOON)
    with pytest.raises(NeedsPerson, match="уже подключено"):
        await database.write(connections.save_vk, vk(boris), NOON)
    async with database.read() as tx:
        assert await connections.find_vk(tx, boris) is None


@pytest.mark.parametrize("error", [None, "Эвотор не принял ключ доступа."])
async def test_a_check_is_written_down(database: Database, anna: int, error: str | None) -> None:
    health = Health(is_online=error is None, last_checked_at=NOON, last_error=error)
    await database.write(connections.save_evotor, evotor(anna), NOON)
    await database.write(connections.save_vk, vk(anna), NOON)
    finding = Finding(connected_at=NOON, error=error)
    for service in Service:
        await database.write(mark_checked, service, anna, finding, NOON)
    async with database.read() as tx:
        shop = await connections.find_evotor(tx, anna)
        market = await connections.find_vk(tx, anna)
    assert shop
    assert market
    assert shop.health == market.health == health


async def test_another_community_or_account_asks_for_a_new_confirmation(
    database: Database, anna: int
) -> None:
    await database.write(connections.save_evotor, evotor(anna), NOON)
    await database.write(connections.save_vk, vk(anna), NOON)
    confirmed = SyncConfig(user_id=anna, enabled=True, confirmed_at=NOON)
    await database.write(sync.save_config, confirmed, NOON)
    other_market = replace(vk(anna), community_id=COMMUNITY + 1)
    await database.write(connections.save_vk, other_market, NOON)
    assert await confirmed_at(database, anna) is None
    await database.write(sync.save_config, confirmed, NOON)
    other_shop = replace(evotor(anna), evotor_user_id="01-2")
    await database.write(connections.save_evotor, other_shop, NOON)
    assert await confirmed_at(database, anna) is None


async def test_a_new_token_of_the_same_keeps_the_confirmation(
    database: Database, anna: int
) -> None:
    await database.write(connections.save_evotor, evotor(anna), NOON)
    await database.write(connections.save_vk, vk(anna), NOON)
    await database.write(sync.save_config, SyncConfig(user_id=anna, confirmed_at=NOON), NOON)
    await database.write(connections.save_evotor, evotor(anna), NOON)
    await database.write(connections.save_vk, vk(anna), NOON)
    assert await confirmed_at(database, anna) == NOON


def test_a_connection_does_not_show_its_token() -> None:
    for connection in (evotor(1), vk(1)):
        assert connection.sealed_token not in repr(connection)


async def test_tokens_never_stand_in_the_file_in_clear(sqlite_database: Database) -> None:
    anna = await add_user(sqlite_database, "anna@example.com")
    await sqlite_database.write(connections.save_evotor, evotor(anna), NOON)
    await sqlite_database.write(connections.save_vk, vk(anna), NOON)
    await sqlite_database.close()
    file = Path(make_url(str(sqlite_database.engine.url)).database or "")
    written = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert "Чайная на Садовой".encode() in written
    assert TOKEN.encode() not in written
