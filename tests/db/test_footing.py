"""What a run stands on: equal while nothing that it works with has changed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from evosync.db import connections, selection, sync
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.engine import Database
from evosync.db.footing import Footing, find_footing
from evosync.db.services import Service
from evosync.db.sync import SyncConfig
from tests.builders import NOON, SHOP

LATER = NOON + timedelta(minutes=1)


async def connect(database: Database, user_id: int) -> None:
    """Connect both sides."""
    evotor = EvotorConnection(user_id=user_id, sealed_token="sealed")
    await database.write(connections.save_evotor, evotor, NOON)
    vk = VkSignIn(user_id=user_id, community_id=user_id, sealed_token="sealed")
    await database.write(connections.save_vk, vk, NOON)


async def footing(database: Database, user_id: int) -> Footing | None:
    async with database.read() as tx:
        return await find_footing(tx, user_id)


async def test_a_user_who_is_gone_stands_on_nothing(database: Database, anna: int) -> None:
    found = await footing(database, anna)
    assert found is not None
    assert (found.evotor_connected_at, found.vk_connected_at) == (None, None)
    assert await footing(database, anna + 1) is None


async def settings(database: Database, user_id: int) -> None:
    await database.write(sync.save_config, SyncConfig(user_id=user_id), LATER)


async def switch(database: Database, user_id: int) -> None:
    await database.write(selection.switch_product, user_id, SHOP, "assam", is_on=False, now=LATER)


async def no_evotor(database: Database, user_id: int) -> None:
    await database.write(connections.delete_evotor, user_id)


async def no_vk(database: Database, user_id: int) -> None:
    await database.write(connections.delete_vk, user_id)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(settings, id="settings"),
        pytest.param(switch, id="a switch"),
        pytest.param(connect, id="connected anew"),
        pytest.param(no_evotor, id="no till"),
        pytest.param(no_vk, id="no community"),
    ],
)
async def test_whatever_a_run_works_with_moves_its_footing_and_no_other(
    database: Database, anna: int, boris: int, act: Callable[[Database, int], Awaitable[None]]
) -> None:
    await connect(database, anna)
    await connect(database, boris)
    before, others = await footing(database, anna), await footing(database, boris)
    await act(database, anna)
    assert await footing(database, anna) != before
    assert await footing(database, boris) == others


async def test_a_check_of_a_connection_leaves_the_footing(database: Database, anna: int) -> None:
    await connect(database, anna)
    before = await footing(database, anna)
    broken = Finding(connected_at=NOON, error="Нет связи.", code="connection_broken")
    await database.write(mark_checked, Service.EVOTOR, anna, broken, LATER)
    await database.write(mark_checked, Service.VK, anna, Finding(connected_at=NOON), LATER)
    assert await footing(database, anna) == before
