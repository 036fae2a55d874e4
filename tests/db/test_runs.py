"""Runs: claimed once, ended once, and who is due for one."""

import asyncio
from datetime import timedelta

from evosync.db import runs
from evosync.db.engine import Database
from evosync.db.runs import Run, RunEnd, RunKind, RunTrigger
from evosync.engine.report import RunStatus
from tests.builders import NOON

MINUTE = timedelta(minutes=1)


async def run_once(
    database: Database, user_id: int, end: RunEnd, kind: RunKind = RunKind.MIRROR
) -> int:
    """Queue, claim and finish a run; returns its id."""
    run_id = await database.write(runs.create_run, user_id, kind, RunTrigger.TIMER, NOON)
    await database.write(runs.claim_run, run_id, "worker", NOON)
    await database.write(runs.finish_run, run_id, end, NOON + MINUTE)
    return run_id


async def listed(database: Database, user_id: int) -> list[Run]:
    """List a user's runs."""
    async with database.read() as tx:
        return await runs.list_runs(tx, user_id)


EMPTY = RunEnd(status=RunStatus.DONE, is_empty=True)
FULL = RunEnd(status=RunStatus.DONE, counts={"created": 3})


async def test_a_run_is_recorded_from_the_queue_to_its_end(database: Database, anna: int) -> None:
    end = RunEnd(
        status=RunStatus.PAUSED,
        counts={"created": 3},
        error_code="vk_captcha",
        error_text="VK просит подтвердить, что вы не робот.",
    )
    run_id = await run_once(database, anna, end)
    async with database.read() as tx:
        found = await runs.find_run(tx, run_id)
        assert await runs.find_run(tx, run_id + 1) is None
        assert await runs.last_finished_at(tx) == NOON + MINUTE
    assert found == Run(
        id=run_id,
        user_id=anna,
        kind=RunKind.MIRROR,
        trigger=RunTrigger.TIMER,
        status=RunStatus.PAUSED,
        counts={"created": 3},
        queued_at=NOON,
        started_at=NOON,
        finished_at=NOON + MINUTE,
        error_code="vk_captcha",
        error_text="VK просит подтвердить, что вы не робот.",
    )


async def test_a_run_is_claimed_by_one_of_many(database: Database, anna: int) -> None:
    run_id = await database.write(runs.create_run, anna, RunKind.MIRROR, RunTrigger.BUTTON, NOON)
    claimed = await asyncio.gather(
        *(database.write(runs.claim_run, run_id, f"worker {n}", NOON) for n in range(4))
    )
    assert sum(claimed) == 1


async def test_a_run_is_asked_to_stop_until_it_has_ended(database: Database, anna: int) -> None:
    async def is_asked() -> bool:
        async with database.read() as tx:
            return await runs.is_cancel_asked(tx, run_id)

    run_id = await database.write(runs.create_run, anna, RunKind.MIRROR, RunTrigger.BUTTON, NOON)
    assert not await is_asked()
    assert await database.write(runs.cancel_run, run_id, NOON)
    assert await is_asked()
    ended = await run_once(database, anna, FULL)
    assert not await database.write(runs.cancel_run, ended, NOON)
    assert not await database.write(runs.cancel_run, ended + 1, NOON)


async def test_empty_runs_in_a_row_fold_into_the_last(database: Database, anna: int) -> None:
    await run_once(database, anna, FULL)
    *_, last = [await run_once(database, anna, EMPTY) for _ in range(3)]
    found = await listed(database, anna)
    assert [(run.id == last, run.repeats) for run in found] == [(True, 3), (False, 1)]


async def test_empty_runs_of_another_kind_or_user_do_not_fold(
    database: Database, anna: int, boris: int
) -> None:
    await run_once(database, anna, EMPTY)
    await run_once(database, boris, EMPTY)
    await run_once(database, anna, EMPTY, RunKind.PREVIEW)
    await run_once(database, anna, FULL)
    await run_once(database, anna, EMPTY)
    assert [run.repeats for run in await listed(database, anna)] == [1, 1, 1, 1]
    assert len(await listed(database, boris)) == 1


async def test_a_run_that_a_kill_left_open_is_ended_by_the_next(
    database: Database, anna: int, boris: int
) -> None:
    started = []
    for user_id in (anna, anna, boris):
        run_id = await database.write(
            runs.create_run, user_id, RunKind.MIRROR, RunTrigger.TIMER, NOON
        )
        await database.write(runs.claim_run, run_id, "worker", NOON)
        started.append(run_id)
    assert await database.write(runs.end_lost_runs, anna, started[1], NOON) == 1
    assert [run.status for run in await listed(database, anna)] == [
        RunStatus.RUNNING,
        RunStatus.PARTIAL,
    ]
    assert [run.status for run in await listed(database, boris)] == [RunStatus.RUNNING]
