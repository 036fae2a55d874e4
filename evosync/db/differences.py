"""A reading's rows compared in memory with those that stand: only differences are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Table, and_, bindparam, delete, select
from sqlalchemy.dialects import mysql, sqlite

from evosync.db.portions import portions, slices
from evosync.db.types import Tx

Key = tuple[Any, ...]
"""A row's primary key without the part that the scope fixes."""

Rows = Mapping[Key, tuple[Any, ...]]
"""Rows by key: the values of the columns that a scope compares, in their order."""


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
    """What was written, in key order."""

    inserted: tuple[Key, ...]
    updated: tuple[Key, ...]
    deleted: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of all of them."""
        return (*self.inserted, *self.updated, *self.deleted)


async def load_rows(tx: Tx, scope: Scope) -> Rows:
    """Load the standing rows of a scope."""
    table, keys = scope.table, scope.key_columns
    found = await tx.execute(
        select(*(table.c[name] for name in (*keys, *scope.columns))).where(
            *(table.c[name] == value for name, value in scope.fixed.items())
        )
    )
    many = len(keys)
    return {row[:many]: row[many:] async for portion in portions(found) for row in portion}


async def write_differences(
    tx: Tx,
    scope: Scope,
    standing: Rows,
    wanted: Rows,
    now: datetime,
    is_kept: Callable[[Key], bool] = lambda _key: False,
) -> Differences:
    """Make the standing rows equal to the wanted ones; equal rows are not touched.

    Standing rows that are not wanted go, unless `is_kept`. All is written in
    key order, so that two writers meet in the same order and never deadlock.
    """
    updated = [
        key
        async for portion in slices(list(wanted))
        for key in portion
        if key in standing and wanted[key] != standing[key]
    ]
    found = Differences(
        inserted=tuple(sorted(wanted.keys() - standing.keys())),
        updated=tuple(sorted(updated)),
        deleted=tuple(sorted(key for key in standing.keys() - wanted.keys() if not is_kept(key))),
    )
    await _delete(tx, scope, found.deleted)
    changed = sorted((*found.updated, *found.inserted))
    rows = {key: dict(zip(scope.columns, wanted[key], strict=True)) for key in changed}
    await save_rows(tx, scope, rows, now)
    return found


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
    if not rows:
        return
    columns = (*next(iter(rows.values())), "updated_at")
    born: dict[str, Any] = {**scope.fixed, "updated_at": now}
    if "first_seen_at" in scope.table.c:
        born["first_seen_at"] = now
    statement, keys = _upsert(tx, scope.table, columns), scope.key_columns
    async for portion in slices(list(rows.items())):
        values = [{**born, **dict(zip(keys, key, strict=True)), **row} for key, row in portion]
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
