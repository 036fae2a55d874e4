"""The way to the database: two kinds of transaction, replayed when the database asks for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from evosync.db.faults import fault_from, is_replayed, unreachable
from evosync.db.types import Tx
from evosync.db.urls import is_sqlite, normalise_url, prepare_file, sqlite_file

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

REPLAYS = 3  # times a whole transaction is run again
BUSY_TIMEOUT_S = 10  # how long SQLite waits for another process to finish writing
PING_TIMEOUT_S = 1.0
BEGIN = "evosync_begin"  # the execution option that says how SQLite begins

# What MariaDB refuses instead of bending: a value too long, a date that is none.
_SQL_MODE = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO"


class Database:
    """One database and its pool of connections; belongs to one event loop."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = is_sqlite(engine.url)
        self._writing = engine.execution_options(**{BEGIN: "IMMEDIATE"})
        # SQLite lets one writer in at a time, and others poll. Within this
        # process they rather queue, in order of arrival.
        self._turn = asyncio.Lock() if self.is_sqlite else contextlib.nullcontext()
        self._ping: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Open a transaction that sees one state of the data; whatever it writes is undone.

        Raises TryLater or Misconfigured with a sentence when the database
        does not answer or is none.
        """
        try:
            async with self.engine.connect() as tx:
                yield tx
        except (DBAPIError, PoolTimeout, OSError) as error:
            raise _told(error) from None

    async def write(
        self,
        work: Callable[Concatenate[Tx, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `work(tx, …)` in one transaction and commit it.

        When the database breaks the transaction off (deadlock, lock wait),
        all of `work` is run again, so it must do nothing but write rows.
        Raises like `read`.
        """
        for left in range(REPLAYS, -1, -1):
            try:
                async with self._turn, self._writing.begin() as tx:
                    return await work(tx, *args, **kwargs)
            except (DBAPIError, PoolTimeout, OSError) as error:
                if not left or not is_replayed(error):
                    raise _told(error) from None
                log.info("transaction replayed", work=work.__qualname__, left=left)
        raise AssertionError("unreachable")

    async def ping(self, timeout_s: float = PING_TIMEOUT_S) -> None:
        """Ask the database for a sign of life; raises TryLater when none comes in time."""
        # Who waits goes away in time, the question does not: broken off in the
        # middle it would cost a connection at each look of a health check.
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._ask(), name="database ping")
            # Its fault is told here, or nobody waited for it any more.
            self._ping.add_done_callback(lambda asked: asked.cancelled() or asked.exception())
        done, _ = await asyncio.wait({self._ping}, timeout=timeout_s)
        if not done:
            raise unreachable("no answer in time")
        self._ping.result()

    async def close(self) -> None:
        """Close every connection."""
        if self._ping is not None and not self._ping.done():
            await asyncio.wait({self._ping}, timeout=PING_TIMEOUT_S)
            self._ping.cancel()
            await asyncio.wait({self._ping})
        await self.engine.dispose()

    async def _ask(self) -> None:
        async with self.read() as tx:
            await tx.execute(text("SELECT 1"))


def open_database(url: str) -> Database:
    """Open the pool; connections are made when they are first needed.

    Raises Misconfigured when the URL, or the file that it names, cannot be
    used.
    """
    where = normalise_url(url)
    if is_sqlite(where):
        prepare_file(sqlite_file(where))
    return Database(create_engine(where))


def create_engine(where: URL, *, foreign_keys: bool = True, **options: Any) -> AsyncEngine:
    """Make an engine whose connections are set up as all of ours are."""
    if not is_sqlite(where):
        return create_async_engine(
            where,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            pool_recycle=3600,
            connect_args={
                "connect_timeout": 10,
                # Notes (such as "table exists" under IF NOT EXISTS) would be logged as warnings.
                "init_command": (
                    f"SET SESSION sql_mode='{_SQL_MODE}', time_zone='+00:00', sql_notes=0"
                ),
            },
            **options,
        )
    engine = create_async_engine(where, connect_args={"timeout": BUSY_TIMEOUT_S}, **options)

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # The driver's own way opens a transaction at the first write only, and
        # so lets two of them read the same row and lose an update. Without an
        # isolation level it keeps out, and `begin` below says BEGIN itself.
        try:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in (
                "journal_mode=WAL",
                # In WAL mode only FULL keeps a commit through a power cut,
                # and an intent has to be kept before its item is sent.
                "synchronous=FULL",
                f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get(BEGIN, "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")

    return engine


def _told(error: BaseException) -> BaseException:
    return fault_from(error) or error
