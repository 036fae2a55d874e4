"""One run of one user: the lease, the parts, the engine, the record of how it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter

import structlog

from evosync.db import approvals, runs
from evosync.db.approvals import Answerer
from evosync.db.footing import Footing, find_footing
from evosync.db.ledger import DbLedger
from evosync.db.links import Place
from evosync.db.pictures import OwnPicture, load_picture
from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.apply import Checkpoint, Progress
from evosync.engine.changes import Plan
from evosync.engine.memory import Verdict
from evosync.engine.report import RunReport, RunStatus, status_of
from evosync.engine.run import Run, mirror
from evosync.errors import EvoSyncError, TryLater
from evosync.jobs.asked import Order
from evosync.jobs.lease import Hold, hold_user
from evosync.jobs.noting import StageNotes
from evosync.jobs.run_record import (
    StalePreview,
    begin_run,
    count_run,
    end_cut_run,
    end_run,
    find_shown,
    save_plan,
)
from evosync.jobs.setup import Setup, read_setup
from evosync.wiring import Installation

log = structlog.get_logger(__name__)

TIME_SLICE = timedelta(minutes=15)
"""After this long a run ends as partial, and the next one starts with fresh readings."""


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody of the progress."""


COMMAND_LINE = Answerer(name="command line")
_BY_HAND = frozenset({RunTrigger.BUTTON, RunTrigger.COMMAND})

INTERNAL = "internal"
"""The code of an error that nobody foresaw: ours to mend, not the shop's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who looks on: the event that asks for a stop, and whoever is told of the progress."""

    stopping: asyncio.Event
    progress: Progress = quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run that ended, in whatever way.

    `approve` is what its order was to approve of; `is_answer` = a run of the
    last 24 hours had asked about that.
    """

    run_id: int
    report: RunReport
    approve: str | None = None
    is_answer: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether it was to approve of something, and something else waits or nobody asked."""
        is_settled = self.is_answer and self.report.held is None
        return self.approve is not None and not is_settled


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnderWay:
    """A run under way."""

    run_id: int
    order: Order
    setup: Setup
    hold: Hold
    ledger: DbLedger
    until: datetime


async def carry_out(opened: Installation, order: Order, watch: Watch) -> Finished:
    """Run once, and write down how it ended; what it met is in the report, not raised.

    Raises TryLater when another run of this user is going on, or what was
    asked for was cancelled before its turn; NeedsPerson when the user has not
    connected or not started the mirror: then there is no run at all.
    """
    async with hold_user(opened.database, order.user_id) as hold:
        async with opened.database.read() as tx:
            setup = await read_setup(tx, order.user_id, order.kind)
        place = Place(user_id=order.user_id, community_id=setup.vk.community_id)
        run_id = await opened.database.write(
            begin_run, order, hold.holder.token, opened.clock(), place.community_id
        )
        is_answer = await _approve(opened, order, place)
        with structlog.contextvars.bound_contextvars(run_id=run_id, user_id=order.user_id):
            ledger = DbLedger(
                opened.database,
                user_id=order.user_id,
                community_id=setup.vk.community_id,
                run_id=run_id,
                lease_token=hold.holder.token,
                now=opened.clock,
            )
            ledger.told = opened.tally.changes_ended
            under_way = _UnderWay(
                run_id=run_id,
                order=order,
                setup=setup,
                hold=hold,
                ledger=ledger,
                until=opened.clock() + TIME_SLICE,
            )
            began = perf_counter()
            try:
                report = await _carry_through(opened, under_way, place, watch)
            except asyncio.CancelledError:
                count_run(opened, order, RunStatus.PARTIAL, perf_counter() - began)
                await asyncio.shield(end_cut_run(opened, run_id))
                raise
            count_run(opened, order, report.status, perf_counter() - began)
            _tell(report)
    return Finished(run_id=run_id, report=report, approve=order.approve, is_answer=is_answer)


