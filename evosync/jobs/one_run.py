"""One run of one user: the lease, the parts, the engine, the record of how it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from evosync.db import approvals, connections, intents, problems, runs, sync
from evosync.db.approvals import Answerer
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.footing import Footing, find_footing
from evosync.db.ledger import DbLedger
from evosync.db.links import Place
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.selection import get_selection
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.apply import Checkpoint, Progress
from evosync.engine.changes import Plan
from evosync.engine.memory import Verdict
from evosync.engine.report import RunReport, RunStatus, status_of
from evosync.engine.rules import Selection
from evosync.engine.run import Run, mirror
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from evosync.jobs.alarms import alert_of_run
from evosync.jobs.lease import Hold, hold_user
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
class Order:
    """What is asked for: whose run, of what kind, and by whom.

    `approve` is the digest of what an earlier run held, and a yes to it from
    the command line.
    """

    user_id: int
    kind: RunKind
    trigger: RunTrigger
    approve: str | None = None


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
class Setup:
    """What the database says of a user before a run."""

    footing: Footing
    config: SyncConfig
    selection: Selection
    evotor: EvotorConnection
    vk: VkConnection


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

    Raises TryLater when another run of this user is going on, NeedsPerson
    when the user has not connected or not started the mirror: then there is
    no run at all.
    """
    async with hold_user(opened.database, order.user_id) as hold:
        setup = await _read_setup(opened, order)
        place = Place(user_id=order.user_id, community_id=setup.vk.community_id)
        run_id = await opened.database.write(
            _begin, order, place, hold.holder.token, opened.clock()
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
            under_way = _UnderWay(
                run_id=run_id,
                order=order,
                setup=setup,
                hold=hold,
                ledger=ledger,
                until=opened.clock() + TIME_SLICE,
            )
            report = await _guarded(lambda: _run(opened, under_way, watch))
            await opened.database.write(_end, order, place, run_id, report, opened.clock())
            _tell(report)
    return Finished(run_id=run_id, report=report, approve=order.approve, is_answer=is_answer)


async def _begin(tx: Tx, order: Order, place: Place, worker: str, now: datetime) -> int:
    """Write down a run that begins, and the end of those that a kill left open."""
    run_id = await runs.create_run(
        tx, order.user_id, order.kind, order.trigger, now, place.community_id
    )
    await runs.claim_run(tx, run_id, worker, now)
    await runs.end_lost_runs(tx, order.user_id, run_id, now)
    await intents.doubt_lost(tx, order.user_id, run_id, now)
    return run_id


async def _approve(opened: Installation, order: Order, place: Place) -> bool:
    """Write the order's yes down before the plan is made; False when nobody asked for it."""
    if order.approve is None:
        return False
    return await opened.database.write(
        approvals.answer, place, order.approve, Verdict.APPLY, COMMAND_LINE, opened.clock()
    )


async def _end(
    tx: Tx, order: Order, place: Place, run_id: int, report: RunReport, now: datetime
) -> None:
    end = RunEnd(
        status=report.status,
        counts=report.counts(),
        error_code=report.error.code if report.error else None,
        error_text=report.error.message if report.error else None,
        is_empty=report.is_empty,
        held=report.held or report.left_by_answer,
        live_items=report.live_items,
    )
    await runs.finish_run(tx, run_id, end, now)
    if report.outcomes and report.divided and report.divided.sets_mark:
        # This run's own count is of the same moment, and so the first that counts.
        await sync.reset_mark(tx, order.user_id, now)
    if order.kind is RunKind.MIRROR:
        await alert_of_run(tx, order.user_id, report, now)
    if order.kind is RunKind.MIRROR and report.divided:
        await approvals.end_leave(tx, place, report.divided.lapsed, now)
    # A run that ended before its plan stood knows nothing of any product.
    has_plan = report.error is None or report.plan != Plan()
    if order.kind is RunKind.MIRROR and has_plan:
        await problems.save_problems(tx, order.user_id, report.problems, now)


async def _read_setup(opened: Installation, order: Order) -> Setup:
    async with opened.database.read() as tx:
        # First of all: what changes while the rest is read is then seen later.
        footing = await find_footing(tx, order.user_id)
        evotor = await connections.find_evotor(tx, order.user_id)
        vk = await connections.find_vk(tx, order.user_id)
        config = await sync.get_config(tx, order.user_id)
        selection = await get_selection(tx, order.user_id)
    if footing is None:
        raise NeedsPerson("Учётная запись приостановлена.", code="suspended")
    if evotor is None:
        raise NeedsPerson("Касса Эвотор не подключена.", code="connection_broken")
    if vk is None:
        raise NeedsPerson("Сообщество VK не подключено.", code="connection_broken")
    if order.kind is RunKind.MIRROR:
        if not config.enabled:
            raise NeedsPerson("Синхронизация выключена.", code="sync_off")
        if config.confirmed_at is None:
            raise NeedsPerson("Вы ещё не подтвердили первую отправку.", code="never_confirmed")
    return Setup(footing=footing, config=config, selection=selection, evotor=evotor, vk=vk)


async def _guarded(work: Callable[[], Awaitable[RunReport]]) -> RunReport:
    """Turn whatever ends a run early into its report: one run's failure is its own."""
    try:
        return await work()
    except EvoSyncError as error:
        retry_at = error.retry_at if isinstance(error, TryLater) else None
        return RunReport(status=status_of(error), plan=Plan(), error=error, retry_at=retry_at)
    except Exception:
        log.exception("run broke")
        broken = EvoSyncError("Внутренняя ошибка EvoSync, подробности в журнале.", code=INTERNAL)
        return RunReport(status=RunStatus.FAILED, plan=Plan(), error=broken)


async def _run(opened: Installation, under_way: _UnderWay, watch: Watch) -> RunReport:
    setup = under_way.setup
    run = Run(
        source=opened.source(setup.evotor),
        target=opened.target(setup.vk),
        ledger=under_way.ledger,
        rules=opened.rules(setup.config, setup.selection),
        settle=timedelta(seconds=opened.settings.vk_settle_seconds),
        clock=opened.clock,
        checkpoint=_checkpoint(opened, under_way, watch.stopping),
        progress=watch.progress,
        by_hand=under_way.order.trigger in _BY_HAND,
    )
    return await mirror(run, is_dry=under_way.order.kind is RunKind.PREVIEW)


def _checkpoint(opened: Installation, under_way: _UnderWay, stopping: asyncio.Event) -> Checkpoint:
    async def reason() -> str | None:
        if stopping.is_set():
            return "stopping"
        if under_way.hold.is_lost:
            return "lost"
        if opened.clock() >= under_way.until:
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
