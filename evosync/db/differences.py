"""A reading's rows compared with those that stand: only differences are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Executable, Select, Table, and_, bindparam, delete, select
from sqlalchemy.dialects import mysql, sqlite

from evosync.db.portions import portions, slices, streamed
from evosync.db.types import Tx

T = TypeVar("T")

Key = tuple[Any, ...]
"""A row's primary key without the part that the scope fixes."""

Values = tuple[Any, ...]
"""The values of the columns that a scope compares, in their order."""

Rows = Mapping[Key, Values]
"""Rows by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rows of a table that one reading is about, such as those of one user.

    `columns` are those that are compared, when any are.
    """

    table: Table[Any]
    fixed: Mapping[str, Any]
    columns: tuple[str, ...] = ()

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The primary key's columns that the scope does not fix, in the key's order."""
        names = (column.name for column in self.table.primary_key.columns)
        return tuple(name for name in names if name not in self.fixed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What is written, in key order; `rows` are those that are inserted or updated."""

    scope: Scope
    rows: Rows
    inserted: tuple[Key, ...]
    updated: tuple[Key, ...]
    deleted: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of all of them."""
        return (*self.inserted, *self.updated, *self.deleted)

    async def save(self, tx: Tx, now: datetime) -> None:
        """Write them.

        All is written in key order, so that two writers meet in the same
        order and never deadlock. They may have been found in a transaction
        before this one: a row that came meanwhile is overwritten, one that
        went comes again, and to delete what is gone does nothing. Where
        somebody wrote in between, the rows may so be a mixture of two
        readings, until the next one compares all of them again.
        """
        await _delete(tx, self.scope, self.deleted)
        columns = self.scope.columns
        async for keys in slices(sorted((*self.updated, *self.inserted))):
            rows = {key: dict(zip(columns, self.rows[key], strict=True)) for key in keys}
            await _save_portion(tx, self.scope, rows, now)


async def load_rows(tx: Tx, scope: Scope) -> Rows:
    """Load the standing rows of a scope."""
    found, many = await tx.execute(_standing(scope)), len(scope.key_columns)
    return {row[:many]: row[many:] async for portion in portions(found) for row in portion}


async def find_differences(
    tx: Tx,
    scope: Scope,
    read: Mapping[Key, T],
    make_row: Callable[[T, Values | None], Values],
    is_kept: Callable[[Key], bool] = lambda _key: False,
) -> Differences:
    """Compare what was read with the standing rows as they come; none is held but what differs.

    `make_row` makes the row of what was read, given the one that stands.
    Standing rows that were not read go, unless `is_kept`.
    """
    many = len(scope.key_columns)
    new = set(read)
    rows: dict[Key, Values] = {}
    deleted: list[Key] = []
    async for portion in streamed(tx, _standing(scope)):
        for row in portion:
            key, stands = row[:many], row[many:]
            if key not in read:
                if not is_kept(key):
                    deleted.append(key)
                continue
            new.discard(key)
            wanted = make_row(read[key], stands)
            if wanted != stands:
                rows[key] = wanted
    updated = tuple(sorted(rows))
    inserted = tuple(sorted(new))
    async for keys in slices(inserted):
        rows |= {key: make_row(read[key], None) for key in keys}
    return Differences(
        scope=scope, rows=rows, inserted=inserted, updated=updated, deleted=tuple(sorted(deleted))
    )


async def write_differences(
    tx: Tx,
    scope: Scope,
    standing: Rows,
    wanted: Rows,
    now: datetime,
    is_kept: Callable[[Key], bool] = lambda _key: False,
) -> Differences:
    """Make the standing rows equal to the wanted ones; equal rows are not touched.

    Standing rows that are not wanted go, unless `is_kept`.
    """
    updated = [
        key
        async for portion in slices(list(wanted))
        for key in portion
        if key in standing and wanted[key] != standing[key]
    ]
    found = Differences(
        scope=scope,
        rows=wanted,
        inserted=tuple(sorted(wanted.keys() - standing.keys())),
        updated=tuple(sorted(updated)),
        deleted=tuple(sorted(key for key in standing.keys() - wanted.keys() if not is_kept(key))),
    )
    await found.save(tx, now)
    return found


def _standing(scope: Scope) -> Select[Any]:
    table = scope.table
    return select(*(table.c[name] for name in (*scope.key_columns, *scope.columns))).where(
        *(table.c[name] == value for name, value in scope.fixed.items())
    )


async def _delete(tx: Tx, scope: Scope, keys: tuple[Key, ...]) -> None:
    if keys:
        await tx.execute(
            delete(scope.table).where(_is_row(scope)),
            [
                {f"key_{name}": value for name, value in zip(scope.key_columns, key, strict=True)}
                for key in keys
            ],
        )


async def save_rows(
    tx: Tx, scope: Scope, rows: Mapping[Key, Mapping[str, Any]], now: datetime
) -> None:
    """Insert rows of the same columns, or overwrite those that stand.

    In many rows a statement, unlike UPDATE.
    """
    async for portion in slices(list(rows.items())):
        await _save_portion(tx, scope, dict(portion), now)


async def _save_portion(
    tx: Tx, scope: Scope, rows: Mapping[Key, Mapping[str, Any]], now: datetime
) -> None:
    columns = (*next(iter(rows.values())), "updated_at")
    born: dict[str, Any] = {**scope.fixed, "updated_at": now}
    if "first_seen_at" in scope.table.c:
        born["first_seen_at"] = now
    statement, keys = _upsert(tx, scope.table, columns), scope.key_columns
    values = [{**born, **dict(zip(keys, key, strict=True)), **row} for key, row in rows.items()]
    await tx.execute(statement, values)


def _upsert(tx: Tx, table: Table[Any], columns: tuple[str, ...]) -> Executable:
    if tx.dialect.name == "sqlite":
        new = sqlite.insert(table)
        return new.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: new.excluded[name] for name in columns},
        )
    rows = mysql.insert(table)
    return rows.on_duplicate_key_update({name: rows.inserted[name] for name in columns})


def _is_row(scope: Scope) -> Any:
    columns = scope.table.c
    return and_(
        *(columns[name] == value for name, value in scope.fixed.items()),
        *(columns[name] == bindparam(f"key_{name}") for name in scope.key_columns),
    )
