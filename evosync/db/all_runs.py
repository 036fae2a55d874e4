"""Queries on the runs of everybody, for whoever runs the service."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true

from evosync.db.run_list import FITS, RunFilter
from evosync.db.run_progress import SENT
from evosync.db.runs import Run, run_of
from evosync.db.tables.accounts import users
from evosync.db.tables.runs import run_changes, runs
from evosync.db.types import Tx
from evosync.engine.report import RunStatus

LAST = 200
"""How many runs are shown."""

LOOKED_THROUGH = 2000
"""Among how many of the last runs a filter looks: none reads the whole table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedRun:
    """A run, and whose it is; `sent` is how many of its changes were sent so far."""

    run: Run
    owner: str
    sent: int = 0


async def list_active(tx: Tx) -> list[OwnedRun]:
    """List the runs that go on or wait for their turn, the oldest first."""
    columns = runs.c
    found = await tx.execute(
        select(runs, _OWNER)
        .join(users, users.c.id == columns.user_id)
        .where(columns.status.in_((RunStatus.RUNNING.value, RunStatus.QUEUED.value)))
        .order_by(columns.status.desc(), columns.queued_at, columns.id)
    )
    rows = found.all()
    going_on = [row.id for row in rows if row.status == RunStatus.RUNNING.value]
    counted = await tx.execute(
        select(run_changes.c.run_id, func.count().label("number"))
        .where(run_changes.c.run_id.in_(going_on), run_changes.c.outcome.in_(SENT))
        .group_by(run_changes.c.run_id)
    )
    sent = {row.run_id: row.number for row in counted}
    return [OwnedRun(run=run_of(row), owner=row.owner, sent=sent.get(row.id, 0)) for row in rows]


async def list_last(
    tx: Tx, wanted: RunFilter | None = None, user_id: int | None = None
) -> list[OwnedRun]:
    """List the last runs that have ended, of everybody or of one user, the latest first."""
    columns = runs.c
    newest = await tx.scalar(select(func.max(columns.id))) or 0
    whose: ColumnElement[bool] = (
        columns.id > newest - LOOKED_THROUGH if user_id is None else columns.user_id == user_id
    )
    found = await tx.execute(
        select(runs, _OWNER)
        .join(users, users.c.id == columns.user_id)
        .where(whose, columns.finished_at.is_not(None), true() if wanted is None else FITS[wanted])
        .order_by(columns.id.desc())
        .limit(LAST)
    )
    return [OwnedRun(run=run_of(row), owner=row.owner) for row in found]


_OWNER = func.coalesce(func.nullif(users.c.name, ""), users.c.email, "").label("owner")
