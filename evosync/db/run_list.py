"""Queries on the list of runs that a person looks at: filtered, by pages, and by days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, type_coerce

from evosync.db.runs import Run, RunKind, run_of
from evosync.db.tables.runs import runs
from evosync.db.types import LongText, Tx
from evosync.engine.report import RunStatus

PAGE = 50  # runs
MOST_OF_CHART = 5000
"""Runs that changed something: more of them in a month than there are minutes in three days."""


class RunFilter(StrEnum):
    """Which runs are looked for."""

    SENDING = "sending"
    PREVIEWS = "previews"
    READINGS = "readings"
    FAILED = "failed"  # that ended with an error, or did not send all they were to


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """One page of runs, the latest first; `counts` tell what each filter leaves."""

    runs: list[Run]
    counts: Mapping[RunFilter, int]


async def list_page(tx: Tx, user_id: int, wanted: RunFilter, page: int) -> RunPage:
    """List a page of a user's runs, and count those of every filter."""
    columns = runs.c
    is_failed = case((_HAS_FAILED, 1), else_=0).label("is_failed")
    counted = await tx.execute(
        select(columns.kind, is_failed, func.count().label("number"))
        .where(columns.user_id == user_id)
        .group_by(columns.kind, is_failed)
    )
    counts = dict.fromkeys(RunFilter, 0)
    for row in counted:
        counts[_OF_KIND[row.kind]] += row.number
        if row.is_failed and row.kind == RunKind.MIRROR.value:
            counts[RunFilter.FAILED] += row.number
    found = await tx.execute(
        select(runs)
        .where(columns.user_id == user_id, FITS[wanted])
        .order_by(columns.queued_at.desc(), columns.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return RunPage(runs=[run_of(row) for row in found], counts=counts)


async def list_counts(
    tx: Tx, user_id: int, since: datetime
) -> list[tuple[datetime, Mapping[str, int]]]:
    """List when each run since a moment ended, and what it counted; those without changes are not.

    The counts are one JSON text, and a day is one of the person's own zone:
    so they are summed up where both are known.
    """
    columns = runs.c
    found = await tx.execute(
        select(columns.finished_at, columns.counts)
        .where(
            columns.user_id == user_id,
            columns.kind == RunKind.MIRROR.value,
            columns.queued_at >= since,
            columns.finished_at.is_not(None),
            columns.is_empty.is_(False),
        )
        .order_by(columns.queued_at.desc())
        .limit(MOST_OF_CHART)
    )
    return [(row.finished_at, row.counts) for row in found]


async def find_later(tx: Tx, run: Run) -> Run | None:
    """Find the last run or dry run of this place that came after one and made a plan."""
    columns = runs.c
    found = await tx.execute(
        select(runs)
        .where(
            columns.user_id == run.user_id,
            columns.id > run.id,
            columns.community_id == run.community_id,
            columns.kind.in_([RunKind.MIRROR.value, RunKind.PREVIEW.value]),
            columns.status.in_(_PLANNED),
            columns.error_code.is_(None),
        )
        .order_by(columns.id.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return None if row is None else run_of(row)


async def list_last_ended(tx: Tx, user_id: int) -> list[Run]:
    """List the last mirroring runs of a user that have ended, the latest first."""
    columns = runs.c
    found = await tx.execute(
        select(runs)
        .where(
            columns.user_id == user_id,
            columns.kind == RunKind.MIRROR.value,
            columns.finished_at.is_not(None),
        )
        .order_by(columns.queued_at.desc(), columns.id.desc())
        .limit(_RECENT)
    )
    return [run_of(row) for row in found]


_RECENT = 20
_PLANNED = (RunStatus.DONE.value, RunStatus.PARTIAL.value, RunStatus.HELD.value)
_OF_KIND: Mapping[str, RunFilter] = {
    RunKind.MIRROR.value: RunFilter.SENDING,
    RunKind.PREVIEW.value: RunFilter.PREVIEWS,
    RunKind.READING.value: RunFilter.READINGS,
}

# The text of the counts is written one way only: no blanks, the names in their order.
_counts: ColumnElement[Any] = type_coerce(runs.c.counts, LongText)
_HAS_FAILED: ColumnElement[bool] = or_(
    runs.c.status.in_((RunStatus.FAILED.value, RunStatus.PAUSED.value)),
    and_(_counts.contains('"failed":'), ~_counts.contains('"failed":0')),
)
FITS: Mapping[RunFilter, ColumnElement[bool]] = {
    RunFilter.SENDING: runs.c.kind == RunKind.MIRROR.value,
    RunFilter.PREVIEWS: runs.c.kind == RunKind.PREVIEW.value,
    RunFilter.READINGS: runs.c.kind == RunKind.READING.value,
    RunFilter.FAILED: and_(runs.c.kind == RunKind.MIRROR.value, _HAS_FAILED),
}
"""What is asked of a row by each filter."""