async def _carry_through(
    opened: Installation, under_way: _UnderWay, place: Place, watch: Watch
) -> RunReport:
    """Do it, and write down what became of it."""
    order, run_id = under_way.order, under_way.run_id
    notes = StageNotes(opened.database, run_id, watch.progress)
    watch = replace(watch, progress=notes.tell)
    report = await _guarded(lambda: _run(opened, under_way, watch))
    await notes.settled()
    await save_plan(opened, order, run_id, report)
    await opened.database.write(end_run, opened, order, place, run_id, report)
    return report


async def _approve(opened: Installation, order: Order, place: Place) -> bool:
    """Write the order's yes down before the plan is made; False when nobody asked for it."""
    if order.approve is None:
        return False
    return await opened.database.write(
        approvals.answer, place, order.approve, Verdict.APPLY, COMMAND_LINE, opened.clock()
    )


async def _guarded(work: Callable[[], Awaitable[RunReport]]) -> RunReport:
    """Turn whatever ends a run early into its report: one run's failure is its own."""
    try:
        return await work()
    except StalePreview as error:
        # Nobody has to mend anything: another preview is there to look at.
        return RunReport(status=RunStatus.CANCELLED, plan=Plan(), error=error)
    except EvoSyncError as error:
        retry_at = error.retry_at if isinstance(error, TryLater) else None
        return RunReport(status=status_of(error), plan=Plan(), error=error, retry_at=retry_at)
    except Exception:
        log.exception("run broke")
        broken = EvoSyncError("Внутренняя ошибка EvoSync, подробности в журнале.", code=INTERNAL)
        return RunReport(status=RunStatus.FAILED, plan=Plan(), error=broken)


async def _run(opened: Installation, under_way: _UnderWay, watch: Watch) -> RunReport:
    setup = under_way.setup
    shown = await find_shown(opened, under_way.order)
    picture = await _own_picture(opened, under_way.order)
    settle = timedelta(seconds=opened.settings.vk_settle_seconds)
    run = Run(
        source=opened.source(setup.evotor),
        target=opened.target(setup.vk, picture),
        ledger=under_way.ledger,
        rules=opened.rules(setup.config, setup.selection),
        settle=settle,
        leapt=opened.leaps.ahead(settle),
        clock=opened.clock,
        checkpoint=_checkpoint(opened, under_way, watch.stopping),
        progress=watch.progress,
        by_hand=under_way.order.trigger in _BY_HAND,
        shown=shown,
    )
    return await mirror(run, is_dry=under_way.order.kind is RunKind.PREVIEW)


async def _own_picture(opened: Installation, order: Order) -> OwnPicture | None:
    """Load the user's picture, if there is one: its bytes are kept for this run alone."""
    async with opened.database.read() as tx:
        return await load_picture(tx, order.user_id)


def _checkpoint(opened: Installation, under_way: _UnderWay, stopping: asyncio.Event) -> Checkpoint:
    async def reason() -> str | None:
        if stopping.is_set():
            return "stopping"
        if under_way.hold.is_lost:
            return "lost"
        # Set back, the clock would give a run a day, or a year.
        if not under_way.until - TIME_SLICE <= opened.clock() < under_way.until:
            return "time"
        async with opened.database.read() as tx:
            if await runs.is_cancel_asked(tx, under_way.run_id):
                return "cancelled"
            footing = await find_footing(tx, under_way.order.user_id)
        return None if _is_same(footing, under_way) else "changed"

    return reason


def _is_same(footing: Footing | None, under_way: _UnderWay) -> bool:
    """Tell whether all is as it was at the start, but for what the run's own reading changed."""
    if footing is None:
        return False
    version = footing.version - under_way.ledger.version_steps
    return replace(footing, version=version) == under_way.setup.footing


def _tell(report: RunReport) -> None:
    log.info(
        "run finished",
        status=report.status.value,
        **report.counts(),
        problems=len(report.problems),
        left=report.left,
        evotor_requests=report.effort.evotor_requests,
        vk_requests=report.effort.vk_requests,
        seconds=report.effort.seconds,
        error=report.error.code if report.error else None,
        cause=report.error.cause if report.error else None,
    )
