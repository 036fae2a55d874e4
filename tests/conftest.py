"""Fixtures for everybody: an empty, migrated database of each kind."""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from evosync.db.engine import Database, open_database
from evosync.db.migrate import migrate
from tests import dialects, mariadb
from tests.lending import Lender

KINDS = ("sqlite", "mariadb")

dialects.share()


def pytest_collection_finish() -> None:
    """Let the collector of cycles alone with ten thousand tests that live to the end anyway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with the whole schema and no rows but the seeded ones."""
    path = tmp_path_factory.mktemp("template") / "evosync.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the beginning of the URLs of a server that runs while the tests do."""
    if not mariadb.is_installed():
        if os.environ.get("CI") == "true":
            pytest.fail("mariadbd is not installed, and in CI it has to be")
        pytest.skip("mariadbd is not installed")
    with mariadb.running(tmp_path_factory.mktemp("mariadb")) as url:
        yield url


@pytest.fixture(scope="session")
def lender(mariadb_server: str) -> Iterator[Lender]:
    """Give whoever lends databases of that server."""
    made = Lender(mariadb_server)
    yield made
    made.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the URL of a fresh SQLite database."""
    path = tmp_path / "evosync.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def mariadb_url(lender: Lender) -> Iterator[str]:
    """Give the URL of a fresh MariaDB database."""
    with lender.lent() as url:
        yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a fresh database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database of each kind without a schema; the file is not there yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    lender: Lender = request.getfixturevalue("lender")
    with lender.lent_bare() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give a fresh database of each kind, open."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """Give a fresh SQLite database, open: for tests to which the kind means nothing."""
    opened = open_database(sqlite_url)
    yield opened
    await opened.close()
