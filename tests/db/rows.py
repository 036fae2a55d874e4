"""A row for every table, made from what the database itself says of its columns."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    insert,
    select,
)

Rows = dict[str, list[dict[str, Any]]]

MOMENT = datetime(2026, 3, 4, 5, 6, 7, 891011)  # noqa: DTZ001 - as the columns hold it
VERSIONS = "alembic_version"


def fill(connection: Connection) -> Rows:
    """Add a row to every table; returns all rows of all tables."""
    for table in _tables(connection).sorted_tables:
        values = {
            column.name: _value(connection, column)
            for column in table.columns
            if not _is_numbered(column)
        }
        connection.execute(insert(table).values(values))
    return everything(connection)


def everything(connection: Connection) -> Rows:
    """Return all rows of all tables but alembic's own, in the order of their keys."""
    return {
        table.name: [
            dict(row._mapping)
            for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in _tables(connection).sorted_tables
    }


def as_before(standing: Rows, rows: Rows) -> Rows:
    """Return the tables and columns that the earlier schema had."""
    return {
        name: [{column: row[column] for column in rows[name][0]} for row in standing[name]]
        for name in rows
    }


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != VERSIONS)
    return found


def _is_numbered(column: Column[Any]) -> bool:
    return column.name == "id" and column.primary_key


def _value(connection: Connection, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return connection.scalar(select(key.column).order_by(key.column.desc()).limit(1))
    match column.type:
        case String():
            return "я" if column.type.length is None else f"я{column.name}"[: column.type.length]
        case DateTime():
            return MOMENT
        case LargeBinary():
            return b"\x89"
        case Boolean():
            return True
        case _:
            return 1
