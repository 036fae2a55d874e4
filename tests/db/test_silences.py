"""Who is mirrored in vain, and since when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from evosync.db import connections, due, runs, sync
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.due import DueReading, Silence
from evosync.db.engine import Database
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.sync import SyncConfig
from evosync.engine.report import RunStatus
from tests.builders import NOON

HOUR = timedelta(hours=1)


async def connect(database: Database, user_id: int) -> None:
    shop = EvotorConnection(user_id=user_id, sealed_token="sealed")
    await database.write(connections.save_evotor, shop, NOON)
    market = VkSignIn(user_id=user_id, community_id=user_id, sealed_token="sealed")
    await database.write(connections.save_vk, market, NOON)
    config = SyncConfig(user_id=user_id, enabled=True, confirmed_at=NOON)
    await database.write(sync.save_config, config, NOON)


async def add_run(
    database: Database,
    user_id: int,
    status: RunStatus,
    at: datetime,
    kind: RunKind = RunKind.MIRROR,
) -> None:
    write = database.write
    run_id = await write(runs.create_run, user_id, kind, RunTrigger.TIMER, at)
    if status is RunStatus.RUNNING:
        await write(runs.claim_run, run_id, "worker", at)
    elif status is not RunStatus.QUEUED:
        await write(runs.finish_run, run_id, RunEnd(status=status), at)


async def silences(database: Database, after: datetime = NOON - HOUR) -> list[Silence]:
    async with database.read() as tx:
        return await due.list_silences(tx, after)


GOOD = (RunStatus.DONE, RunStatus.PARTIAL, RunStatus.HELD)
BAD = (RunStatus.FAILED, RunStatus.PAUSED)


@pytest.mark.parametrize("good", GOOD)
@pytest.mark.parametrize("bad", BAD)
async def test_runs_that_fail_after_a_good_one_are_a_silence(
    good: RunStatus, bad: RunStatus, database: Database, anna: int
) -> None:
    await connect(database, anna)
    for hour, status in enumerate((bad, good, bad, bad), start=1):
        await add_run(database, anna, status, NOON + hour * HOUR)
    assert await silences(database) == [
        Silence(
            user_id=anna,
            succeeded_at=NOON + 2 * HOUR,
            failing_since=NOON + 3 * HOUR,
            failed_at=NOON + 4 * HOUR,
        )
    ]


@pytest.mark.parametrize(
    "statuses",
    [
        pytest.param([], id="no run yet"),
        pytest.param([RunStatus.DONE], id="a good one"),
        pytest.param([RunStatus.FAILED, RunStatus.DONE], id="a good one after all"),
        pytest.param([RunStatus.DONE, RunStatus.RUNNING], id="one that goes on"),
        pytest.param([RunStatus.DONE, RunStatus.QUEUED], id="one that waits"),
        pytest.param([RunStatus.DONE, RunStatus.CANCELLED], id="one that was cancelled"),
    ],
)
async def test_without_a_failure_after_the_last_good_one_there_is_none(
    statuses: Sequence[RunStatus], database: Database, anna: int
) -> None:
    await connect(database, anna)
    for hour, status in enumerate(statuses, start=1):
        await add_run(database, anna, status, NOON + hour * HOUR)
    assert await silences(database) == []


async def test_a_mirror_that_never_had_a_good_run_is_silent_since_the_first_failure(
    database: Database, anna: int
) -> None:
    await connect(database, anna)
    await add_run(database, anna, RunStatus.FAILED, NOON - HOUR / 2)  # before it was confirmed
    at = NOON + 5 * HOUR
    await add_run(database, anna, RunStatus.FAILED, at)
    silence = Silence(user_id=anna, succeeded_at=None, failing_since=at, failed_at=at)
    assert await silences(database) == [silence]


async def test_what_failed_before_a_moment_does_not_count(database: Database, anna: int) -> None:
    await connect(database, anna)
    for hour in (1, 2, 3):
        await add_run(database, anna, RunStatus.FAILED, NOON + hour * HOUR)
    [silence] = await silences(database, NOON + HOUR)
    assert (silence.failing_since, silence.failed_at) == (NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert await silences(database, NOON + 3 * HOUR) == []


async def test_only_runs_of_the_mirror_count_and_nobody_elses(
    database: Database, anna: int, boris: int
) -> None:
    for user_id in (anna, boris):
        await connect(database, user_id)
        await add_run(database, user_id, RunStatus.DONE, NOON + HOUR)
    for kind in (RunKind.PREVIEW, RunKind.READING):
        await add_run(database, anna, RunStatus.FAILED, NOON + 2 * HOUR, kind)
    await add_run(database, boris, RunStatus.FAILED, NOON + 3 * HOUR)
    assert [each.user_id for each in await silences(database)] == [boris]
    await add_run(database, anna, RunStatus.DONE, NOON + 4 * HOUR)
    assert [each.user_id for each in await silences(database)] == [boris]


async def test_whom_the_timer_does_not_mirror_is_not_silent(database: Database, anna: int) -> None:
    await connect(database, anna)
    await add_run(database, anna, RunStatus.FAILED, NOON + HOUR)
    await database.write(connections.delete_vk, anna)
    assert await silences(database) == []


async def test_one_user_alone_is_asked_about(database: Database, anna: int, boris: int) -> None:
    for user_id in (anna, boris):
        await connect(database, user_id)
    await database.write(connections.delete_vk, boris)
    async with database.read() as tx:
        assert await due.users_due(tx, anna) == [anna]
        assert await due.users_due(tx, boris) == []
        assert await due.readings_due(tx, boris) == [
            DueReading(user_id=boris, evotor=True, vk=False)
        ]
        assert [each.user_id for each in await due.readings_due(tx)] == [anna, boris]


async def test_who_signed_in_and_has_no_community_has_nothing_to_be_read(
    database: Database, anna: int
) -> None:
    await connect(database, anna)
    await database.write(connections.delete_vk, anna)
    signed_in = VkSignIn(user_id=anna, sealed_token="sealed")
    await database.write(connections.save_vk, signed_in, NOON)
    async with database.read() as tx:
        assert await due.users_due(tx) == []
        assert await due.readings_due(tx) == [DueReading(user_id=anna, evotor=True, vk=False)]
