"""The one `serve` of an installation: a lock on its database, which dies with its process.

Commands may run beside a `serve`; a second one would wake every round twice.
On SQLite it is a lock on a file beside the database, on MariaDB a lock of the
server, held by a connection of its own.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from evosync.db.awaiting import stopped
from evosync.db.engine import connected, create_engine
from evosync.db.faults import fault_from
from evosync.db.urls import is_sqlite, normalise_url, prepare_file, sqlite_file, unopened
from evosync.errors import EvoSyncError, TryLater

log = structlog.get_logger(__name__)

POLL_S = 0.25
# A connection that is silent for longer is one of a machine that is gone; the
# server's own limit is 8 hours, and for as long nobody else could serve.
GONE_AFTER_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a `serve` waits for an older one to end, and how it keeps MariaDB's lock.

    A lock that was lost with its connection may still be held by the server
    for the old one, so it counts as another's only after the server has said
    so for `lost_after_s`.
    """

    wait_s: float = 10.0
    keep_every_s: float = 15.0
    silent_after_s: float = 10.0
    lost_after_s: float = 1.5 * GONE_AFTER_S


PATIENT = Patience()
AT_ONCE = Patience(wait_s=0)


@contextlib.asynccontextmanager
async def one_serve(
    url: str,
    *,
    patience: Patience = PATIENT,
    on_lost: Callable[[], None] = lambda: None,
    stopping: asyncio.Event | None = None,
) -> AsyncIterator[None]:
    """Be the only `serve` of this database while the body goes on.

    Raises TryLater when another one still is after its patience (code
    "served"), or `stopping` is set meanwhile (code "stopping"). Where MariaDB
    lost us and let another in, `on_lost` is called, and the end of the body
    raises TryLater too.
    """
    where = normalise_url(url)
    stop = stopping or asyncio.Event()
    if is_sqlite(where):
        prepare_file(sqlite_file(where))
        descriptor = _open_lock(sqlite_file(where))
        try:
            await _taken(lambda: _lock_now(descriptor), patience.wait_s, stop)
            yield
        finally:
            os.close(descriptor)
        return
    named = _NamedLock(where)
    try:
        await _taken(named.take, patience.wait_s, stop)
        named.keep(patience, on_lost)
        yield
    finally:
        await named.close()
    if named.is_lost:
        raise _served("another serve came while the database was away")


async def is_served(url: str) -> bool:
    """Tell whether a `serve` works on this database right now; makes no file."""
    where = normalise_url(url)
    if not is_sqlite(where):
        named = _NamedLock(where)
        try:
            return not await named.is_free()
        finally:
            await named.close()
    if not lock_file(sqlite_file(where)).exists():
        return False
    descriptor = _open_lock(sqlite_file(where))
    try:
        return not await _lock_now(descriptor)
    finally:
        os.close(descriptor)


def lock_file(database: Path) -> Path:
    """Name the file whose lock says that a SQLite database is served; it is empty, and stays."""
    real = database.resolve()  # by whatever links one comes to it
    return real.with_name(f"{real.name}.serve")


def lock_name(database: URL) -> str:
    """Name the lock of a MariaDB database: its server's locks are of no database, and short."""
    digest = hashlib.sha256((database.database or "").encode()).hexdigest()
    return f"evosync_serve_{digest[:32]}"


def _served(cause: str) -> TryLater:
    return TryLater(
        # Whoever reads it may have started either.
        "С этой базой уже работает evosync serve или restore. Остановите его и повторите.",
        code="served",
        cause=cause,
    )


async def _taken(
    take: Callable[[], Awaitable[bool]], wait_s: float, stopping: asyncio.Event
) -> None:
    """Take the lock as soon as it is free."""
    until = asyncio.get_running_loop().time() + wait_s
    is_told = False
    while not await take():
        if asyncio.get_running_loop().time() >= until:
            raise _served("the lock is held")
        if not is_told:
            log.warning("another serve works on this database: waiting for its end", wait_s=wait_s)
            is_told = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), POLL_S)
            raise stopped()


def _open_lock(database: Path) -> int:
    path = lock_file(database)
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise unopened(path, error) from None


async def _lock_now(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _NamedLock:
    """A lock of a MariaDB server, by the name of the database, and the connection that holds it."""

    def __init__(self, where: URL) -> None:
        self._name = lock_name(where)
        self._engine = create_engine(where, poolclass=NullPool)
        self._stack = contextlib.AsyncExitStack()
        self._connection: AsyncConnection | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.is_lost = False

    async def take(self) -> bool:
        """Take it if it is free, or ours already. Raises as every question to the database."""
        return await self._ask("SELECT GET_LOCK(:name, 0)") == 1

    async def is_free(self) -> bool:
        """Tell whether nobody holds it."""
        return await self._ask("SELECT IS_FREE_LOCK(:name)") == 1

    def keep(self, patience: Patience, on_lost: Callable[[], None]) -> None:
        """Look from now on that it is still ours, and take it again after a restart."""
        self._keeping = asyncio.create_task(
            self._keep(patience, on_lost), name="keep the lock of serve"
        )

    async def close(self) -> None:
        """Give it back: it goes with its connection."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        await self._drop()
        await self._engine.dispose()

    async def _keep(self, patience: Patience, on_lost: Callable[[], None]) -> None:
        clock = asyncio.get_running_loop().time
        held_since: float | None = None  # by another, as far as the server has said
        while True:
            await asyncio.sleep(patience.keep_every_s)
            try:
                # Of a connection that holds it already this is a second hold, and no harm.
                async with asyncio.timeout(patience.silent_after_s):
                    is_ours = await self.take()
            except TimeoutError:
                # The server may have given up this connection, and let another in.
                log.warning("lock of serve not looked at", cause="no answer in time")
                await self._drop()
                continue
            except EvoSyncError as error:
                log.warning("lock of serve not looked at", code=error.code, cause=error.cause)
                held_since = None  # without a database nobody else works on it either
                continue
            if is_ours:
                held_since = None
            elif held_since is None:
                held_since = clock()
            elif clock() - held_since >= patience.lost_after_s:
                break
        self.is_lost = True
        log.error("another serve took this database over")
        on_lost()

    async def _ask(self, question: str) -> object:
        try:
            if self._connection is None:
                self._connection = await self._connect()
            return await self._connection.scalar(text(question), {"name": self._name})
        except DBAPIError as error:
            await self._drop()
            raise fault_from(error) from None

    async def _connect(self) -> AsyncConnection:
        # Known from here on: one that falls silent is dropped without asking it.
        made = self._connection = await self._stack.enter_async_context(connected(self._engine))
        await made.execution_options(isolation_level="AUTOCOMMIT")
        await made.execute(text(f"SET SESSION wait_timeout={GONE_AFTER_S}"))
        return made

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        # A connection that is broken may fail to be closed, too.
        with contextlib.suppress(DBAPIError, OSError):
            if connection is not None:
                # To be closed like others it would ask a server that may be silent.
                await connection.invalidate()
            await self._stack.aclose()
