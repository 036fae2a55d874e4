"""Anna's shop, small and seeded, over real sockets and a real database of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flow.stand import Shop, open_shop, seeded_world, small_world

# Whose stories CI tells on MariaDB too: kills, breaks and stops, and each kind of change that a run
# makes. The queries themselves are held on both by tests/db.
ON_BOTH = {
    "test_database_away",
    "test_feed",
    "test_killed_midway",
    "test_month",
    "test_requests",
    "test_stop",
    "test_story",
    "test_two_serves",
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave to `-m wide` the stories on MariaDB that tell nothing new of it."""
    given = getattr(item, "callspec", None)
    is_again = given is not None and given.params.get("database_url") == "mariadb"
    if is_again and item.path.stem not in ON_BOTH:
        item.add_marker(pytest.mark.wide)


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
