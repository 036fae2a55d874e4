"""Queries behind the pages of the catalog: counts, and when it was read; each one for all rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select, true

from evosync.db.runs import RunKind
from evosync.db.selection import SwitchKind
from evosync.db.tables.catalog import cached_groups, cached_products, cached_stores
from evosync.db.tables.runs import runs
from evosync.db.tables.sync import sync_configs, sync_filters
from evosync.db.types import Tx
from evosync.engine.report import RunStatus

Parent = tuple[str, str | None]
"""A store's id, and that of the group that products name as theirs: plain or a modification's."""

_HAS_READ = tuple(status.value for status in (RunStatus.DONE, RunStatus.PARTIAL, RunStatus.HELD))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A group that appeared after the first reading and that nobody has decided on yet."""

    store_id: str
    group_id: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReading:
    """What the last runs that read the till say.

    `read_at` is when one did last, None when none ever did. `run_id` is one
    that is to read or reads now, with its `stage`; `trouble` is the sentence of
    the last reading, when it was asked for by a button and came to nothing.
    """

    read_at: datetime | None = None
    run_id: int | None = None
    stage: str | None = None
    trouble: str | None = None


async def count_products(tx: Tx, user_id: int, store_id: str | None = None) -> Mapping[Parent, int]:
    """Count the products by the groups that they name, in one store or in all."""
    rows = cached_products.c
    found = await tx.execute(
        select(rows.store_id, rows.parent_id, func.count())
        .where(rows.user_id == user_id, _only(rows.store_id, store_id))
        .group_by(rows.store_id, rows.parent_id)
    )
    return {(each, parent_id): number for each, parent_id, number in found}


async def count_switched_off(
    tx: Tx, user_id: int, store_id: str | None = None
) -> Mapping[Parent, int]:
    """Count the listed products that are switched off one by one, as `count_products` does."""
    rows, filters = cached_products.c, sync_filters.c
    found = await tx.execute(
        select(rows.store_id, rows.parent_id, func.count())
        .select_from(sync_filters)
        .join(
            cached_products,
            and_(
                rows.user_id == filters.user_id,
                rows.store_id == filters.store_id,
                rows.product_id == filters.entity_id,
            ),
        )
        .where(
            filters.user_id == user_id,
            filters.kind == SwitchKind.PRODUCT.value,
            _only(filters.store_id, store_id),
        )
        .group_by(rows.store_id, rows.parent_id)
    )
    return {(each, parent_id): number for each, parent_id, number in found}


async def count_namesakes(tx: Tx, user_id: int, main_id: str) -> Mapping[str, int]:
    """Count, by store, the products whose name the main store has too."""
    rows, main = cached_products.c, cached_products.alias().c
    is_there = exists().where(
        main.user_id == rows.user_id,
        main.store_id == main_id,
        main.name_folded == rows.name_folded,
    )
    found = await tx.execute(
        select(rows.store_id, func.count())
        .where(rows.user_id == user_id, rows.store_id != main_id, is_there)
        .group_by(rows.store_id)
    )
    return {row[0]: row[1] for row in found}


async def list_new_groups(tx: Tx, user_id: int, store_id: str | None = None) -> list[NewGroup]:
    """List the plain groups that are still new."""
    rows = cached_groups.c
    found = await tx.execute(
        select(rows.store_id, rows.group_id, rows.first_seen_at).where(
            rows.user_id == user_id,
            _only(rows.store_id, store_id),
            rows.is_new,
            rows.attributes.is_(None),
        )
    )
    return [
        NewGroup(store_id=row.store_id, group_id=row.group_id, first_seen_at=row.first_seen_at)
        for row in found
    ]


async def find_last_reading(tx: Tx, user_id: int) -> LastReading:
    """Tell when the till was read, and whether it is being read now."""
    rows = runs.c
    latest = select(runs).where(rows.user_id == user_id).order_by(rows.queued_at.desc())
    good = await tx.scalar(
        latest.with_only_columns(rows.finished_at)
        .where(rows.finished_at.is_not(None), rows.status.in_(_HAS_READ))
        .limit(1)
    )
    # A reading that the command line made leaves no run behind, but what it changed.
    seen = await tx.scalar(
        select(func.max(cached_stores.c.updated_at)).where(cached_stores.c.user_id == user_id)
    )
    found = await tx.execute(latest.where(rows.kind == RunKind.READING.value).limit(1))
    reading = found.one_or_none()
    is_going_on = reading is not None and reading.finished_at is None
    return LastReading(
        read_at=None if seen is None else max(seen, good or seen),
        run_id=reading.id if reading is not None and is_going_on else None,
        stage=reading.stage if reading is not None and is_going_on else None,
        trouble=None if reading is None or is_going_on else reading.error_text,
    )


async def has_unsent(tx: Tx, user_id: int) -> bool:
    """Tell whether switches or settings changed since the last mirroring came to its end.

    What changed while it went on was its own doing, or made it begin anew.
    Only of a mirror that is on, wholly, and confirmed: nothing else sends anything.
    """
    config = sync_configs.c
    changed_at = await tx.scalar(
        select(config.updated_at).where(
            config.user_id == user_id,
            config.enabled,
            config.mirror,
            config.confirmed_at.is_not(None),
        )
    )
    if changed_at is None:
        return False
    ended_at = await tx.scalar(
        select(runs.c.finished_at)
        .where(
            runs.c.user_id == user_id,
            runs.c.kind == RunKind.MIRROR.value,
            runs.c.finished_at.is_not(None),
            runs.c.status.in_(_HAS_READ),
        )
        .order_by(runs.c.queued_at.desc())
        .limit(1)
    )
    return ended_at is None or ended_at < changed_at


def _only(column: Any, store_id: str | None) -> ColumnElement[bool]:
    return true() if store_id is None else column == store_id
