"""The way to the database: two kinds of transaction, replayed when the database asks for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from evosync.db.faults import connection_fault, fault_from, is_replayed, unreachable
from evosync.db.types import Tx
from evosync.db.urls import is_sqlite, normalise_url, prepare_file, sqlite_file
from evosync.errors import EvoSyncError

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

REPLAYS = 3  # times a whole transaction is run again
BUSY_TIMEOUT_S = 10  # how long SQLite waits for another process to finish writing
PING_TIMEOUT_S = 1.0
# Monitors and pages may ask all at once, and a driver's threads wait behind what computes. So a
# good answer serves for a second, and one that is no longer fresh is asked for anew meanwhile.
PING_HOLDS_S = 1.0
PING_FRESH_S = 0.25
PING_GIVEN_UP_S = 10.0  # of a connection that fell silent for good; the next question takes another
# MariaDB's own patience with somebody's open transaction, while a table is to change, is a day.
CHANGE_TIMEOUT_S = 60
BEGIN = "evosync_begin"  # the execution option that says how SQLite begins

# What MariaDB refuses instead of bending: a value too long, a date that is none.
_SQL_MODE = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO"

# Bytes of many ids in one text: what is longer it would cut off.
_LONGEST_TEXT = 16_000_000


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
        self._answered_at = self._well_at = float("-inf")

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Open a transaction that sees one state of the data; whatever it writes is undone.

        Every fault of the database is raised as an EvoSyncError with a
        sentence: TryLater when it does not answer, Misconfigured when it
        cannot be used. What else the caller's own code raises stays as it is.
        """
        try:
            async with connected(self.engine) as tx:
                yield tx
        except DBAPIError as error:
            raise fault_from(error) from None

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
                async with self._turn, connected(self._writing) as tx, tx.begin():
                    return await work(tx, *args, **kwargs)
            except DBAPIError as error:
                if not left or not is_replayed(error):
                    raise fault_from(error) from None
                log.info("transaction replayed", work=work.__qualname__, left=left)
        raise AssertionError("unreachable")

    async def ping(self, timeout_s: float = PING_TIMEOUT_S) -> None:
        """Ask the database for a sign of life; one question, and its answer, serve all who ask.

        A database that falls silent is told `PING_HOLDS_S` + `timeout_s`
        later. Raises TryLater when no answer comes in time, and an
        EvoSyncError for whatever else the driver makes of it.
        """
        # Who waits goes away in time, the question does not: broken off in the
        # middle it would cost a connection at each look of a health check.
        loop = asyncio.get_running_loop()
        now = loop.time()
        is_old = now - self._answered_at >= PING_FRESH_S
        if self._ping is None or (self._ping.done() and is_old):
            self._ping = asyncio.create_task(self._ask(), name="database ping")
            # Its fault is told here, or nobody waited for it any more.
            self._ping.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        if now - self._well_at < PING_HOLDS_S:
            return
        asked = self._ping  # somebody may ask anew before this one here is woken
        done, _ = await asyncio.wait({asked}, timeout=timeout_s)
        if not done:
            raise unreachable("no answer in time")
        asked.result()

    async def close(self) -> None:
        """Close every connection."""
        if self._ping is not None and not self._ping.done():
            await asyncio.wait({self._ping}, timeout=PING_TIMEOUT_S)
            self._ping.cancel()
            await asyncio.wait({self._ping})
        await self.engine.dispose()

    async def _ask(self) -> None:
        clock, well_at = asyncio.get_running_loop().time, float("-inf")
        try:
            async with asyncio.timeout(PING_GIVEN_UP_S), self.read() as tx:
                await tx.execute(text("SELECT 1"))
            well_at = clock()
        except TimeoutError:
            raise unreachable("no answer in time") from None
        except EvoSyncError:
            raise
        except Exception as error:  # noqa: BLE001 - nothing of ours ran: it is the driver's
            raise connection_fault(error) from None
        finally:
            self._answered_at, self._well_at = clock(), well_at


@contextlib.asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Take a connection for the body.

    An OSError while it is made is the database's; one in the body (a pipe
    that nobody reads, a file) is not. Raises the driver's own errors as
    DBAPIError, from here and from the body, and EvoSyncError for all else
    that the making of a connection fails of.
    """
    async with contextlib.AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(engine.connect())
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise TypeError, IndexError and more
            raise connection_fault(error) from None
        yield connection


def open_database(url: str) -> Database:
    """Open the pool; connections are made when they are first needed.

    Raises Misconfigured when the URL, or the file that it names, cannot be
    used.
    """
    where = normalise_url(url)
    if is_sqlite(where):
        prepare_file(sqlite_file(where))
    return Database(create_engine(where))


def create_engine(where: URL, *, for_migrations: bool = False, **options: Any) -> AsyncEngine:
    """Make an engine whose connections are set up as all of ours are.

    Those for migrations differ on SQLite: foreign keys are off, and the
    file's journal stays of its kind, for the file may be another program's. On
    MariaDB they do not wait for long where somebody holds a table.
    """
    if not is_sqlite(where):
        patience = f", lock_wait_timeout=LEAST(@@lock_wait_timeout, {CHANGE_TIMEOUT_S})"
        return create_async_engine(
            where,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            pool_recycle=3600,
            connect_args={
                # Notes (such as "table exists" under IF NOT EXISTS) would be logged as warnings.
                "init_command": (
                    f"SET SESSION sql_mode='{_SQL_MODE}', time_zone='+00:00', sql_notes=0,"
                    f" group_concat_max_len={_LONGEST_TEXT}"
                    f"{patience if for_migrations else ''}"
                ),
                # The driver would write letters in Latin-1: it has no Cyrillic, and whoever
                # made the account typed in UTF-8 (asyncmy.connection.Connection.__init__).
                "password": (where.password or "").encode(),
            },
            **options,
        )
    engine = create_async_engine(where, connect_args={"timeout": BUSY_TIMEOUT_S}, **options)
    # In WAL mode only synchronous=FULL keeps a commit through a power cut,
    # and an intent has to be kept before its item is sent.
    own = ("foreign_keys=OFF",) if for_migrations else ("foreign_keys=ON", "journal_mode=WAL")

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # The driver's own way opens a transaction at the first write only, and
        # so lets two of them read the same row and lose an update. Without an
        # isolation level it keeps out, and `begin` below says BEGIN itself.
        try:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in ("synchronous=FULL", *own):
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
