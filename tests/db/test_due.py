"""Who is due for a run or a reading."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from evosync.db import connections, due, sync
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.due import DueReading
from evosync.db.engine import Database
from evosync.db.sync import SyncConfig
from tests.builders import NOON


@pytest.fixture
async def connected(database: Database, anna: int) -> int:
    """Give Anna both connections, and her mirror switched on."""
    shop = EvotorConnection(user_id=anna, sealed_token="sealed")
    await database.write(connections.save_evotor, shop, NOON)
    market = VkSignIn(user_id=anna, community_id=1, sealed_token="sealed")
    await database.write(connections.save_vk, market, NOON)
    config = SyncConfig(user_id=anna, enabled=True, confirmed_at=NOON)
    await database.write(sync.save_config, config, NOON)
    return anna


async def test_who_is_connected_and_confirmed_is_due(
    database: Database, connected: int, boris: int
) -> None:
    async with database.read() as tx:
        assert await due.users_due(tx) == [connected]
        assert await due.readings_due(tx) == [DueReading(user_id=connected, evotor=True, vk=True)]


async def _change(database: Database, user_id: int, **changes: Any) -> None:
    async with database.read() as tx:
        config = await sync.get_config(tx, user_id)
    await database.write(sync.save_config, replace(config, **changes), NOON)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda db, user: _change(db, user, enabled=False), id="switched off"),
        pytest.param(lambda db, user: _change(db, user, confirmed_at=None), id="not confirmed"),
        pytest.param(lambda db, user: _change(db, user, mirror=False), id="mirror task off"),
        pytest.param(lambda db, user: db.write(connections.delete_evotor, user), id="no shop"),
        pytest.param(lambda db, user: db.write(connections.delete_vk, user), id="no market"),
    ],
)
async def test_who_lacks_anything_is_not_due(
    database: Database, connected: int, change: Callable[[Database, int], Awaitable[None]]
) -> None:
    await change(database, connected)
    async with database.read() as tx:
        assert await due.users_due(tx) == []


async def test_a_side_is_read_when_it_is_connected_and_switched_on(
    database: Database, connected: int
) -> None:
    await _change(database, connected, refresh_vk=False, enabled=False)
    async with database.read() as tx:
        assert await due.readings_due(tx) == [DueReading(user_id=connected, evotor=True, vk=False)]
    await database.write(connections.delete_evotor, connected)
    async with database.read() as tx:
        assert await due.readings_due(tx) == []
