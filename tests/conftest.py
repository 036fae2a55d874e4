"""Fixtures for everybody: an empty, migrated database of each kind."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evosync.db.engine import Database, create_engine, open_database
from evosync.db.migrate import migrate
from evosync.db.urls import normalise_url
from tests import mariadb

KINDS = ("sqlite", "mariadb")


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
def mariadb_dump(mariadb_server: str) -> list[str]:
    """Give the statements that make our migrated schema; migrating each time takes longer."""
    return asyncio.run(_dump(mariadb_server))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the URL of a fresh SQLite database."""
    path = tmp_path / "evosync.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def mariadb_url(mariadb_server: str, mariadb_dump: list[str]) -> Iterator[str]:
    """Give the URL of a fresh MariaDB database."""
    name = new_name()
    asyncio.run(run_sql(mariadb_server, [f"CREATE DATABASE {name}", f"USE {name}", *mariadb_dump]))
    yield mariadb_server + name
    asyncio.run(run_sql(mariadb_server, [f"DROP DATABASE {name}"]))


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
    server = request.getfixturevalue("mariadb_server")
    name = new_name()
    asyncio.run(run_sql(server, [f"CREATE DATABASE {name}"]))
    yield server + name
    asyncio.run(run_sql(server, [f"DROP DATABASE {name}"]))


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


def new_name() -> str:
    """Make a name that no other database of the server has."""
    return f"evosync_{uuid.uuid4().hex}"


async def run_sql(server: str, statements: list[str]) -> None:
    """Run statements one by one; "mysql" is the database that every server has."""
    engine = create_engine(normalise_url(f"{server}mysql"))
    try:
        async with engine.begin() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement.replace("%", "%%"))
    finally:
        await engine.dispose()


async def _dump(server: str) -> list[str]:
    name = new_name()
    await run_sql(server, [f"CREATE DATABASE {name}"])
    await migrate(server + name)
    engine = create_engine(normalise_url(server + name))
    statements = ["SET foreign_key_checks=0"]
    try:
        async with engine.connect() as connection:
            tables = (await connection.scalars(text("SHOW TABLES"))).all()
            for table in tables:
                made = await connection.execute(text(f"SHOW CREATE TABLE `{table}`"))
                statements.append(made.one()[1])
            statements += [
                f"INSERT INTO `{table}` SELECT * FROM {name}.`{table}`"  # noqa: S608 - our names
                for table in tables
            ]
    finally:
        await engine.dispose()
    return [*statements, "SET foreign_key_checks=1"]
