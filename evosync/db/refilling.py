"""A database made anew from a backup: its schema at the backup's revision, its rows, then today's.

On SQLite all of it is one transaction. MariaDB commits at every statement of
DDL; so a table says that it goes on, no start gets past it, and the whole can
be done again.
"""

import asyncio
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    case,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, SAWarning
from sqlalchemy.schema import CreateTable, DropTable

from evosync.catalog.item import LinkState, Pending
from evosync.db.faults import is_replayed
from evosync.db.journal import Act, written
from evosync.db.migrate import (
    RESTORING,
    check_schema,
    list_revisions,
    own_connection,
    run_here,
    under_lock,
)
from evosync.db.row_kinds import VERSIONS, TableKind, list_tables
from evosync.db.runs import interrupted
from evosync.db.schema import metadata
from evosync.db.sealed_columns import Unopened, seal_anew
from evosync.db.tables.accounts import sessions, users
from evosync.db.tables.journal import settings_kv
from evosync.db.tables.market import album_links, product_links
from evosync.db.tables.runs import leases, runs
from evosync.db.urls import NAME, check_file, is_sqlite, normalise_url, prepare_file, sqlite_file
from evosync.db.vault import Vault
from evosync.engine.report import RunStatus
from evosync.errors import EvoSyncError, Misconfigured, TryLater

_CORE = {VERSIONS, "users", "roles"}
"""Tables that there are at every revision."""

# The tables of a revision, once it was made: no revision changes while the program runs.
_known: dict[str, list[TableKind]] = {}

_ORPHANS = text("PRAGMA foreign_key_check")

_mark = Table(RESTORING, MetaData(), Column("id", Integer, primary_key=True))


class Source(Protocol):
    """Whatever gives rows to fill a database with."""

    @property
    def revision(self) -> str:
        """The revision of the schema that they are of."""
        ...

    @property
    def tables(self) -> list[TableKind]:
        """Their tables."""
        ...

    def rows(self, of: TableKind) -> Iterator[list[tuple[Any, ...]]]:
        """Give the rows of a table in portions."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Refill:
    """What a database is filled with, by which keys its tokens open, and when that is.

    `settle` is called when all rows are in, and nothing is left but to commit
    them; what it raises undoes them.
    """

    source: Source
    vault: Vault
    now: datetime
    settle: Callable[[], None] = lambda: None


async def is_in_use(url: str) -> bool:
    """Tell whether the database has an account, so that something would be lost with it.

    Raises Misconfigured when it holds tables of something else.
    """
    where = normalise_url(url)
    if is_sqlite(where) and not check_file(sqlite_file(where)):
        return False
    async with own_connection(where, will_write=False) as connection:
        if await connection.run_sync(_is_unfinished):
            return False
    await check_schema(url)
    async with own_connection(where, will_write=False) as connection:
        if not await connection.run_sync(lambda each: inspect(each).has_table(users.name)):
            return False
        return bool(await connection.scalar(select(func.count()).select_from(users)))


async def fits(source: Source) -> bool:
    """Tell whether the tables of a source are those of a revision that we know."""
    if source.revision not in list_revisions():
        return False
    if source.revision not in _known:
        _known[source.revision] = await asyncio.to_thread(_tables_of, source.revision)
    return _by_name(_known[source.revision]) == _by_name(source.tables)


async def refill(url: str, given: Refill) -> list[Unopened]:
    """Replace all that the database holds of ours; returns the connections that nothing opens.

    Sessions end, and runs that went on are ended. Raises EvoSyncError when
    the rows do not fit together; SQLite then stays as it was. So does either
    where somebody does not let go of it in time: that is TryLater.
    """
    where = normalise_url(url)
    if is_sqlite(where):
        prepare_file(sqlite_file(where))
    try:
        async with own_connection(where, will_write=True) as connection:
            if not is_sqlite(where):
                return await under_lock(connection, lambda each: _refilled(each, given))
            unopened = await connection.run_sync(_refilled, given)
            await connection.commit()
            return unopened
    except TryLater as error:
        if error.code != "database_busy":
            raise
        raise TryLater(
            "Базу держит другая программа. Закройте её и повторите.",
            code=error.code,
            cause=error.cause,
        ) from None


def _tables_of(revision: str) -> list[TableKind]:
    """List the tables of a revision, which is made in memory for that."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            return _made(connection, revision)
    finally:
        engine.dispose()


