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
    column,
    delete,
    insert,
    inspect,
    select,
    table,
    text,
)

Rows = dict[str, list[dict[str, Any]]]

MOMENT = datetime(2026, 3, 4, 5, 6, 7, 891011)  # noqa: DTZ001 - as the columns hold it
VERSIONS = "alembic_version"


def fill(connection: Connection) -> Rows:
    """Add a row to every table; returns all rows of all tables."""
    for each in _tables(connection).sorted_tables:
        values = {
            one.name: _value(connection, one) for one in each.columns if not _is_numbered(one)
        }
        connection.execute(insert(each).values(values))
    return everything(connection)


def clear(connection: Connection) -> None:
    """Take all rows out of all tables but alembic's own."""
    for each in reversed(_tables(connection).sorted_tables):
        connection.execute(delete(each))


def everything(connection: Connection) -> Rows:
    """Return all rows of all tables but alembic's own, in the order of their keys.

    Values are as the driver gives them: to read the whole schema first takes longer.
    """
    keys = {name: key for (_, name), key in inspect(connection).get_multi_pk_constraint().items()}
    found: Rows = {}
    for name in sorted(keys.keys() - {VERSIONS}):
        order: list[Any] = [column(each) for each in keys[name]["constrained_columns"]]
        asked = select(text("*")).select_from(table(name)).order_by(*order)
        found[name] = [dict(row) for row in connection.execute(asked).mappings()]
    return found


def as_before(standing: Rows, rows: Rows) -> Rows:
    """Return the tables and columns that the earlier schema had."""
    return {
        name: [{each: row[each] for each in rows[name][0]} for row in standing[name]]
        for name in rows
    }


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != VERSIONS)
    return found


def _is_numbered(one: Column[Any]) -> bool:
    return one.name == "id" and one.primary_key


def _value(connection: Connection, one: Column[Any]) -> Any:
    for key in one.foreign_keys:
        return connection.scalar(select(key.column).order_by(key.column.desc()).limit(1))
    match one.type:
        case String():
            return "я" if one.type.length is None else f"я{one.name}"[: one.type.length]
        case DateTime():
            return MOMENT
        case LargeBinary():
            return b"\x89"
        case Boolean():
            return True
        case _:
            return 1
