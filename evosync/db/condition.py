"""How the database is: what it says of itself, whatever schema is in it; nothing is changed."""

import asyncio
import contextlib
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from evosync.db.engine import connected, create_engine
from evosync.db.faults import fault_from, unreachable
from evosync.db.urls import is_sqlite, normalise_url, sqlite_file

OK = "ok"  # what SQLite's quick_check says of a sound file

CHARSET = "utf8mb4"
_STEPS = 10_000  # of SQLite's machine, between two looks at the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteCondition:
    """A file: its version, journal and size, and what a quick check of it said.

    `trouble` is the first word of damage; None = sound, "" = there was no time
    to check all of it.
    """

    version: str
    journal: str
    size_bytes: int
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MariaDbCondition:
    """A server and our database on it; `now` is its clock, aware UTC.

    `foreign_tables` are those whose texts cannot hold every letter: not in `CHARSET`.
    `flush` is innodb_flush_log_at_trx_commit: 1 keeps each commit through a
    power cut.
    """

    version: str
    foreign_tables: int
    packet_bytes: int
    buffer_bytes: int
    flush: int
    is_read_only: bool
    size_bytes: int
    now: datetime


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database; None for MariaDB. Raises Misconfigured."""
    where = normalise_url(url)
    return sqlite_file(where) if is_sqlite(where) else None


def size_of_file(file: Path) -> int:
    """Sum up a SQLite file and what stands beside it for its sake; 0 when there is none."""
    size = 0
    for each in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm"))):
        with contextlib.suppress(OSError):
            size += each.stat().st_size
    return size


def look_at_file(file: Path, patience_s: float) -> SqliteCondition:
    """Look at a SQLite file that is there, for so long at most; blocks on the disk.

    Raises EvoSyncError when it cannot be read at all.
    """
    until = time.monotonic() + patience_s
    try:
        # The name may hold what an URI would read as its own: it comes quoted.
        opened = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=patience_s
        )
        with contextlib.closing(opened) as asked:
            (journal,) = asked.execute("PRAGMA journal_mode").fetchone()
            asked.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
            return SqliteCondition(
                version=sqlite3.sqlite_version,
                journal=journal,
                size_bytes=size_of_file(file),
                trouble=_quick_check(asked),
            )
    except sqlite3.Error as error:
        raise fault_from(DBAPIError("", None, error)) from None


async def look_at_server(url: str, patience_s: float) -> MariaDbCondition:
    """Ask a MariaDB server about itself and our database, for so long at most.

    Raises EvoSyncError.
    """
    try:
        async with asyncio.timeout(patience_s):
            return await _ask_server(url)
    except TimeoutError:
        raise unreachable("no answer in time") from None


async def _ask_server(url: str) -> MariaDbCondition:
    engine = create_engine(normalise_url(url), poolclass=NullPool)
    try:
        async with connected(engine) as tx:
            told = (await tx.execute(text(_SERVER))).mappings().one()
            return MariaDbCondition(
                version=told["version"],
                foreign_tables=int(told["odd"]),
                packet_bytes=told["packet"],
                buffer_bytes=told["buffer"],
                flush=told["flush"],
                is_read_only=bool(told["readonly"]),
                size_bytes=int(told["size"] or 0),
                now=told["now"].replace(tzinfo=UTC),
            )
    except DBAPIError as error:
        raise fault_from(error) from None
    finally:
        await engine.dispose()


_SERVER = """
SELECT VERSION() AS version, @@max_allowed_packet AS packet,
  @@innodb_buffer_pool_size AS buffer, @@innodb_flush_log_at_trx_commit AS flush,
  @@read_only AS readonly, UTC_TIMESTAMP(6) AS now,
  (SELECT SUM(data_length + index_length) FROM information_schema.tables
   WHERE table_schema = DATABASE()) AS size,
  (SELECT COUNT(*) FROM information_schema.tables
   WHERE table_schema = DATABASE() AND table_collation NOT LIKE 'utf8mb4%'
     AND table_name <> 'alembic_version') AS odd
"""


def _quick_check(asked: sqlite3.Connection) -> str | None:
    try:
        (word,) = asked.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return ""
        raise
    return None if word == OK else str(word)
