"""The record of one run: its row from the beginning to the end, and the rows of its plan."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import asdict
from datetime import datetime

from evosync.catalog.problem import FOUND_BY_SENDING
from evosync.db import approvals, intents, problems, run_queue, runs, shown_plans, sync
from evosync.db.links import Place
from evosync.db.runs import RunEnd, RunKind
from evosync.db.types import Tx
from evosync.engine.report import RunReport, RunStatus
from evosync.engine.shown import Shown
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from evosync.jobs.alarms import alert_of_run
from evosync.jobs.asked import Order
from evosync.tally import EndedRun
from evosync.wiring import Installation

CUT_S = 5.0
"""How long a run that is broken off may take to write that down."""


async def begin_run(
    tx: Tx, order: Order, worker: str, now: datetime, community_id: int | None
) -> int:
    """Write down a run that begins, and the end of those that a kill left open.

    Raises TryLater when it was cancelled before its turn.
    """
    run_id = order.run_id
    if run_id is None:
        run_id = await runs.create_run(tx, order.user_id, order.kind, order.trigger, now)
    if not await runs.claim_run(tx, run_id, worker, now, community_id):
        raise TryLater("Запуск отменён.", code="cancelled")
    await runs.end_lost_runs(tx, order.user_id, run_id, now)
    await intents.doubt_lost(tx, order.user_id, run_id, now)
    return run_id


async def end_cut_run(opened: Installation, run_id: int) -> None:
    """Write down that a run was broken off: its row must not go on for ever."""
    with contextlib.suppress(EvoSyncError, TimeoutError):
        # A database that is silent now is told by the next start, or round.
        async with asyncio.timeout(CUT_S):
            await opened.database.write(run_queue.end_cut, run_id, opened.clock())


async def end_run(
    tx: Tx, opened: Installation, order: Order, place: Place, run_id: int, report: RunReport
) -> None:
    """Write down how a run ended, and all that follows from it for the next ones."""
    now = opened.clock()
    link = report.error.link if isinstance(report.error, NeedsPerson) else None
    end = RunEnd(
        status=report.status,
        counts=report.counts(),
        effort=asdict(report.effort),
        problem_counts=Counter(problem.code for problem in report.problems),
        error_code=report.error.code if report.error else None,
        error_text=report.error.message if report.error else None,
        # VK's link may hold the secret of a session.
        sealed_link=opened.vault.seal(link) if link else None,
        is_empty=report.is_empty,
        held=report.held or report.left_by_answer,
        live_items=report.live_items,
    )
    await runs.finish_run(tx, run_id, end, now)
    if report.outcomes and report.divided and report.divided.sets_mark:
        # This run's own count is of the same moment, and so the first that counts.
        await sync.reset_mark(tx, order.user_id, now)
    if order.kind is RunKind.MIRROR:
        await alert_of_run(tx, order.user_id, run_id, report, now)
    if order.kind is RunKind.MIRROR and report.divided:
        await approvals.end_leave(tx, place, report.divided.lapsed, now)
    if report.held is not None or report.left_by_answer is not None:
        await shown_plans.forget_asked_before(tx, run_id)
    # A run that ended before its plan stood knows nothing of any product.
    if report.divided is not None:
        keeps = () if order.kind is RunKind.MIRROR else FOUND_BY_SENDING
        await problems.save_problems(tx, order.user_id, report.problems, now, keeps=keeps)


async def save_plan(opened: Installation, order: Order, run_id: int, report: RunReport) -> None:
    """Keep as rows what was planned and not sent; of previews the latest is kept."""
    if report.divided is None:
        return
    is_dry = order.kind is RunKind.PREVIEW
    rows = await asyncio.to_thread(shown_plans.plan_rows, report.divided, is_dry=is_dry)
    write, now = opened.database.write, opened.clock()
    user_id = order.user_id
    for begin in range(0, len(rows), shown_plans.CHUNK):
        part = rows[begin : begin + shown_plans.CHUNK]
        await write(shown_plans.save_plan_rows, run_id, user_id, part, now)
    if is_dry:
        await write(shown_plans.forget_older, user_id, run_id)


def count_run(opened: Installation, order: Order, status: RunStatus, seconds: float) -> None:
    """Tell whoever counts that a run ended; one that was broken off is partial, as in its row."""
    opened.tally.run_ended(
        EndedRun(kind=order.kind, trigger=order.trigger, status=status, seconds=seconds)
    )


class StalePreview(EvoSyncError):
    """What was to be sent is not what the latest preview shows: nothing is."""


async def find_shown(opened: Installation, order: Order) -> Shown | None:
    """Recall what the order keeps to. Raises StalePreview when that preview is not the latest."""
    if order.preview_id is None:
        return None
    async with opened.database.read() as tx:
        shown = await shown_plans.find_shown(tx, order.user_id, order.preview_id)
    if shown is None:
        raise StalePreview(
            "Проверка, которую вы смотрели, устарела. Посмотрите новую и отправьте её.",
            code="stale_preview",
        )
    return shown
