"""Queries on runs: queued, claimed, finished, listed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from evosync.db.tables.runs import run_changes, runs
from evosync.db.types import Tx, new_id
from evosync.engine.held import Held
from evosync.engine.report import RunStatus


class RunKind(StrEnum):
    """What a run is to do."""

    MIRROR = "mirror"
    PREVIEW = "preview"
    READING = "reading"  # the cached rows only, of the sides that are connected


class RunTrigger(StrEnum):
    """What asked for a run."""

    TIMER = "timer"
    BUTTON = "button"
    COMMAND = "command"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run's record; `repeats` empty runs in a row are kept as the last of them.

    `asked_by` is the account whose button began it, `preview_id` the preview
    that it keeps to. `stage` is how far it has come (`shop`, `market`, `plan`,
    `apply`, `check`), `planned` how many changes it sends; `effort` are its
    `evotor_requests`, `vk_requests`, `vk_calls` and `seconds`, `problem_counts`
    the problems that it met by code. `sealed_link` is where a person mends it,
    `live_items` how many items it left on sale.

    `held` is what waits for a yes under the `digest`, or, where nothing waits,
    was left by an answer, for which a yes is taken too: its members, the
    sentences that say why, and how many there are of each kind.
    """

    id: int
    user_id: int
    kind: RunKind
    trigger: RunTrigger
    status: RunStatus
    counts: Mapping[str, int]
    queued_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    first_started_at: datetime | None = None
    cancel_asked_at: datetime | None = None
    community_id: int | None = None
    asked_by: int | None = None
    preview_id: int | None = None
    stage: str | None = None
    planned: int | None = None
    effort: Mapping[str, float] = field(default_factory=dict)
    problem_counts: Mapping[str, int] = field(default_factory=dict)
    error_code: str | None = None
    error_text: str | None = None
    sealed_link: str | None = field(repr=False, default=None)
    repeats: int = 1
    digest: str | None = None
    held: Mapping[str, Any] | None = None
    live_items: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended. `is_empty` = it changed nothing and has nothing to tell.

    `effort` and `problem_counts` are as in `Run`. `live_items` is how many
    items it left on sale, None when it never knew.
    """

    status: RunStatus
    counts: Mapping[str, int] = field(default_factory=dict)
    effort: Mapping[str, float] = field(default_factory=dict)
    problem_counts: Mapping[str, int] = field(default_factory=dict)
    error_code: str | None = None
    error_text: str | None = None
    sealed_link: str | None = field(repr=False, default=None)
    is_empty: bool = False
    held: Held | None = None
    live_items: int | None = None


async def create_run(
    tx: Tx,
    user_id: int,
    kind: RunKind,
    trigger: RunTrigger,
    now: datetime,
    community_id: int | None = None,
) -> int:
    """Queue a run and return its id; `community_id` is where it will write, if that is known."""
    made = await tx.execute(
        insert(runs).values(
            user_id=user_id,
            kind=kind.value,
            trigger=trigger.value,
            community_id=community_id,
            status=RunStatus.QUEUED.value,
            counts={},
            queued_at=now,
        )
    )
    return new_id(made)


async def claim_run(
    tx: Tx, run_id: int, worker: str, now: datetime, community_id: int | None = None
) -> bool:
    """Make a queued run ours; False when another was first, or it was cancelled meanwhile.

    `community_id` is where it will write, if that is known only now.
    """
    where_to = {} if community_id is None else {"community_id": community_id}
    changed = await tx.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED.value)
        .values(status=RunStatus.RUNNING.value, worker=worker, started_at=now, **where_to)
    )
    return changed.rowcount == 1


async def finish_run(tx: Tx, run_id: int, end: RunEnd, now: datetime) -> None:
    """Write down how a run ended; an empty one takes the empty ones just before it along."""
    await tx.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            status=end.status.value,
            counts=dict(end.counts),
            effort=dict(end.effort),
            problem_counts=dict(end.problem_counts),
            error_code=end.error_code,
            error_text=end.error_text,
            error_link=end.sealed_link,
            is_empty=end.is_empty,
            digest=end.held.digest if end.held else None,
            held=_as_plain(end.held) if end.held else None,
            live_items=end.live_items,
            finished_at=now,
        )
    )
    if end.is_empty:
        await _fold(tx, run_id)


async def end_lost_runs(tx: Tx, user_id: int, keep: int, now: datetime) -> int:
    """End the runs of a user whose process died: who holds the lease knows there is no other.

    `keep` is the run that holds it now. Returns how many were ended.
    """
    changed = await tx.execute(
        update(runs)
        .where(
            runs.c.user_id == user_id, runs.c.status == RunStatus.RUNNING.value, runs.c.id != keep
        )
        .values(**interrupted(now))
    )
    return changed.rowcount


def interrupted(now: datetime) -> dict[str, Any]:
    """Make the columns that say that a run's process died."""
    return {
        "status": RunStatus.PARTIAL.value,
        "finished_at": now,
        "error_code": "interrupted",
        "error_text": "Запуск прервался: программа была остановлена.",
    }


