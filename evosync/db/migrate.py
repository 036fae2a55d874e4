"""The schema brought up to date, so that a kill in the middle or a mistake loses no row."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from evosync.db.engine import BEGIN, connected, create_engine
from evosync.db.faults import busy, fault_from
from evosync.db.row_kinds import VERSIONS
from evosync.db.schema import metadata
from evosync.db.urls import (
    NAME,
    check_file,
    is_sqlite,
    normalise_url,
    prepare_file,
    sqlite_file,
)
from evosync.errors import Misconfigured
from evosync.places import migrations_dir

if TYPE_CHECKING:
    from alembic.config import Config

log = structlog.get_logger(__name__)

T = TypeVar("T")

RESTORING = "evosync_restoring"
"""A table that is there while a backup is put back: MariaDB cannot do that in one transaction."""

LOCK = "evosync_migration"
LOCK_TIMEOUT_S = 60


class SchemaState(StrEnum):
    """How the database's schema compares with the one this program was written for."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    FUTURE = "future"


async def migrate(url: str) -> None:
    """Bring the schema up to date; nothing is touched when it is already.

    Raises Misconfigured when the schema is newer than the program, or the
    database holds tables of something else, or ours without their version.
    """
    state = await check_schema(url)
    if state is SchemaState.CURRENT:
        return
    if state is SchemaState.FUTURE:
        raise from_the_future()
    await on_own_connection(url, _upgrade)
    log.info("schema upgraded", was=state.value, revision=head_revision())


async def check_schema(url: str) -> SchemaState:
    """Compare the database's schema with ours; changes nothing, and makes no file.

    Raises Misconfigured when the database holds tables of something else, or
    ours without their version.
    """
    where = normalise_url(url)
    if is_sqlite(where) and not check_file(sqlite_file(where)):
        return SchemaState.EMPTY
    async with own_connection(where, will_write=False) as connection:
        return await connection.run_sync(_state)


async def on_own_connection(url: str, work: Callable[[Connection], T]) -> T:
    """Run `work` on a connection made for migrations, alone, and commit it.

    SQLite: foreign keys are off, since changing a table there means to make it
    anew and drop the old one, which would take the child rows along; all of it
    is one transaction, checked for orphans at the end; a file that holds an
    older schema is copied aside first. MariaDB commits at every statement of
    DDL; so each migration can be begun again, and a lock keeps others out.
    """
    where = normalise_url(url)
    if is_sqlite(where):
        prepare_file(sqlite_file(where))
    async with own_connection(where, will_write=True) as connection:
        if not is_sqlite(where):
            return await under_lock(connection, work)
        if await connection.run_sync(_state) is SchemaState.BEHIND:
            # Our write lock is held already, and readers are let in: the copy is whole.
            await _copy_aside(sqlite_file(where))
        result = await connection.run_sync(work)
        if (await connection.execute(text("PRAGMA foreign_key_check"))).first() is not None:
            raise Misconfigured(NAME, "обновление базы нарушило бы связи строк, оно отменено.")
        await connection.commit()
        return result


def copy_aside(file: Path, revision: str) -> Path:
    """Copy a SQLite file to `<file>.before-<revision>`; older copies of this kind go.

    Returns the copy's path.
    """
    target = file.with_name(f"{file.name}.before-{revision}")
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(unfinished)) as copy,
    ):
        source.backup(copy)
    unfinished.replace(target)
    for older in file.parent.glob(f"{file.name}.before-*"):
        if older != target:
            older.unlink()
    return target


def head_revision() -> str:
    """Return the newest revision that this program knows."""
    return list_revisions()[-1]


def list_revisions() -> list[str]:
    """List the revisions that this program knows, the oldest first; their files are named so."""
    files = migrations_dir().glob("versions/[0-9]*_*.py")
    if not (revisions := sorted(file.name.partition("_")[0] for file in files)):
        raise RuntimeError(f"no migrations in {migrations_dir()}")
    return revisions


def from_the_future() -> Misconfigured:
    """Make the error of a schema that a newer program wrote."""
    return Misconfigured(
        NAME,
        "база создана более новой версией EvoSync. Обновите программу или восстановите "
        "базу из копии; ничего не изменено.",
    )


def run_here(connection: Connection) -> "Config":
    """Make alembic's configuration for commands that work on a given connection."""
    from alembic.config import Config  # noqa: PLC0415 - see `_upgrade`

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    # Alembic and what it brings take 11 MB and a sixth of the start; most starts change nothing.
    from alembic import command  # noqa: PLC0415

    # Looked at once more, now that nobody else can change it.
    if _state(connection) is SchemaState.FUTURE:
        raise from_the_future()
    command.upgrade(run_here(connection), "head")


def _state(connection: Connection) -> SchemaState:
    tables = set(inspect(connection).get_table_names())
    if RESTORING in tables:
        raise Misconfigured(
            NAME,
            "восстановление базы из копии прервалось на середине. Повторите: evosync restore ФАЙЛ.",
        )
    revision = None
    if VERSIONS in tables:
        revision = connection.scalar(text(f"SELECT version_num FROM {VERSIONS}"))  # noqa: S608
    if revision is None:
        if tables - set(metadata.tables) - {VERSIONS}:
            raise Misconfigured(NAME, "в базе таблицы другой программы, нужна отдельная база.")
        if tables and VERSIONS not in tables:
            raise Misconfigured(
                NAME,
                "база повреждена: в ней таблицы EvoSync, но нет таблицы версии. "
                "Восстановите её из копии: evosync restore КОПИЯ --force.",
            )
        return SchemaState.EMPTY  # or a first migration that was cut short
    known = list_revisions()
    if revision == known[-1]:
        return SchemaState.CURRENT
    return SchemaState.BEHIND if revision in known else SchemaState.FUTURE


@contextlib.asynccontextmanager
async def own_connection(where: URL, *, will_write: bool) -> AsyncIterator[AsyncConnection]:
    """Open a connection as migrations need it. Raises as all of the database does."""
    engine = create_engine(where, for_migrations=True, poolclass=NullPool)
    try:
        begun = engine.execution_options(**{BEGIN: "IMMEDIATE" if will_write else "DEFERRED"})
        async with connected(begun) as connection:
            yield connection
    except DBAPIError as error:
        raise fault_from(error) from None
    finally:
        await engine.dispose()


async def _copy_aside(file: Path) -> None:
    try:
        await asyncio.to_thread(copy_aside, file, head_revision())
    except (OSError, sqlite3.Error) as error:
        raise Misconfigured(
            NAME,
            f"копию файла {file} рядом с ним сделать не удалось ({type(error).__name__}), "
            "а без неё база не обновляется.",
        ) from None


async def under_lock(connection: AsyncConnection, work: Callable[[Connection], T]) -> T:
    """Run `work` and commit it, while no other migration of this MariaDB goes on.

    The lock goes with the connection, which is to be closed after this.
    """
    taken = await connection.scalar(
        text("SELECT GET_LOCK(:name, :seconds)"), {"name": LOCK, "seconds": LOCK_TIMEOUT_S}
    )
    if taken != 1:
        raise busy("another migration is going on")
    result = await connection.run_sync(work)
    await connection.commit()
    return result
