"""Anna's shop, small and seeded, over real sockets and a real database of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flow.stand import Shop, open_shop, seeded_world, small_world


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """Give a shop of five products, connected and switched on, not mirrored yet."""
    async with open_shop(small_world(), tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
async def sqlite_shop(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """Give such a shop on SQLite: for stories to which the kind of database means nothing."""
    async with open_shop(small_world(), tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
async def tea_shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """Give the whole seeded shop, nasty names and all."""
    async with open_shop(seeded_world(), tmp_path, database_url) as opened:
        yield opened
