import asyncio

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from evosync.db import leases
from evosync.db.engine import Database
from evosync.db.types import Tx
from evosync.errors import TryLater
from evosync.jobs.lease import hold_user

ANNA, BORIS = 1, 2


async def test_a_second_run_of_a_user_is_told_to_come_later(database: Database) -> None:
    async with hold_user(database, ANNA):
        with pytest.raises(TryLater) as caught:
            async with hold_user(database, ANNA):
                pass
        assert caught.value.code == "busy"
        async with hold_user(database, BORIS) as other:
            assert not other.is_lost
    async with hold_user(database, ANNA):
        pass


async def test_the_death_of_a_task_frees_the_place_at_once(database: Database) -> None:
    taken = asyncio.Event()

    async def run() -> None:
        async with hold_user(database, ANNA):
            taken.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await taken.wait()
    task.cancel()
    await asyncio.wait([task])
    async with hold_user(database, ANNA):
        pass


async def test_what_breaks_a_run_frees_the_place_too(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with hold_user(database, ANNA):
            raise ZeroDivisionError
    async with hold_user(database, ANNA) as hold, database.read() as tx:
        assert await leases.holds(tx, leases.mirror_lease(ANNA), hold.holder.token)


async def test_a_place_that_cannot_be_given_back_does_not_hide_what_the_run_did(
    database: Database,
) -> None:
    async def run() -> str:
        async with hold_user(database, ANNA):
            await database.write(drop_leases)
            return "done"

    with capture_logs() as events:
        assert await run() == "done"
    assert (events[-1]["event"], events[-1]["code"]) == ("lease not freed", "settings")
    assert "exc_info" not in events[-1]


async def drop_leases(tx: Tx) -> None:
    await tx.execute(text("DROP TABLE leases"))