def _refilled(connection: Connection, given: Refill) -> list[Unopened]:
    _clear(connection)
    tables = _made(connection, given.source.revision)
    for each in reversed(tables):
        connection.execute(delete(each.clause()))  # rows that migrations brought
    for each in tables:
        names = [one.name for one in each.columns]
        statement = insert(each.clause())
        for rows in given.source.rows(_named(given.source.tables, each.name)):
            connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])
    _upgrade(connection, "head")
    unopened = seal_anew(connection, given.vault)
    _tidy(connection, given.now)
    if connection.dialect.name == "sqlite" and connection.execute(_ORPHANS).first() is not None:
        raise EvoSyncError("Строки копии не сходятся друг с другом.", code="backup_unusable")
    given.settle()
    connection.execute(DropTable(_mark))
    return unopened


def _clear(connection: Connection) -> None:
    """Drop all tables of ours; from now on the database says that it is being restored."""
    found = set(inspect(connection).get_table_names())
    ours = found & {*metadata.tables, VERSIONS}
    revision = _revision(connection, found)
    if found - ours and RESTORING not in found and revision is None:
        raise Misconfigured(NAME, "в базе таблицы другой программы, нужна отдельная база.")
    if revision is not None and revision not in list_revisions():
        ours |= _referring(connection, ours)  # a newer program's: they would be in the way later
    if RESTORING not in found:
        connection.execute(CreateTable(_mark))
    # Last goes what tells whose tables these are: a kill in the middle leaves it to the next try.
    names = sorted(ours, key=lambda each: (each in _CORE, each))
    if connection.dialect.name == "sqlite":
        for name in names:
            connection.execute(DropTable(Table(name, MetaData())))
    elif names:
        _drop_at_once(connection, names, is_marked_anew=RESTORING not in found)


def _drop_at_once(connection: Connection, names: Sequence[str], *, is_marked_anew: bool) -> None:
    """Drop tables of MariaDB in one statement: it takes hold of all before it drops the first."""
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text("SET SESSION foreign_key_checks=0"))
    try:
        connection.execute(text(f"DROP TABLE {', '.join(map(quote, names))}"))
    except DBAPIError as error:
        if is_marked_anew and is_replayed(error):
            connection.execute(DropTable(_mark))  # nothing has been done
        raise
    connection.execute(text("SET SESSION foreign_key_checks=1"))


def _referring(connection: Connection, ours: set[str]) -> set[str]:
    """Find the tables whose rows belong to ours, also by way of others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of kinds of columns that it does not know
        keys = inspect(connection).get_multi_foreign_keys()
    refers_to = {name: {one["referred_table"] for one in each} for (_, name), each in keys.items()}
    found: set[str] = set()
    while more := {name for name, to in refers_to.items() if to & (ours | found)} - found:
        found |= more
    return found


def _revision(connection: Connection, found: set[str]) -> str | None:
    """Read the revision of a schema of ours, also a newer program's; None for any other."""
    if not found >= _CORE:
        return None
    read: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSIONS}"))  # noqa: S608
    return read


def _is_unfinished(connection: Connection) -> bool:
    return RESTORING in inspect(connection).get_table_names()


def _made(connection: Connection, revision: str) -> list[TableKind]:
    """Make the schema of a revision; returns its tables, those that others refer to first."""
    _upgrade(connection, revision)
    return [each for each in list_tables(connection) if each.name != RESTORING]


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - it takes 11 MB and a sixth of a start

    command.upgrade(run_here(connection), revision)


def _tidy(connection: Connection, now: datetime) -> None:
    """End what only the past knew of: browsers' sessions, leases, runs under way."""
    connection.execute(delete(sessions))
    connection.execute(delete(leases))
    connection.execute(delete(settings_kv).where(settings_kv.c.name == "last_backup"))
    # What hid them is of the past, and VK may show them by now: whoever wants them hidden looks.
    link = product_links.c
    is_deleted = link.state == LinkState.DELETED.value
    act = case((is_deleted, Pending.DELETE.value), else_=Pending.HIDE.value)
    is_undecided = (link.written_is_hidden | is_deleted) & link.pending.is_(None)
    connection.execute(
        update(product_links).where(is_undecided).values(pending=act, pending_at=now)
    )
    # So with albums that we made: without a title it is in doubt how they stand.
    connection.execute(update(album_links).where(album_links.c.is_made).values(title=""))
    going_on = (RunStatus.QUEUED.value, RunStatus.RUNNING.value)
    connection.execute(update(runs).where(runs.c.status.in_(going_on)).values(interrupted(now)))
    done = Act(action="backup.restored", actor="command line", at=now)
    connection.execute(written(done))


def _by_name(tables: Sequence[TableKind]) -> dict[str, TableKind]:
    return {each.name: each for each in tables}


def _named(tables: Sequence[TableKind], name: str) -> TableKind:
    return _by_name(tables)[name]
