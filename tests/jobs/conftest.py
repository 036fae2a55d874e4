"""Anna's small shop on SQLite, and somebody who has a shop too."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evosync.jobs.mirroring import Mirroring
from tests.flow.stand import Shop, open_shop, small_world
from tests.jobs.stand import Tokens, joined

BORIS_COMMUNITY_ID = 217_000_888


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(small_world(), tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
async def boris(shop: Shop) -> Shop:
    """Give Boris, who mirrors the same till into a community of his own."""
    world = shop.world
    world.vk.add_community(BORIS_COMMUNITY_ID, "У Бориса", world.vk.state.people)
    tokens = Tokens(evotor=world.evotor_token, vk=world.vk_token)
    return await joined(shop, "boris@example.com", BORIS_COMMUNITY_ID, tokens)


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def mirroring(shop: Shop, stopping: asyncio.Event) -> AsyncIterator[Mirroring]:
    made = Mirroring(shop.opened, stopping)
    yield made
    stopping.set()
    await made.stop()
