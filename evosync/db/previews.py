"""Queries on the last preview: whether what it showed may still be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select

from evosync.catalog.problem import ADOPT_QUESTION, NOTES
from evosync.db.runs import Run, RunKind, list_runs
from evosync.db.tables.connections import vk_connections
from evosync.db.tables.runs import problems, run_changes, runs
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from evosync.engine.report import RunStatus

GROWS_OLD = timedelta(hours=1)
"""After this long a preview may still be sent, but the till has most likely changed."""

_ENDED_WELL = frozenset({RunStatus.DONE, RunStatus.HELD})
# A product of these is told of in its own place, or stands in VK all the same.
_TOLD_ELSEWHERE = NOTES | {ADOPT_QUESTION, "held", "left"}


class Age(StrEnum):
    """How what a preview showed stands to what there is now."""

    FRESH = "fresh"
    OLD = "old"  # made long ago: it may be sent, but another look tells more
    CHANGED = "changed"  # settings, switches or connections are others now
    OVERTAKEN = "overtaken"  # another run has sent something since
    SENT = "sent"  # this very plan was sent, or waits for its turn; not where nothing came of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The last preview, how it stands, and the run that sends it or came after it, if any."""

    run: Run
    age: Age
    later_id: int | None = None

    @property
    def is_plan(self) -> bool:
        """Whether it came to a plan."""
        return self.run.status in _ENDED_WELL

    @property
    def may_be_sent(self) -> bool:
        """Whether what it showed may be sent as it was shown."""
        return self.is_plan and self.age in {Age.FRESH, Age.OLD}


async def find_preview(tx: Tx, user_id: int, now: datetime) -> Preview | None:
    """Find the last preview of a user, whatever became of it."""
    run = next(iter(await list_runs(tx, user_id, limit=1, kind=RunKind.PREVIEW)), None)
    if run is None:
        return None
    if run.finished_at is None or run.started_at is None:
        return Preview(run=run, age=Age.FRESH)
    # Whatever came after it, the run that sends it tells most.
    sending = await _find_later(tx, run, runs.c.preview_id == run.id, or_(_IS_TAKEN, _HAS_SENT))
    if sending is not None:
        return Preview(run=run, age=Age.SENT, later_id=sending)
    if await _is_changed(tx, run):
        return Preview(run=run, age=Age.CHANGED)
    later = await _find_later(tx, run, _HAS_SENT)
    if later is not None:
        return Preview(run=run, age=Age.OVERTAKEN, later_id=later)
    return Preview(run=run, age=Age.OLD if now - run.finished_at > GROWS_OLD else Age.FRESH)


async def count_unsent(tx: Tx, user_id: int, run_id: int) -> int:
    """Count the products that a preview leaves out, and that have a reason of their own."""
    rows, changes = problems.c, run_changes.c
    planned = select(changes.product_id).where(
        changes.run_id == run_id, changes.product_id.is_not(None)
    )
    counted = await tx.scalar(
        select(func.count(rows.product_id.distinct())).where(
            rows.user_id == user_id,
            rows.product_id != "",
            rows.code.not_in(_TOLD_ELSEWHERE),
            rows.product_id.not_in(planned),
        )
    )
    return counted or 0


# It goes on, or came to the end of its plan, though there was nothing left to do.
_IS_TAKEN = or_(
    runs.c.finished_at.is_(None),
    and_(
        runs.c.status.in_([one.value for one in (*_ENDED_WELL, RunStatus.PARTIAL)]),
        runs.c.error_code.is_(None),
    ),
)
_HAS_SENT = (
    select(run_changes.c.id)
    .where(run_changes.c.run_id == runs.c.id, run_changes.c.outcome.in_(("done", "uncertain")))
    .exists()
)


async def _find_later(tx: Tx, run: Run, *conditions: ColumnElement[bool]) -> int | None:
    """Find the last mirroring run of this sort that came after a preview."""
    found: int | None = await tx.scalar(
        select(runs.c.id)
        .where(
            runs.c.user_id == run.user_id,
            runs.c.kind == RunKind.MIRROR.value,
            runs.c.queued_at >= run.queued_at,
            runs.c.id > run.id,
            *conditions,
        )
        .order_by(runs.c.queued_at.desc(), runs.c.id.desc())
        .limit(1)
    )
    return found


async def _is_changed(tx: Tx, run: Run) -> bool:
    """Tell whether anything that the plan was made of has changed since it was begun.

    Every change of settings, switches and connections notes its moment with
    the settings.
    """
    changed_at = await tx.scalar(
        select(sync_configs.c.updated_at).where(sync_configs.c.user_id == run.user_id)
    )
    community_id = await tx.scalar(
        select(vk_connections.c.community_id).where(vk_connections.c.user_id == run.user_id)
    )
    began_at = run.started_at or run.queued_at
    is_touched = changed_at is not None and changed_at > began_at
    return is_touched or community_id != run.community_id
