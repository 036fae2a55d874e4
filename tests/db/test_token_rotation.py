"""Tokens that take each other's place: only where the spent one still stands."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.db import connections, token_rotation
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.engine import Database
from evosync.db.services import Service
from evosync.db.token_rotation import SealedTokens
from tests.builders import NOON

HOUR = timedelta(hours=1)


async def sign_in(database: Database, user_id: int) -> None:
    till = EvotorConnection(
        user_id=user_id,
        sealed_token="access-1",
        sealed_refresh_token="refresh-1",
        expires_at=NOON + HOUR,
    )
    await database.write(connections.save_evotor, till, NOON)
    vk = VkSignIn(
        user_id=user_id,
        sealed_token="access-1",
        sealed_refresh_token="refresh-1",
        device_id="device",
        expires_at=NOON + HOUR,
    )
    await database.write(connections.save_vk, vk, NOON)


async def stored(database: Database, service: Service, user_id: int) -> SealedTokens:
    async with database.read() as tx:
        found = await token_rotation.find_tokens(tx, service, user_id)
    assert found is not None
    return found


def renewed(tokens: SealedTokens) -> SealedTokens:
    return replace(
        tokens,
        access="access-2",
        refresh="refresh-2",
        expires_at=NOON + 2 * HOUR,
        refreshed_at=NOON + HOUR,
    )


@pytest.mark.parametrize("service", Service)
async def test_fresh_tokens_take_the_place_of_the_spent(
    service: Service, database: Database, anna: int
) -> None:
    await sign_in(database, anna)
    spent = await stored(database, service, anna)
    assert spent.device_id == ("device" if service is Service.VK else None)
    assert (spent.connected_at, spent.refreshed_at) == (NOON, None)
    fresh = renewed(spent)
    rotate = token_rotation.rotate
    assert await database.write(rotate, service, anna, spent, fresh, NOON + HOUR)
    assert await stored(database, service, anna) == fresh
    assert not await database.write(rotate, service, anna, spent, fresh, NOON + HOUR)


async def test_of_many_who_rotate_the_same_one_does(database: Database, anna: int) -> None:
    await sign_in(database, anna)
    spent = await stored(database, Service.VK, anna)
    offers = [replace(renewed(spent), access=f"a{n}", refresh=f"r{n}") for n in range(6)]
    done = await asyncio.gather(
        *(
            database.write(token_rotation.rotate, Service.VK, anna, spent, offer, NOON)
            for offer in offers
        )
    )
    assert sum(done) == 1
    assert (await stored(database, Service.VK, anna)).access == offers[done.index(True)].access


async def test_a_person_who_signed_in_meanwhile_keeps_what_they_got(
    database: Database, anna: int
) -> None:
    await sign_in(database, anna)
    spent = await stored(database, Service.VK, anna)
    anew = VkSignIn(user_id=anna, sealed_token="anew", sealed_refresh_token="refresh-anew")
    await database.write(connections.save_vk, anew, NOON + HOUR)
    write = database.write
    assert not await write(
        token_rotation.rotate, Service.VK, anna, spent, renewed(spent), NOON + HOUR
    )
    await write(token_rotation.give_up, Service.VK, anna, spent, NOON + HOUR)
    found = await stored(database, Service.VK, anna)
    assert (found.access, found.refresh, found.refreshed_at) == ("anew", "refresh-anew", None)


async def test_a_refused_refresh_token_is_forgotten_and_the_access_token_stays(
    database: Database, anna: int, boris: int
) -> None:
    for user_id in (anna, boris):
        await sign_in(database, user_id)
    refused = await stored(database, Service.VK, anna)
    await database.write(token_rotation.give_up, Service.VK, anna, refused, NOON)
    found = await stored(database, Service.VK, anna)
    assert (found.access, found.refresh) == ("access-1", None)
    assert (await stored(database, Service.EVOTOR, anna)).refresh == "refresh-1"
    assert (await stored(database, Service.VK, boris)).refresh == "refresh-1"


@pytest.mark.parametrize("service", Service)
async def test_nobody_has_tokens_before_they_connect(
    service: Service, database: Database, anna: int
) -> None:
    async with database.read() as tx:
        assert await token_rotation.find_tokens(tx, service, anna) is None


def test_tokens_do_not_show_themselves() -> None:
    told = repr(
        SealedTokens(access="sealed-a", refresh="sealed-r", device_id="d", connected_at=NOON)
    )
    assert "sealed" not in told
    assert "device" not in told
