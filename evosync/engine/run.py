"""One run for one user, top to bottom: fetch shop and market, draft, plan, guard, apply, report."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from evosync.catalog.item import MarketReading
from evosync.catalog.product import Product
from evosync.catalog.snapshot import Snapshot
from evosync.engine.applied import Applied, Stop
from evosync.engine.apply import Checkpoint, Hands, Progress, apply
from evosync.engine.canary import Canary, Patience
from evosync.engine.caution import make_caution
from evosync.engine.changes import Plan, is_erasure
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.guard import guard
from evosync.engine.held import Divided
from evosync.engine.memory import Memory
from evosync.engine.parking import Waiting
from evosync.engine.parking_lot import ParkingLot
from evosync.engine.plan.claims import list_claimed
from evosync.engine.plan.left_behind import own_rules, part
from evosync.engine.plan.lost import find_unlisted, with_unlisted
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.missing import confirm_absent, find_missed, find_missing
from evosync.engine.plan.standing import Standing
from evosync.engine.ports import Ledger, Source, Target
from evosync.engine.read_back import find_lost_creates, hear_moderation
from evosync.engine.refusals import leave_refused
from evosync.engine.report import Effort, RunReport, RunStatus, make_report
from evosync.engine.rules import Rules
from evosync.engine.shown import Shown, keep_shown
from evosync.errors import EvoSyncError, TryLater


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything one run works with. `settle` is how long VK may take to show a new item.

    What was sent may look older than it is by `leapt`, for the clock was set ahead.

    One `by_hand` asks VK again what the timer leaves alone: refused products,
    methods that have to rest. With `shown`, only what that preview showed is
    sent; the rest is left to a later run.
    """

    source: Source
    target: Target
    ledger: Ledger
    rules: Rules
    settle: timedelta
    leapt: timedelta = timedelta(0)
    clock: Callable[[], datetime]
    checkpoint: Checkpoint
    progress: Progress
    by_hand: bool = False
    shown: Shown | None = None
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep


CANCELLED = RunReport(status=RunStatus.CANCELLED, plan=Plan())
"""The report of a run that was cancelled before its plan stood."""


async def mirror(run: Run, *, is_dry: bool = False) -> RunReport:
    """Carry the shop into the market once; a dry run stops before anything is sent.

    What ends the work early after the plan stands is in the report's `error`.
    Raises TryLater or NeedsPerson when the shop or the market cannot be read.
    """
    memory = await run.ledger.memory()
    lot = ParkingLot(
        target=run.target,
        ledger=run.ledger,
        clock=run.clock,
        parked=memory.parked,
        by_hand=run.by_hand,
    )
    try:
        lot.check_reading()
        return await _mirror(run, lot, is_dry=is_dry)
    except TryLater as error:
        await lot.let_rest(error)
        raise


async def _mirror(run: Run, lot: ParkingLot, *, is_dry: bool) -> RunReport:
    began = time.monotonic()
    run, snapshot = await _fetch_shop(run)
    if await _is_cancelled(run):
        return CANCELLED
    reading = await _fetch_market(run)
    if await _is_cancelled(run):
        return CANCELLED
    if not is_dry:
        await run.ledger.check_account()
    # Recalled again: only the shop's reading tells whose account it is.
    memory = await run.ledger.memory()
    run.progress("plan", 0, 1)
    drafted, standing, plan = await _plan(run, snapshot, reading, memory)
    # A big shop's goods need not be held while their drafts are sent.
    del snapshot
    divided = await asyncio.to_thread(guard, plan, drafted, standing)
    unshown = 0
    if run.shown is not None:
        kept = await asyncio.to_thread(keep_shown, divided.go, run.shown)
        unshown = len(divided.go) - len(kept)
        divided = replace(divided, go=tuple(kept))
    run.progress("plan", 1, 1)
    if is_dry and await _is_cancelled(run):
        return CANCELLED
    waiting = Waiting()
    if is_dry:
        applied = Applied(left=len(divided.go))
    else:
        await run.ledger.settle(plan)
        applied, waiting = await _apply(run, lot, drafted, standing, divided)
        applied = replace(applied, left=applied.left + unshown)
        plan = replace(plan, problems=(*plan.problems, *waiting.problems))
    effort = Effort(
        evotor_requests=run.source.requests,
        vk_requests=run.target.requests,
        vk_calls=run.target.calls,
        seconds=round(time.monotonic() - began, 3),
    )
    report = make_report(
        plan, divided, applied, effort=effort, drafts=drafted.drafts, is_dry=is_dry
    )
    again_at = (await _retry_at(run, report, applied, reading.begun_at), waiting.until_at)
    return replace(report, retry_at=min(filter(None, again_at), default=None))


async def _is_cancelled(run: Run) -> bool:
    """Ask while there is no plan yet; what else stops a run, `apply` asks for."""
    return await run.checkpoint() == "cancelled"


