"""All rows of a database as they are at one moment, read while others go on writing."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from evosync.db.engine import connected, create_engine
from evosync.db.faults import fault_from
from evosync.db.migrate import SchemaState, check_schema, from_the_future
from evosync.db.row_kinds import VERSIONS, TableKind, list_tables, weight_of
from evosync.db.urls import is_sqlite, normalise_url
from evosync.errors import EvoSyncError

MOST_ROWS = 100  # in one portion
ENOUGH = 200_000  # characters of one portion; rows that are heavier come fewer at a time


class Dump:
    """One moment of a database, open for reading: what `open_dump` gives."""

    def __init__(self, tx: AsyncConnection, revision: str, tables: list[TableKind]) -> None:
        self._tx = tx
        self.kind: Literal["sqlite", "mariadb"] = (
            "sqlite" if tx.dialect.name == "sqlite" else "mariadb"
        )
        self.revision = revision
        self.tables = tables
        """Those that others refer to first."""

    async def rows(self, of: TableKind) -> AsyncIterator[Sequence[Row[Any]]]:
        """Give all rows of a table in portions, as the database sends them; few are held."""
        most = 1 if of.has_files else MOST_ROWS
        found = await self._tx.stream(of.everything())
        size = min(most, 10)
        while rows := await found.fetchmany(size):
            with await _held_back(self._tx):
                yield rows
            each = max(1, weight_of(rows) // len(rows))
            size = max(1, min(most, 2 * size, ENOUGH // each))


async def _held_back(tx: AsyncConnection) -> AbstractContextManager[None]:
    """Let MariaDB wait while rows are packed and written.

    Its driver takes whatever comes, and would hold half a table meanwhile
    (asyncmy's protocol never pauses reading).
    """
    if tx.dialect.name == "sqlite":
        return nullcontext()
    driver = (await tx.get_raw_connection()).driver_connection
    return _paused(getattr(driver, "_transport", None))


@contextmanager
def _paused(transport: asyncio.Transport | None) -> Iterator[None]:
    if transport is None or not transport.is_reading():
        yield
        return
    transport.pause_reading()
    try:
        yield
    finally:
        transport.resume_reading()


@asynccontextmanager
async def open_dump(url: str) -> AsyncIterator[Dump]:
    """Open one moment of a database of ours, of any revision that this program knows.

    The transaction stays open while files are written, the one exception to
    the rule; it only reads, on a connection of its own, and neither SQLite in
    WAL mode nor InnoDB lets it keep a writer waiting. Raises as all of the
    database does, and EvoSyncError when there is nothing to copy yet.
    """
    match await check_schema(url):
        case SchemaState.EMPTY:
            raise EvoSyncError("База пуста: копировать нечего.", code="nothing_to_back_up")
        case SchemaState.FUTURE:
            raise from_the_future()
        case _:
            pass
    where = normalise_url(url)
    engine = create_engine(where, for_migrations=True, poolclass=NullPool)
    if not is_sqlite(where):
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        async with connected(engine) as tx:
            if not is_sqlite(where):
                await tx.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            revision = await tx.scalar(text(f"SELECT version_num FROM {VERSIONS}"))  # noqa: S608
            yield Dump(tx, str(revision), await tx.run_sync(list_tables))
    except DBAPIError as error:
        raise fault_from(error) from None
    finally:
        await engine.dispose()
