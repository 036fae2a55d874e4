"""`kill -9` in the middle of a migration or a restore: no row is lost, it can be repeated."""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from evosync.db.engine import open_database
from evosync.db.migrate import (
    SchemaState,
    check_schema,
    head_revision,
    on_own_connection,
    run_here,
)
from tests.backup.copies import make, put_back
from tests.db.people import add_user
from tests.db.rows import Rows, everything, fill, list_changed
from tests.flow.killed_at import STATEMENT
from tests.flow.process import started
from tests.lending import Lender

ROOT = Path(__file__).resolve().parents[2]
OLD = "0011"
KILLED = -signal.SIGKILL
LAST = f"UPDATE alembic_version SET version_num='{head_revision()}'"  # noqa: S608 - ours
DEADLINE_S = 60


def environ(folder: Path, url: str, killed_at: str = "") -> dict[str, str]:
    settings = {"DATA_DIR": str(folder), "DATABASE_URL": url, "PORT": "0"}
    return settings | ({STATEMENT: killed_at, "PYTHONPATH": str(ROOT)} if killed_at else {})


def fill_old(connection: Connection) -> Rows:
    command.upgrade(run_here(connection), OLD)
    return fill(connection)


def revision(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def emails(connection: Connection) -> list[str]:
    return list(connection.scalars(text("SELECT email FROM users")))


@pytest.fixture
def bare_mariadb_url(lender: Lender) -> Iterator[str]:
    """Give the URL of a MariaDB database without a schema."""
    with lender.lent_bare() as url:
        yield url


@pytest.fixture
async def copy(sqlite_template: Path, tmp_path: Path) -> Path:
    """Give a backup of a database where Anna has an account."""
    url = f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'annas.db')}"
    database = open_database(url)
    await add_user(database, "anna@example.com")
    await database.close()
    return (await make(url, tmp_path / "copy.zip")).path


async def run(folder: Path, url: str, *args: str) -> tuple[int, str]:
    """Run a command to its end; gives its exit code and what it says of errors."""
    async with started(folder / "run", *args, environ=environ(folder, url)) as running:
        return await running.end(), running.err


async def killed_at(statement: str, folder: Path, url: str, *args: str) -> int:
    """Run a command that is killed as it comes to a statement; gives its exit code."""
    settings = environ(folder, url, statement)
    module = "tests.flow.killed_at"
    async with started(folder / "killed", *args, environ=settings, module=module) as running:
        return await running.end()


async def killed_while_it_waits(table: str, folder: Path, url: str, *args: str) -> int:
    """Run a command and kill it while MariaDB holds back its change of a table."""
    async with (
        held(url, table),
        started(folder / "killed", *args, environ=environ(folder, url)) as running,
    ):
        await until_somebody_waits(url)
        running.process.kill()
        return await running.end()


@contextlib.asynccontextmanager
async def held(url: str, table: str) -> AsyncIterator[None]:
    """Read a table in a transaction that stays open: until its end nobody changes what it is."""
    database = open_database(url)
    async with database.read() as tx:
        await tx.execute(text(f"SELECT 1 FROM {table}"))  # noqa: S608 - ours
        yield
    await database.close()


async def until_somebody_waits(url: str) -> None:
    database = open_database(url)
    waiting = text(
        "SELECT count(*) FROM information_schema.processlist"
        " WHERE db = DATABASE() AND state = 'Waiting for table metadata lock'"
    )
    async with asyncio.timeout(DEADLINE_S):
        while True:
            async with database.read() as tx:
                if await tx.scalar(waiting):
                    break
            await asyncio.sleep(0.05)
    await database.close()


async def assert_a_repeated_migration_loses_no_row(folder: Path, url: str, rows: Rows) -> None:
    assert await run(folder, url, "migrate") == (0, "")
    assert await check_schema(url) is SchemaState.CURRENT
    assert not list_changed(await on_own_connection(url, everything), rows)


async def test_a_migration_of_sqlite_killed_before_its_commit_was_none(tmp_path: Path) -> None:
    file = tmp_path / "evosync.db"
    url = f"sqlite:///{file}"
    rows = await on_own_connection(url, fill_old)
    before = file.read_bytes()
    assert await killed_at(LAST, tmp_path, url, "migrate") == KILLED
    assert file.read_bytes() != before  # much of it has been written
    assert await on_own_connection(url, revision) == OLD
    assert await on_own_connection(url, everything) == rows
    await assert_a_repeated_migration_loses_no_row(tmp_path, url, rows)


async def test_a_migration_of_mariadb_killed_at_an_alter_goes_on_from_there(
    bare_mariadb_url: str, tmp_path: Path
) -> None:
    url = bare_mariadb_url
    rows = await on_own_connection(url, fill_old)
    assert await killed_while_it_waits("problems", tmp_path, url, "migrate") == KILLED
    assert OLD < await on_own_connection(url, revision) < head_revision()
    await assert_a_repeated_migration_loses_no_row(tmp_path, url, rows)


async def test_a_restore_of_sqlite_killed_before_its_commit_was_none(
    copy: Path, sqlite_url: str, tmp_path: Path
) -> None:
    rows = await on_own_connection(sqlite_url, fill)
    file = tmp_path / "evosync.db"
    before = file.read_bytes()
    args = ("restore", str(copy), "--force")
    assert await killed_at("DROP TABLE evosync_restoring", tmp_path, sqlite_url, *args) == KILLED
    assert file.read_bytes() != before  # much of it has been written
    assert await check_schema(sqlite_url) is SchemaState.CURRENT
    assert await on_own_connection(sqlite_url, everything) == rows
    await put_back(sqlite_url, copy, tmp_path, force=True)
    assert await on_own_connection(sqlite_url, emails) == ["anna@example.com"]


async def test_a_restore_of_mariadb_killed_midway_is_passed_by_no_start_and_can_be_repeated(
    copy: Path, mariadb_url: str, tmp_path: Path
) -> None:
    await on_own_connection(mariadb_url, fill)
    args = ("restore", str(copy), "--force")
    assert await killed_while_it_waits("users", tmp_path, mariadb_url, *args) == KILLED
    code, said = await run(tmp_path, mariadb_url, "serve")
    assert code == 2
    assert "Повторите: evosync restore" in said
    assert len(said.splitlines()) == 1
    await put_back(mariadb_url, copy, tmp_path)
    assert await on_own_connection(mariadb_url, emails) == ["anna@example.com"]
    assert await check_schema(mariadb_url) is SchemaState.CURRENT
