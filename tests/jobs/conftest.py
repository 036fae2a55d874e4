"""Anna's small shop on SQLite, and somebody who has a shop too."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from evosync.db import accounts, connections, selection, sync
from evosync.db.accounts import NewUser, UserStatus
from evosync.jobs.connections import check_evotor, check_vk
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.reading import read_catalog
from tests.flow.stand import Shop, open_shop, small_world

BORIS_COMMUNITY_ID = 217_000_888


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(small_world(), tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
async def boris(shop: Shop) -> Shop:
    """Give Boris, who mirrors the same till into a community of his own."""
    world, opened = shop.world, shop.opened
    world.vk.add_community(BORIS_COMMUNITY_ID, "У Бориса", world.vk.state.people)
    write, now = opened.database.write, opened.clock()
    new = NewUser(email="boris@example.com", status=UserStatus.ACTIVE)
    user_id = await write(accounts.create_user, new, now)
    assert user_id is not None
    evotor = await check_evotor(opened, user_id, world.evotor_token)
    await write(connections.save_evotor, evotor, now)
    vk = await check_vk(opened, user_id, BORIS_COMMUNITY_ID, world.vk_token)
    await write(connections.save_vk, vk, now)
    await read_catalog(opened, user_id)
    await write(selection.switch_all, user_id, is_on=True, now=now)
    async with opened.database.read() as tx:
        config = await sync.get_config(tx, user_id)
    await write(sync.save_config, replace(config, enabled=True, confirmed_at=now), now)
    return replace(shop, user_id=user_id)


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def mirroring(shop: Shop, stopping: asyncio.Event) -> AsyncIterator[Mirroring]:
    made = Mirroring(shop.opened, stopping)
    yield made
    stopping.set()
    await made.stop()