async def cancel_run(tx: Tx, run_id: int, now: datetime) -> bool:
    """Ask a run that has not ended to stop before its next batch; False when it has ended.

    One that still waits for its turn ends at once.
    """
    ended = await tx.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED.value)
        .values(status=RunStatus.CANCELLED.value, cancel_asked_at=now, finished_at=now)
    )
    if ended.rowcount == 1:
        return True
    changed = await tx.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.finished_at.is_(None))
        .values(cancel_asked_at=now)
    )
    return changed.rowcount == 1


async def is_cancel_asked(tx: Tx, run_id: int) -> bool:
    """Tell whether a run is to stop."""
    asked = await tx.scalar(select(runs.c.cancel_asked_at).where(runs.c.id == run_id))
    return asked is not None


async def find_run(tx: Tx, run_id: int) -> Run | None:
    """Find a run."""
    row = (await tx.execute(select(runs).where(runs.c.id == run_id))).one_or_none()
    return None if row is None else run_of(row)


async def list_runs(
    tx: Tx, user_id: int, limit: int = 50, *, kind: RunKind | None = None
) -> list[Run]:
    """List a user's runs, of one kind or of all, the latest first."""
    query = select(runs).where(runs.c.user_id == user_id).order_by(runs.c.id.desc()).limit(limit)
    found = await tx.execute(query if kind is None else query.where(runs.c.kind == kind.value))
    return [run_of(row) for row in found]


async def last_finished_at(tx: Tx) -> datetime | None:
    """Return when the last run of anybody ended."""
    moment: datetime | None = await tx.scalar(
        select(runs.c.finished_at)
        .where(runs.c.finished_at.is_not(None))
        .order_by(runs.c.finished_at.desc())
        .limit(1)
    )
    return moment


async def list_changes(tx: Tx, run_id: int) -> list[Mapping[str, Any]]:
    """List what a run changed, in order: kind, product, item, field → [old, new], outcome."""
    found = await tx.execute(
        select(run_changes).where(run_changes.c.run_id == run_id).order_by(run_changes.c.id)
    )
    return [row._asdict() for row in found]


def run_of(row: Row[Any]) -> Run:
    """Read a row of `runs`."""
    return Run(
        kind=RunKind(row.kind),
        trigger=RunTrigger(row.trigger),
        status=RunStatus(row.status),
        effort=row.effort or {},
        problem_counts=row.problem_counts or {},
        sealed_link=row.error_link,
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    *("id", "user_id", "counts", "community_id", "asked_by", "preview_id", "stage", "planned"),
    *("queued_at", "started_at", "finished_at", "first_started_at", "cancel_asked_at"),
    *("error_code", "error_text", "repeats", "digest", "held", "live_items"),
)


async def _fold(tx: Tx, run_id: int) -> None:
    run = (await tx.execute(select(runs).where(runs.c.id == run_id))).one()
    found = await tx.execute(
        select(runs)
        .where(runs.c.user_id == run.user_id, runs.c.id < run_id)
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    before = found.one_or_none()
    if before is None or not before.is_empty or before.kind != run.kind:
        return
    if before.preview_id is not None:
        return  # its preview's page leads to it
    if before.live_items != run.live_items:
        return  # the one before is a mark that later runs are held to
    await tx.execute(delete(runs).where(runs.c.id == before.id))
    await tx.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            repeats=before.repeats + 1,
            first_started_at=before.first_started_at or before.started_at,
        )
    )


def _as_plain(held: Held) -> dict[str, Any]:
    return {"members": held.members, "sentences": held.sentences, "counts": dict(held.counts)}
