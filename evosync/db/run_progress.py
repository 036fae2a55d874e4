"""Queries on how far a run has come, asked again and again while it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, union_all

from evosync.db.run_rows import KINDS, ChangeLine, Section
from evosync.db.tables.runs import run_changes, runs
from evosync.db.types import Tx
from evosync.engine.report import RunStatus

SENT = ("done", "failed", "uncertain")
"""Outcomes of what was sent; the others are of what waits, or was left."""

RECENT = 250
"""Of how many of the last changes the pace is told: ten full batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many changes were written down after the moment `since`."""

    since: datetime
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What a run that has not begun waits for: another run of its own, or a place."""

    own_run_id: int | None
    before: int
    going_on: int


async def count_outcomes(tx: Tx, run_id: int) -> Mapping[str, int]:
    """Count a run's changes by outcome; answered from an index alone."""
    columns = run_changes.c
    found = await tx.execute(
        select(columns.outcome, func.count().label("number"))
        .where(columns.run_id == run_id)
        .group_by(columns.outcome)
    )
    return {row.outcome: row.number for row in found}


async def find_pace(tx: Tx, run_id: int) -> Pace | None:
    """Look at the moments of the last changes; None while they are of one batch.

    A batch is written down at one moment: the oldest one only says from when
    on the others were sent.
    """
    columns = run_changes.c
    # Each part comes out of its index in the order of the rows, and is short.
    parts = [
        select(columns.created_at.label("created_at"))
        .where(columns.run_id == run_id, columns.outcome == outcome)
        .order_by(columns.id.desc())
        .limit(RECENT)
        .subquery()
        for outcome in SENT
    ]
    recent = union_all(*(select(part.c.created_at) for part in parts)).subquery()
    found = await tx.scalars(select(recent.c.created_at).order_by(recent.c.created_at.desc()))
    moments = list(found)[:RECENT]
    if not moments:
        return None
    later = sum(moment > moments[-1] for moment in moments)
    return Pace(since=moments[-1], number=later) if later else None


async def list_latest(tx: Tx, run_id: int, limit: int) -> list[ChangeLine]:
    """List what a run sent last, the latest first, a line each row: two of one product are two."""
    columns = run_changes.c
    rows: list[Row[Any]] = []
    for outcome in SENT:
        found = await tx.execute(
            select(run_changes)
            .where(columns.run_id == run_id, columns.outcome == outcome)
            .order_by(columns.id.desc())
            .limit(limit)
        )
        rows += found.all()
    rows.sort(key=lambda row: int(row.id), reverse=True)
    return [_line(row) for row in rows[:limit]]


async def find_queue(tx: Tx, run_id: int, user_id: int) -> Queue:
    """Look at what keeps a queued run from beginning."""
    columns = runs.c
    found = await tx.execute(
        select(columns.id, columns.user_id, columns.status)
        .where(columns.status.in_((RunStatus.QUEUED.value, RunStatus.RUNNING.value)))
        .order_by(columns.id)
    )
    rows = found.all()
    running = [row for row in rows if row.status == RunStatus.RUNNING.value]
    waiting = [row for row in rows if row.status == RunStatus.QUEUED.value and row.id < run_id]
    own = next((row.id for row in (*running, *waiting) if row.user_id == user_id), None)
    return Queue(own_run_id=own, before=len(waiting), going_on=len(running))


def _line(row: Row[Any]) -> ChangeLine:
    section = next((one for one, kinds in KINDS.items() if row.kind in kinds), Section.CHANGED)
    goods = len(row.changes["product_ids"][1]) if row.kind == "put_in_album" else 0
    return ChangeLine(
        section=section,
        kinds=frozenset({row.kind}),
        name=row.name,
        outcome=row.outcome,
        at=row.created_at,
        product_id=row.product_id,
        item_id=row.item_id,
        changes=row.changes,
        code=row.code,
        message=row.message,
        goods=goods,
    )
