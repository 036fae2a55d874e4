"""What kinds of values a database's columns hold, read from the database itself: rows can move."""

import types
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    String,
    TableClause,
    Text,
    column,
    inspect,
    select,
    table,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from evosync.db.schema import metadata
from evosync.db.types import Exact, Moment

VERSIONS = "alembic_version"  # alembic's own table; no rows of ours

# SQLite keeps exact decimals as whole numbers and does not tell; no revision has changed one.
_EXACT = {
    (each.name, one.name): one.type
    for each in metadata.tables.values()
    for one in each.columns
    if isinstance(one.type, Exact)
}

# Of 64 bits with a sign, as both databases have them.
_Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
_Moment = Annotated[datetime, Meta(tz=True)]

_PLAIN: dict[str, tuple[TypeEngine[Any], Any]] = {
    "integer": (BigInteger(), _Whole),
    "boolean": (Boolean(create_constraint=False), bool),
    "text": (Text(), str),
    "moment": (Moment(), _Moment),
    "bytes": (LargeBinary(), bytes),
}

# What a database says of its columns, the narrower types first.
_REFLECTED: tuple[tuple[str, tuple[type[TypeEngine[Any]], ...]], ...] = (
    ("boolean", (Boolean,)),
    ("integer", (Integer,)),
    ("moment", (DateTime,)),
    ("bytes", (LargeBinary, mysql.MEDIUMBLOB)),
    ("text", (String,)),
)


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """A column's name and kind: integer, boolean, text, moment, bytes or decimal(digits,places)."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TableKind:
    """A table's name and its columns, in their order."""

    name: str
    columns: tuple[ColumnKind, ...]

    @property
    def has_files(self) -> bool:
        """Whether a single row may weigh megabytes."""
        return any(each.kind == "bytes" for each in self.columns)

    @property
    def row_shape(self) -> Any:
        """The type of one row: a tuple, NULL being None; moments are aware, numbers fit 64 bits."""
        return types.GenericAlias(tuple, tuple(_shape_of(one.kind) | None for one in self.columns))

    def clause(self) -> TableClause:
        """The table for statements, which bind and read values by these kinds."""
        return table(
            self.name, *(column(each.name, _type_of(self.name, each)) for each in self.columns)
        )

    def everything(self) -> Select[Any]:
        """All its rows."""
        return select(*self.clause().columns)


def list_tables(connection: Connection) -> list[TableKind]:
    """List the tables of ours but alembic's own, those that others refer to first.

    That order is today's: no revision has turned round what refers to what.
    Another program's tables are not even looked at: who knows what they hold.
    """
    found = inspect(connection)
    order = {each.name: place for place, each in enumerate(metadata.sorted_tables)}
    names = sorted(
        (each for each in found.get_table_names() if each in order), key=order.__getitem__
    )
    columns = {
        name: each for (_, name), each in found.get_multi_columns(filter_names=names).items()
    }
    return [
        TableKind(
            name,
            tuple(ColumnKind(one["name"], _kind_of(name, one)) for one in columns[name]),
        )
        for name in names
    ]


def weight_of(rows: Sequence[Sequence[Any]]) -> int:
    """Weigh the texts and bytes of rows, in characters."""
    return sum(len(each) for row in rows for each in row if isinstance(each, str | bytes))


def _kind_of(name: str, one: Any) -> str:
    given = _EXACT.get((name, one["name"]), one["type"])
    if isinstance(given, mysql.TINYINT) and given.display_width == 1:
        return "boolean"
    # What both databases call exact, SQLite only by our word.
    if isinstance(given, Exact) or (isinstance(given, Numeric) and given.asdecimal):
        return f"decimal({given.precision},{given.scale})"
    for kind, those in _REFLECTED:
        if isinstance(given, those):
            return kind
    raise TypeError(f"{name}.{one['name']}: no kind for {given!r}")


def _type_of(name: str, one: ColumnKind) -> TypeEngine[Any]:
    if one.kind in _PLAIN:
        return _PLAIN[one.kind][0]
    return _EXACT[(name, one.name)]


def _shape_of(kind: str) -> Any:
    return _PLAIN[kind][1] if kind in _PLAIN else Decimal
