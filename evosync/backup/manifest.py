"""What a backup says of itself: made when, by what, of which tables, with which checksums."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from evosync.db.row_kinds import ColumnKind, TableKind

FORMAT = 1
MANIFEST = "manifest.json"
KEYS = "sealing-keys.json"

_Name = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_]{0,63}\Z")]
_Kind = Annotated[
    str, Meta(pattern=r"^(integer|boolean|text|moment|bytes|decimal\(\d{1,2},\d{1,2}\))\Z")
]


class Column(msgspec.Struct, frozen=True):
    """A column's name and its kind (evosync.db.row_kinds)."""

    name: _Name
    kind: _Kind


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A table in the file: a row a line, each an array of values in the order of the columns.

    `size_bytes` and `sha256` are of the part as it is unpacked.
    """

    table: _Name
    columns: tuple[Column, ...]
    rows: int
    size_bytes: int
    sha256: str

    @property
    def kind(self) -> TableKind:
        """The table as the database's side has it."""
        return TableKind(
            self.table, tuple(ColumnKind(each.name, each.kind) for each in self.columns)
        )


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that is read of a backup, and the last that is written.

    `key_ids` tell by which keys tokens are sealed, and nothing else of them,
    the newest first; `keys_sha256` is of the keys themselves, where the file
    is under a passphrase and holds them. Tables that others refer to come first.
    """

    format: int
    program: str
    made_at: datetime
    revision: str
    database: Literal["sqlite", "mariadb"]
    key_ids: tuple[str, ...]
    keys_sha256: str | None
    tables: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(each.rows for each in self.tables)


class Version(msgspec.Struct):
    """What a manifest of any format has."""

    format: int
    program: str = ""


def part_name(table: str) -> str:
    """Name the part that holds a table's rows."""
    return f"tables/{table}.jsonl"
