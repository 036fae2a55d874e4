"""All that a database holds, and how to bring it back to that: for who asks again and again."""

import sqlite3
from contextlib import closing
from typing import Any

from sqlalchemy import Executable, delete, insert, select
from sqlalchemy.dialects import sqlite

from evosync.db.engine import Database
from evosync.db.schema import metadata

LOG = "api_logs"
"""Tells of what did nothing, too, and a while later."""

Rows = dict[str, list[dict[str, Any]]]
_NAMED = sqlite.dialect(paramstyle="named")
_TABLES = {table.name: table for table in metadata.sorted_tables if table.name != LOG}


def _written_out(statement: Executable) -> str:
    return str(statement.compile(dialect=_NAMED))  # type: ignore[attr-defined]


_READ = {name: _written_out(select(table)) for name, table in _TABLES.items()}
_EMPTY = {table.name: _written_out(delete(table)) for table in metadata.sorted_tables}
_ADD = {name: _written_out(insert(table)) for name, table in _TABLES.items()}


async def read_rows(database: Database) -> Rows:
    """Read all rows but those of the log; those of SQLite as the file has them."""
    if not database.is_sqlite:
        return await read_values(database)
    with closing(_open(database)) as file:
        return _rows_of(file)


async def read_values(database: Database) -> Rows:
    """Read all rows but those of the log, with values as the queries give them."""
    async with database.read() as tx:
        return {
            name: [dict(row) for row in (await tx.execute(select(table))).mappings()]
            for name, table in _TABLES.items()
        }


def write_rows(database: Database, rows: Rows) -> None:
    """Let a SQLite database hold just these rows, as they were read from it before."""
    with closing(_open(database)) as file:
        file.execute("BEGIN IMMEDIATE")
        stands = _rows_of(file)
        changed = [name for name in _TABLES if stands[name] != rows[name]]
        for name in (LOG, *changed):
            file.execute(_EMPTY[name])
        for name in changed:
            file.executemany(_ADD[name], rows[name])
        file.execute("COMMIT")


def _open(database: Database) -> sqlite3.Connection:
    """Open a connection of one's own: to ask for all tables takes the engine ten times as long."""
    path = database.engine.url.database
    assert database.is_sqlite
    assert path is not None
    file = sqlite3.connect(path, isolation_level=None)
    file.row_factory = sqlite3.Row
    return file


def _rows_of(file: sqlite3.Connection) -> Rows:
    return {name: [dict(row) for row in file.execute(query)] for name, query in _READ.items()}
