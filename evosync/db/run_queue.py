"""Queries on runs that wait for their turn or go on: asked for, told of, picked up again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from evosync.db.leases import Holder, database_now, is_dead
from evosync.db.runs import Run, RunKind, RunTrigger, interrupted, run_of
from evosync.db.tables.runs import leases, runs
from evosync.db.types import Tx, new_id
from evosync.engine.report import RunStatus, status_of
from evosync.errors import EvoSyncError


async def ask_for_run(
    tx: Tx,
    user_id: int,
    kind: RunKind,
    now: datetime,
    *,
    asked_by: int | None = None,
    preview_id: int | None = None,
) -> Run:
    """Queue a run that somebody pressed a button for, and return it.

    The same wish, asked for again while it still waits, is one run.
    """
    columns = runs.c
    standing = await tx.scalar(
        select(columns.id)
        .where(
            columns.user_id == user_id,
            columns.status == RunStatus.QUEUED.value,
            columns.kind == kind.value,
            columns.preview_id.is_not_distinct_from(preview_id),
        )
        .order_by(columns.id)
        .limit(1)
    )
    if standing is None:
        made = await tx.execute(
            insert(runs).values(
                user_id=user_id,
                kind=kind.value,
                trigger=RunTrigger.BUTTON.value,
                status=RunStatus.QUEUED.value,
                asked_by=asked_by,
                preview_id=preview_id,
                counts={},
                queued_at=now,
            )
        )
        standing = new_id(made)
    return run_of((await tx.execute(select(runs).where(columns.id == standing))).one())


async def end_unbegun(tx: Tx, run_id: int, error: EvoSyncError, now: datetime) -> None:
    """End a run that could not begin, and say why.

    Whoever has switched the mirror off meanwhile has nothing to mend.
    """
    is_off = error.code in {"sync_off", "never_confirmed"}
    status = RunStatus.CANCELLED if is_off else status_of(error)
    await tx.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED.value)
        .values(
            status=status.value,
            finished_at=now,
            error_code=error.code,
            error_text=error.message,
        )
    )


async def end_cut(tx: Tx, run_id: int, now: datetime) -> None:
    """End a run that was broken off before it could write down how it ended."""
    await tx.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.status == RunStatus.RUNNING.value)
        .values(**interrupted(now))
    )


async def end_waiting(tx: Tx, user_id: int, now: datetime) -> None:
    """Cancel what a user asked for and has not begun."""
    await tx.execute(
        update(runs)
        .where(runs.c.user_id == user_id, runs.c.status == RunStatus.QUEUED.value)
        .values(status=RunStatus.CANCELLED.value, cancel_asked_at=now, finished_at=now)
    )


async def list_queued(tx: Tx) -> list[Run]:
    """List the runs of everybody that wait for their turn, the oldest first."""
    found = await tx.execute(
        select(runs)
        .where(runs.c.status == RunStatus.QUEUED.value)
        .order_by(runs.c.queued_at, runs.c.id)
    )
    return [run_of(row) for row in found]


async def note_stage(tx: Tx, run_id: int, stage: str, planned: int | None) -> None:
    """Write down how far a run has come, for whoever looks on."""
    values = {"stage": stage} if planned is None else {"stage": stage, "planned": planned}
    await tx.execute(update(runs).where(runs.c.id == run_id).values(values))


async def end_orphans(tx: Tx, now: datetime) -> int:
    """End the runs that nobody carries out any more: their process died, and its lease with it.

    Returns how many were ended.
    """
    moment = await database_now(tx)
    found = await tx.execute(
        select(runs.c.id, leases)
        .outerjoin(leases, leases.c.token == runs.c.worker)
        .where(runs.c.status == RunStatus.RUNNING.value)
    )
    dead = [row.id for row in found.all() if not _is_held(row, moment)]
    for run_id in dead:
        await tx.execute(update(runs).where(runs.c.id == run_id).values(**interrupted(now)))
    return len(dead)


def _is_held(row: Row[Any], moment: datetime) -> bool:
    if row.name is None or row.expires_at <= moment:
        return False
    return not is_dead(
        Holder(token=row.token, host=row.host, pid=row.pid, process_started=row.process_started)
    )
