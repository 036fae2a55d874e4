"""Queries on the plans of previews, kept as rows: what a page shows and a run may keep to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from evosync.db.change_rows import planned_row
from evosync.db.runs import RunKind
from evosync.db.tables.runs import run_changes, runs
from evosync.db.types import Tx
from evosync.engine.changes import Change
from evosync.engine.held import Divided
from evosync.engine.shown import Shown, prints_of

PLANNED, HELD, LEFT, PUT_OFF = "planned", "held", "left", "put_off"
"""What is to become of a change that was not sent.

It goes, waits for a yes, stays undone, or waits along with what waits.
"""

CHUNK = 1000  # rows a statement


def plan_rows(divided: Divided, *, is_dry: bool) -> list[dict[str, Any]]:
    """Make the rows of what a run did not send: of a dry run all, else only what waits."""
    parts: list[tuple[str, Iterable[Change]]] = [
        (HELD, divided.held.changes if divided.held else ())
    ]
    if is_dry:
        parts = [
            (PLANNED, divided.go),
            *parts,
            (LEFT, divided.left.changes if divided.left else ()),
            (PUT_OFF, divided.put_off),
        ]
    return [
        planned_row(change, outcome) | {"prints": prints_of(change) if is_dry else None}
        for outcome, changes in parts
        for change in changes
    ]


async def save_plan_rows(
    tx: Tx, run_id: int, user_id: int, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Write the rows of a plan, or a part of them."""
    if rows:
        fixed = {"run_id": run_id, "user_id": user_id, "created_at": now}
        await tx.execute(insert(run_changes), [fixed | row for row in rows])


async def find_shown(tx: Tx, user_id: int, preview_id: int) -> Shown | None:
    """Recall what a preview showed; None when its rows are kept no more, or it is no such run."""
    changes = run_changes.c
    found = await tx.scalar(
        select(runs.c.id).where(
            runs.c.id == preview_id,
            runs.c.user_id == user_id,
            runs.c.kind == RunKind.PREVIEW.value,
            runs.c.finished_at.is_not(None),
        )
    )
    if found is None or preview_id != await _latest_kept(tx, user_id):
        return None
    rows = (
        await tx.execute(
            select(changes.prints, changes.kind, changes.name, changes.changes).where(
                changes.run_id == preview_id, changes.prints.is_not(None)
            )
        )
    ).all()
    return Shown(
        prints=frozenset(one for row in rows for one in row.prints),
        placed=frozenset(
            (row.name, product_id)
            for row in rows
            if row.kind == "put_in_album"
            for product_id in row.changes["product_ids"][1]
        ),
    )


async def forget_older(tx: Tx, user_id: int, keep: int) -> None:
    """Drop the rows of the previews before this one: nobody can agree to them any more."""
    older = select(runs.c.id).where(
        runs.c.user_id == user_id, runs.c.kind == RunKind.PREVIEW.value, runs.c.id < keep
    )
    await tx.execute(
        delete(run_changes).where(run_changes.c.run_id.in_(list(await tx.scalars(older))))
    )


async def forget_asked_before(tx: Tx, run_id: int) -> None:
    """Drop what the run before held, where this one asks the same: it is kept once.

    A question that nobody answers is asked at every round.
    """
    run = (await tx.execute(select(runs).where(runs.c.id == run_id))).one()
    before = (
        await tx.execute(
            select(runs)
            .where(runs.c.user_id == run.user_id, runs.c.kind == run.kind, runs.c.id < run_id)
            .order_by(runs.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    if before is None or before.digest is None or before.digest != run.digest:
        return
    await tx.execute(
        delete(run_changes).where(
            run_changes.c.run_id == before.id, run_changes.c.outcome.in_((HELD, LEFT))
        )
    )
    held = dict(before.held) | {"members": []}
    await tx.execute(update(runs).where(runs.c.id == before.id).values(held=held))


async def _latest_kept(tx: Tx, user_id: int) -> int | None:
    """Return the latest preview that ended: the rows of those before it are gone."""
    latest: int | None = await tx.scalar(
        select(runs.c.id)
        .where(
            runs.c.user_id == user_id,
            runs.c.kind == RunKind.PREVIEW.value,
            runs.c.finished_at.is_not(None),
        )
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    return latest