async def _apply(
    run: Run, lot: ParkingLot, drafted: Drafted, standing: Standing, divided: Divided
) -> tuple[Applied, Waiting]:
    """Carry out what may go now, and read it back; what needs a method at rest is put off."""
    changes, waiting = lot.put_off(divided.go)
    hands = Hands(
        target=run.target,
        ledger=run.ledger,
        clock=run.clock,
        checkpoint=run.checkpoint,
        progress=run.progress,
        caution=make_caution(standing.memory, changes, run.target.methods_of),
    )
    patience = Patience(settle=run.settle, wait=run.wait)
    canary = Canary(hands, standing.memory, drafted.drafts, patience)
    run.progress("apply", 0, len(changes))
    applied = await apply(changes, hands, canary)
    run.progress("check", 0, 1)
    applied = await find_lost_creates(applied, drafted, hands)
    applied = await hear_moderation(applied, drafted, standing.reading, hands)
    await lot.settle(applied, changes)
    return replace(applied, outcomes=(*applied.outcomes, *waiting.outcomes)), waiting


async def _fetch_shop(run: Run) -> tuple[Run, Snapshot]:
    """Read the shop; groups that switch themselves on as they appear count at once.

    Goods that moved into one would else be off until the next run.
    """
    run.progress("shop", 0, 1)
    snapshot = await run.source.fetch()
    opened = await run.ledger.save_snapshot(snapshot)
    run.progress("shop", 1, 1)
    selection = run.rules.selection
    selection = replace(selection, groups=selection.groups | opened)
    return replace(run, rules=replace(run.rules, selection=selection)), snapshot


async def _fetch_market(run: Run) -> MarketReading:
    run.progress("market", 0, 1)
    reading = await run.target.fetch()
    await run.ledger.save_market(reading)
    run.progress("market", 1, 1)
    return reading


async def _plan(
    run: Run, snapshot: Snapshot, reading: MarketReading, memory: Memory
) -> tuple[Drafted, Standing, Plan]:
    standing = Standing(
        reading=reading,
        links=await run.ledger.links(),
        album_links=await run.ledger.album_links(),
        intents=await run.ledger.intents(),
        known_skus=await run.ledger.known_skus(),
        memory=memory,
    )
    rules = own_rules(run.rules, standing, snapshot)
    # Drafting and planning are heavy and pure: in a thread the loop stays free.
    claimed, drafted = await asyncio.to_thread(_draft, snapshot, rules, standing)
    if unlisted := find_unlisted(drafted, part(standing, drafted)):
        standing = with_unlisted(standing, await run.target.look_up(unlisted))
        claimed, drafted = await asyncio.to_thread(_draft, snapshot, rules, standing)
    absent: frozenset[str] = frozenset()
    if missing := await asyncio.to_thread(find_missing, snapshot, drafted, standing, rules):
        look = await run.source.look_again(missing)
        absent = confirm_absent(missing, look)
        missed = find_missed(look, part(standing, drafted).links)
        if look.found or missed:
            snapshot = _with_products(snapshot, look.found)
            drafted = await asyncio.to_thread(draft_shop, snapshot, rules, claimed, missed=missed)
    plan = await asyncio.to_thread(
        make_plan, drafted, standing, rules, settle=run.settle + run.leapt, absent=absent
    )
    if not run.by_hand:
        plan = leave_refused(plan, standing.memory.refusals, run.clock())
    return drafted, standing, plan


def _draft(snapshot: Snapshot, rules: Rules, standing: Standing) -> tuple[tuple[str, ...], Drafted]:
    claimed = list_claimed(standing)
    return claimed, draft_shop(snapshot, rules, claimed)


def _with_products(snapshot: Snapshot, found: tuple[Product, ...]) -> Snapshot:
    def enlarged(store_id: str, products: tuple[Product, ...]) -> tuple[Product, ...]:
        return products + tuple(product for product in found if product.store_id == store_id)

    return Snapshot(
        readings=tuple(
            replace(reading, products=enlarged(reading.store.id, reading.products))
            for reading in snapshot.readings
        )
    )


async def _retry_at(
    run: Run, report: RunReport, applied: Applied, read_at: datetime
) -> datetime | None:
    """Ask for another run once VK had time to show every create whose answer was lost.

    Or at once, when a deleted item cannot come back and a new one has to be made.
    A create that this run's reading, begun at `read_at`, was late enough to
    judge is not waited for: that reading was not whole, and so may the next
    one be.
    """
    error = report.error
    if report.is_dry or (error is not None and not isinstance(error, TryLater)):
        return None
    if error is not None and error.retry_at is not None:
        return error.retry_at
    if any(map(is_erasure, report.outcomes)):
        return run.clock()
    if applied.stopped == Stop.UNSEEN:
        return run.clock() + run.settle
    try:
        intents = await run.ledger.intents()
    except EvoSyncError:
        # What was done is not to be lost for this; another look does no harm.
        return run.clock() + run.settle
    if intents and run.leapt:
        return run.clock() + run.settle  # by then the leap is past
    shown_at = [intent.latest_at + run.settle for intent in intents]
    waiting = [moment for moment in shown_at if moment > read_at]
    if waiting or applied.stopped == Stop.UNSURE:  # at once, if it was found after all
        return max([run.clock(), *waiting])
    return None
