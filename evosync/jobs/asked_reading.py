"""A reading without a run after it: by the timer or a button, with a row that tells of it."""

import asyncio
from dataclasses import replace
from time import perf_counter

import structlog

from evosync.db import connections, runs
from evosync.db.due import DueReading
from evosync.db.runs import RunEnd, RunTrigger
from evosync.engine.report import RunStatus, status_of
from evosync.errors import EvoSyncError, NeedsPerson
from evosync.jobs.asked import Order
from evosync.jobs.lease import hold_user
from evosync.jobs.noting import StageNotes
from evosync.jobs.one_run import INTERNAL, quiet
from evosync.jobs.reading import Read, read_held
from evosync.jobs.run_record import begin_run, count_run, end_cut_run
from evosync.wiring import Installation

log = structlog.get_logger(__name__)


async def carry_out_reading(
    opened: Installation, order: Order, sides: DueReading | None = None
) -> None:
    """Read these sides of a user, or what is connected, and write down how it ended.

    By the timer, those that met nothing fold into one row.

    Raises TryLater when a run of this user is going on, or the reading was
    cancelled before its turn.
    """
    database = opened.database
    async with hold_user(database, order.user_id) as hold:
        async with database.read() as tx:
            vk = await connections.find_vk(tx, order.user_id)
            evotor = await connections.find_evotor(tx, order.user_id)
        community_id = vk.community_id if vk else None
        run_id = await database.write(
            begin_run, order, hold.holder.token, opened.clock(), community_id
        )
        with structlog.contextvars.bound_contextvars(run_id=run_id, user_id=order.user_id):
            sides = sides or DueReading(
                user_id=order.user_id, evotor=evotor is not None, vk=vk is not None
            )
            began = perf_counter()
            try:
                status = await _carry_through(opened, order, sides, run_id)
            except asyncio.CancelledError:
                count_run(opened, order, RunStatus.PARTIAL, perf_counter() - began)
                await asyncio.shield(end_cut_run(opened, run_id))
                raise
            count_run(opened, order, status, perf_counter() - began)


async def _carry_through(
    opened: Installation, order: Order, sides: DueReading, run_id: int
) -> RunStatus:
    """Do it, write down what became of it, and tell how it ended."""
    notes, read = StageNotes(opened.database, run_id, quiet), Read()

    async def is_cancelled() -> bool:
        async with opened.database.read() as tx:
            return await runs.is_cancel_asked(tx, run_id)

    error: EvoSyncError | None = None
    try:
        await read_held(opened, sides, read, notes.tell, is_cancelled)
    except EvoSyncError as met:
        error = met
    except Exception:
        log.exception("reading broke")
        error = EvoSyncError("Внутренняя ошибка EvoSync, подробности в журнале.", code=INTERNAL)
    await notes.settled()
    end = _end(order, read, error)
    if await is_cancelled():
        end = replace(end, status=RunStatus.CANCELLED, is_empty=False)
    elif isinstance(error, NeedsPerson) and error.link:
        end = replace(end, sealed_link=opened.vault.seal(error.link))
    await opened.database.write(runs.finish_run, run_id, end, opened.clock())
    return end.status


def _end(order: Order, read: Read, error: EvoSyncError | None) -> RunEnd:
    counts = {
        name: count
        for name, count in (
            ("stores", read.stores),
            ("products", read.products),
            ("items", read.items),
        )
        if count is not None
    }
    if error is None:
        return RunEnd(
            status=RunStatus.DONE if read.is_whole else RunStatus.PARTIAL,
            counts=counts,
            is_empty=read.is_whole and order.trigger is RunTrigger.TIMER,
        )
    return RunEnd(
        status=status_of(error), counts=counts, error_code=error.code, error_text=error.message
    )
