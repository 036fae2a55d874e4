"""Runs: claimed once, ended once, and who is due for one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.db import connections, runs, sync
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.engine import Database
from evosync.db.runs import DueReading, Run, RunEnd, RunKind, RunTrigger
from evosync.db.sync import SyncConfig
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


@pytest.fixture
async def connected(database: Database, anna: int) -> int:
    """Give Anna both connections, and her mirror switched on."""
    shop = EvotorConnection(user_id=anna, sealed_token="sealed")
    await database.write(connections.save_evotor, shop, NOON)
    market = VkConnection(user_id=anna, community_id=1, sealed_token="sealed")
    await database.write(connections.save_vk, market, NOON)
    config = SyncConfig(user_id=anna, enabled=True, confirmed_at=NOON)
    await database.write(sync.save_config, config, NOON)
    return anna


async def test_who_is_connected_and_confirmed_is_due(
    database: Database, connected: int, boris: int
) -> None:
    async with database.read() as tx:
        assert await runs.users_due(tx) == [connected]
        assert await runs.readings_due(tx) == [DueReading(user_id=connected, evotor=True, vk=True)]


async def _change(database: Database, user_id: int, **changes: Any) -> None:
    async with database.read() as tx:
        config = await sync.get_config(tx, user_id)
    await database.write(sync.save_config, replace(config, **changes), NOON)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda db, user: _change(db, user, enabled=False), id="switched off"),
        pytest.param(lambda db, user: _change(db, user, confirmed_at=None), id="not confirmed"),
        pytest.param(lambda db, user: _change(db, user, mirror=False), id="mirror task off"),
        pytest.param(lambda db, user: db.write(connections.delete_evotor, user), id="no shop"),
        pytest.param(lambda db, user: db.write(connections.delete_vk, user), id="no market"),
    ],
)
async def test_who_lacks_anything_is_not_due(
    database: Database, connected: int, change: Callable[[Database, int], Awaitable[None]]
) -> None:
    await change(database, connected)
    async with database.read() as tx:
        assert await runs.users_due(tx) == []


async def test_a_side_is_read_when_it_is_connected_and_switched_on(
    database: Database, connected: int
) -> None:
    await _change(database, connected, refresh_vk=False, enabled=False)
    async with database.read() as tx:
        assert await runs.readings_due(tx) == [DueReading(user_id=connected, evotor=True, vk=False)]
    await database.write(connections.delete_evotor, connected)
    async with database.read() as tx:
        assert await runs.readings_due(tx) == []
