"""One user, two processes: only one of them works, and one that slept too long does nothing."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from evosync.db.engine import Database
from evosync.db.tables.runs import leases
from evosync.db.types import Tx
from evosync.demo.shop import EMAIL
from evosync.sandbox.comparison import find_differences, find_miscounts
from evosync.sandbox.server import serve_sandbox
from tests.flow.process import started
from tests.flow.stand import small_world
from tests.flow.test_stop import environ, prepared, some_items_stand

TEAS = 150  # seven requests of 25 creates
EXECUTE_DELAY_S = 0.8  # so that the first is still at it when the second begins
TWO_MINUTES = timedelta(minutes=2)


async def let_time_pass(database: Database, gone: timedelta) -> None:
    """Let the leases of all stand as they would so much later."""

    async def work(tx: Tx) -> None:
        for row in (await tx.execute(leases.select())).all():
            later = row.expires_at - gone
            await tx.execute(
                update(leases).where(leases.c.name == row.name).values(expires_at=later)
            )

    await database.write(work)


async def test_while_one_runs_the_other_comes_later(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    world = small_world(TEAS)
    async with serve_sandbox(world) as url:
        await prepared(world, tmp_path, url, database_url)
        settings = environ(url, tmp_path, database_url)
        world.vk.knobs.execute_delay_s = EXECUTE_DELAY_S
        args = ("sync", EMAIL, "--json")
        async with started(tmp_path / "first", *args, environ=settings) as first:
            await some_items_stand(world)
            async with started(tmp_path / "second", *args, environ=settings) as second:
                assert await second.end() == 5
            assert first.process.returncode is None
            assert await first.end() == 0
    assert not find_miscounts(world)
    assert not find_differences(world)


@pytest.mark.parametrize(
    "waits",
    [
        pytest.param(False, id="the lease made two minutes old"),
        pytest.param(True, id="two real minutes", marks=pytest.mark.storm),
    ],
)
async def test_a_holder_that_slept_two_minutes_writes_nothing_more(
    waits: bool,
    database_url: str,
    database: Database,
    tmp_path: Path,
) -> None:
    world = small_world(TEAS)
    async with serve_sandbox(world) as url:
        await prepared(world, tmp_path, url, database_url)
        settings = environ(url, tmp_path, database_url)
        world.vk.knobs.execute_delay_s = EXECUTE_DELAY_S
        args = ("sync", EMAIL, "--json")
        async with started(tmp_path / "sleeper", *args, environ=settings) as sleeper:
            await some_items_stand(world)
            sleeper.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(2 * EXECUTE_DELAY_S)  # what it had sent is carried out
            if waits:
                await asyncio.sleep(TWO_MINUTES.total_seconds())
            else:
                await let_time_pass(database, TWO_MINUTES)
            world.vk.knobs.execute_delay_s = 0
            for number in range(3):  # the sleeper's last creates are in doubt for a while
                async with started(tmp_path / f"heir-{number}", *args, environ=settings) as heir:
                    assert await heir.end() in {0, 6}
                await asyncio.sleep(1)
            assert not find_differences(world)
            writes = world.vk.writes
            sleeper.process.send_signal(signal.SIGCONT)
            assert await sleeper.end() in {5, 6}
            assert world.vk.writes == writes
    assert not find_miscounts(world)
    assert not find_differences(world)
