"""How far a run has come, as the rows of what it sent tell, and how one ends that never began."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from evosync.db import run_progress, run_queue, runs
from evosync.db.engine import Database
from evosync.db.run_progress import RECENT, Pace, Queue
from evosync.db.run_rows import Section
from evosync.db.runs import RunKind, RunTrigger
from evosync.db.tables.runs import run_changes
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson
from tests.builders import NOON

SECOND = timedelta(seconds=1)


async def begin(database: Database, user_id: int) -> int:
    run_id = await database.write(runs.create_run, user_id, RunKind.MIRROR, RunTrigger.TIMER, NOON)
    await database.write(runs.claim_run, run_id, "worker", NOON)
    return run_id


async def send(
    database: Database, run_id: int, number: int, at: datetime, outcome: str = "done"
) -> None:
    """Write down a batch of outcomes: creates that failed, and edits that ended otherwise."""

    async def save(tx: Tx) -> None:
        run = await runs.find_run(tx, run_id)
        assert run is not None
        rows: list[dict[str, Any]] = [
            {
                "run_id": run_id,
                "user_id": run.user_id,
                "kind": "create" if outcome == "failed" else "update",
                "name": f"{outcome} {place} at {at:%S}",
                "name_folded": "x",
                "changes": {},
                "outcome": outcome,
                "created_at": at,
            }
            for place in range(number)
        ]
        await tx.execute(insert(run_changes), rows)

    await database.write(save)


async def test_what_was_sent_is_counted_by_its_outcome(
    database: Database, anna: int, boris: int
) -> None:
    run_id, other = await begin(database, anna), await begin(database, boris)
    await send(database, run_id, 3, NOON)
    await send(database, run_id, 2, NOON, "held")
    await send(database, other, 1, NOON)
    async with database.read() as tx:
        assert await run_progress.count_outcomes(tx, run_id) == {"done": 3, "held": 2}


async def test_the_pace_is_that_of_what_came_after_the_first_batch(
    database: Database, anna: int
) -> None:
    run_id = await begin(database, anna)
    paces = []
    for batch in range(3):
        await send(database, run_id, 25, NOON + batch * SECOND, ["done", "failed"][batch % 2])
        async with database.read() as tx:
            paces.append(await run_progress.find_pace(tx, run_id))
    # What is left by an answer was never sent.
    await send(database, run_id, 9, NOON + 9 * SECOND, "left")
    async with database.read() as tx:
        assert await run_progress.find_pace(tx, run_id) == paces[2]
    assert paces == [None, Pace(since=NOON, number=25), Pace(since=NOON, number=50)]


async def test_the_pace_is_that_of_the_last_batches_alone(database: Database, anna: int) -> None:
    run_id = await begin(database, anna)
    batches = 2 * RECENT // 25
    for batch in range(batches):
        await send(database, run_id, 25, NOON + batch * SECOND)
    async with database.read() as tx:
        pace = await run_progress.find_pace(tx, run_id)
    first = batches - RECENT // 25
    assert pace == Pace(since=NOON + first * SECOND, number=RECENT - 25)


async def test_the_last_changes_come_first_whatever_became_of_them(
    database: Database, anna: int
) -> None:
    run_id = await begin(database, anna)
    await send(database, run_id, 2, NOON)
    await send(database, run_id, 1, NOON + SECOND, "failed")
    await send(database, run_id, 1, NOON + 2 * SECOND, "uncertain")
    await send(database, run_id, 5, NOON + 3 * SECOND, "held")
    async with database.read() as tx:
        lines = await run_progress.list_latest(tx, run_id, 3)
    names = [line.name for line in lines]
    assert names == ["uncertain 0 at 02", "failed 0 at 01", "done 1 at 00"]
    assert lines[1].section is Section.NEW


async def test_a_run_waits_for_its_own_before_it_and_for_a_place(
    database: Database, anna: int, boris: int
) -> None:
    going = await begin(database, anna)
    asked = [
        await database.write(runs.create_run, user_id, RunKind.MIRROR, RunTrigger.BUTTON, NOON)
        for user_id in (anna, boris, boris)
    ]
    async with database.read() as tx:
        found = [
            await run_progress.find_queue(tx, run_id, user_id)
            for run_id, user_id in zip(asked, (anna, boris, boris), strict=True)
        ]
    assert found == [
        Queue(own_run_id=going, before=0, going_on=1),
        Queue(own_run_id=None, before=1, going_on=1),
        Queue(own_run_id=asked[1], before=2, going_on=1),
    ]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        pytest.param("sync_off", RunStatus.CANCELLED, id="one's own switch"),
        pytest.param("never_confirmed", RunStatus.CANCELLED, id="one's own yes"),
        pytest.param("connection_broken", RunStatus.PAUSED, id="something to mend"),
    ],
)
async def test_a_run_that_could_not_begin_waits_for_its_person_only_to_mend_something(
    database: Database, anna: int, code: str, status: RunStatus
) -> None:
    write = database.write
    run_id = await write(runs.create_run, anna, RunKind.MIRROR, RunTrigger.BUTTON, NOON)
    await write(run_queue.end_unbegun, run_id, NeedsPerson("Так нельзя.", code=code), NOON)
    async with database.read() as tx:
        run = await runs.find_run(tx, run_id)
    assert run is not None
    assert (run.status, run.error_code, run.finished_at) == (status, code, NOON)
