"""Rows for every table, made from what the database itself says of its columns."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    column,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.dialects.mysql import MEDIUMBLOB, TINYINT

Rows = dict[str, list[dict[str, Any]]]

MOMENT = datetime(2026, 3, 4, 5, 6, 7, 891011)  # noqa: DTZ001 - as the columns hold it
VERSIONS = "alembic_version"

POT = "\N{TEAPOT}"  # four bytes in UTF-8, which not every character set of MariaDB has
LONG_TEXT = 3_000  # letters, of a text without a length
MOST = {"BIGINT": 2**63 - 1, "SMALLINT": 2**15 - 1}  # of whole numbers; others have 32 bits

# What the program reads of everybody's rows, and takes no other text for.
KNOWN = {("users", "status"): "active", ("runs", "status"): "done"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Odd:
    """The one of so many rows that is made; `serial` is of no other row.

    It has everything; or nothing that may be missing; or the most that fits.
    """

    number: int
    serial: int
    count: int

    @property
    def is_bare(self) -> bool:
        return self.number == 1

    @property
    def is_long(self) -> bool:
        return self.number == 2


def fill(connection: Connection, before: Rows | None = None, count: int = 1) -> Rows:
    """Add rows, up to three, to every table that has other columns than those of `before`.

    The tables that they refer to get rows, too. Returns all rows of all tables.
    """
    tables = _tables(connection).sorted_tables
    wanted = {each.name for each in tables if _is_changed(each, before or {})}
    for each in reversed(tables):
        if each.name in wanted:
            wanted |= {key.column.table.name for key in each.foreign_keys}
    for each in tables:
        if each.name in wanted:
            _add_rows(connection, each, count)
    return everything(connection)


def _is_changed(each: Table, before: Rows) -> bool:
    rows = before.get(each.name)
    return not rows or set(rows[0]) != set(each.columns.keys())


def _add_rows(connection: Connection, each: Table, count: int) -> None:
    standing = connection.execute(select(text("count(*)")).select_from(each)).scalar_one()
    for number in range(count):
        odd = _Odd(number=number, serial=standing + number + 1, count=count)
        values = {
            one.name: _value(connection, one, odd) for one in each.columns if not _is_numbered(one)
        }
        connection.execute(insert(each).values(values))


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


def list_changed(standing: Rows, rows: Rows) -> list[str]:
    """List the tables and columns of the earlier `rows` that do not stand as they did."""
    changed = []
    for name, before in rows.items():
        now = standing.get(name, [])
        changed += [f"{name}: {len(now)} rows of {len(before)}"] * (len(now) != len(before))
        for one in before[0] if before else ():
            was, is_now = ([row.get(one) for row in each] for each in (before, now))
            changed += [f"{name}.{one}"] * (was != is_now)
    return changed


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != VERSIONS)
    return found


def _is_numbered(one: Column[Any]) -> bool:
    return one.name == "id" and one.primary_key


def _value(connection: Connection, one: Column[Any], odd: _Odd) -> Any:
    for key in one.foreign_keys:
        # The rows that were added last are one for each.
        last = select(key.column).order_by(key.column.desc())
        return connection.scalar(last.offset(odd.count - 1 - odd.number).limit(1))
    if odd.is_bare and one.nullable:
        return None
    if known := KNOWN.get((one.table.name, one.name)):
        return known
    return _text(one, odd) if isinstance(one.type, String) else _plain(one, odd)


def _plain(one: Column[Any], odd: _Odd) -> Any:
    """Make what is no text."""
    match one.type:
        case DateTime():
            return MOMENT
        case LargeBinary() | MEDIUMBLOB():  # as MariaDB calls it
            return b"\x89"
        case Boolean() | TINYINT():
            return odd.is_long
        case Numeric():
            return odd.serial + Decimal(1).scaleb(-(one.type.scale or 0))
        case _ if odd.is_long:
            return MOST.get(one.type.__visit_name__, 2**31 - 1) - odd.serial
        case _:
            return odd.serial


def _text(one: Column[Any], odd: _Odd) -> str:
    """Make a text that no other row has: a short one, or one as long as can be."""
    assert isinstance(one.type, String)
    most = one.type.length or LONG_TEXT
    if not odd.is_long:
        return f"{odd.serial}я"[:most]
    return f"{odd.serial}{one.name} {POT}".ljust(most, "ё")[:most]
