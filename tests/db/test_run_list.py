"""Runs as lists show them: filtered, by pages, by days, one user's and everybody's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.db import all_runs, run_list, runs
from evosync.db.engine import Database
from evosync.db.run_list import PAGE, RunFilter
from evosync.db.runs import Run, RunEnd, RunKind, RunTrigger
from evosync.engine.held import Ask, make_held
from evosync.engine.report import RunStatus
from tests.builders import NOON

COMMUNITY = 7
HELD = make_held([(Ask.HIDE, "p1")], ["why"])


async def add(
    database: Database,
    user_id: int,
    status: RunStatus = RunStatus.DONE,
    kind: RunKind = RunKind.MIRROR,
    **end: Any,
) -> int:
    """Let a run have ended; a minute after the one before it."""
    run_id = await database.write(runs.create_run, user_id, kind, RunTrigger.TIMER, NOON)
    await database.write(runs.claim_run, run_id, "worker", NOON, COMMUNITY)
    ended = NOON + timedelta(minutes=run_id)
    await database.write(runs.finish_run, run_id, RunEnd(status=status, **end), ended)
    return run_id


async def get(database: Database, run_id: int) -> Run:
    async with database.read() as tx:
        run = await runs.find_run(tx, run_id)
    assert run is not None
    return run


async def test_each_filter_lists_what_it_counts(database: Database, anna: int, boris: int) -> None:
    sound = await add(database, anna, counts={"failed": 0, "created": 1})
    refused = await add(database, anna, counts={"failed": 10, "held": 0})
    broken = await add(database, anna, RunStatus.FAILED)
    preview = await add(database, anna, RunStatus.FAILED, RunKind.PREVIEW)
    reading = await add(database, anna, kind=RunKind.READING)
    await add(database, boris, RunStatus.PAUSED)
    wanted = {
        RunFilter.SENDING: [broken, refused, sound],
        RunFilter.PREVIEWS: [preview],
        RunFilter.READINGS: [reading],
        RunFilter.FAILED: [broken, refused],
    }
    async with database.read() as tx:
        for each, ids in wanted.items():
            found = await run_list.list_page(tx, anna, each, 1)
            assert [run.id for run in found.runs] == ids, each
            assert found.counts[each] == len(ids), each


async def test_a_page_begins_where_the_one_before_it_ended(database: Database, anna: int) -> None:
    ids = [await add(database, anna, counts={"created": 1}) for _ in range(PAGE + 2)]
    async with database.read() as tx:
        second = await run_list.list_page(tx, anna, RunFilter.SENDING, 2)
        beyond = await run_list.list_page(tx, anna, RunFilter.SENDING, 9)
    assert [run.id for run in second.runs] == ids[1::-1]
    assert (beyond.runs, beyond.counts) == ([], second.counts)


async def test_a_month_counts_mirroring_runs_that_ended_and_did_something(
    database: Database, anna: int, boris: int
) -> None:
    counts = {"created": 3, "failed": 1}
    run_id = await add(database, anna, counts=counts)
    await add(database, anna, is_empty=True)
    await add(database, anna, kind=RunKind.PREVIEW, counts=counts)
    await add(database, boris, counts=counts)
    await database.write(runs.create_run, anna, RunKind.MIRROR, RunTrigger.TIMER, NOON)
    async with database.read() as tx:
        found = await run_list.list_counts(tx, anna, NOON)
        later = await run_list.list_counts(tx, anna, NOON + timedelta(seconds=1))
    assert found == [(NOON + timedelta(minutes=run_id), counts)]
    assert later == []


@pytest.mark.parametrize(
    ("status", "kind", "code", "counts"),
    [
        pytest.param(RunStatus.HELD, RunKind.MIRROR, None, True, id="a run that asks"),
        pytest.param(RunStatus.DONE, RunKind.PREVIEW, None, True, id="a dry run"),
        pytest.param(RunStatus.DONE, RunKind.READING, None, False, id="a reading"),
        pytest.param(RunStatus.FAILED, RunKind.MIRROR, "vk_busy", False, id="one that failed"),
        pytest.param(RunStatus.PARTIAL, RunKind.MIRROR, "interrupted", False, id="one cut short"),
    ],
)
async def test_only_a_run_that_made_a_plan_came_after_another(
    database: Database, anna: int, status: RunStatus, kind: RunKind, code: str | None, counts: bool
) -> None:
    held = await get(database, await add(database, anna, RunStatus.HELD, held=HELD))
    later = await add(database, anna, status, kind, error_code=code)
    async with database.read() as tx:
        found = await run_list.find_later(tx, held)
        elsewhere = await run_list.find_later(tx, replace(held, community_id=COMMUNITY + 1))
    assert (None if found is None else found.id) == (later if counts else None)
    assert elsewhere is None


async def test_everybodys_last_runs_are_told_with_whose_they_are(
    database: Database, anna: int, boris: int
) -> None:
    done = await add(database, anna, counts={"created": 1})
    failed = await add(database, boris, RunStatus.FAILED)
    queued = await database.write(runs.create_run, boris, RunKind.MIRROR, RunTrigger.BUTTON, NOON)
    running = await database.write(runs.create_run, anna, RunKind.READING, RunTrigger.TIMER, NOON)
    await database.write(runs.claim_run, running, "worker", NOON)
    async with database.read() as tx:
        last = await all_runs.list_last(tx)
        broken = await all_runs.list_last(tx, RunFilter.FAILED)
        annas = await all_runs.list_last(tx, None, anna)
        active = await all_runs.list_active(tx)
    told = [(one.run.id, one.owner) for one in last]
    assert told == [(failed, "boris@example.com"), (done, "anna@example.com")]
    assert [one.run.id for one in broken] == [failed]
    assert [one.run.id for one in annas] == [done]
    assert [one.run.id for one in active] == [running, queued]
