"""Leases: one holder at a time, by the database's clock; the dead are replaced at once."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from evosync import clock
from evosync.db import leases
from evosync.db.engine import Database, open_database
from evosync.db.leases import Holder, new_holder

LEASE = leases.mirror_lease(1)
PAST = timedelta(seconds=-1)


def dead_process() -> Holder:
    """Return a holder whose process is gone."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return replace(new_holder(), pid=done.pid)


async def holds(database: Database, holder: Holder) -> bool:
    """Tell whether a holder has the lease."""
    async with database.read() as tx:
        return await leases.holds(tx, LEASE, holder.token)


async def test_a_lease_has_one_holder(database: Database) -> None:
    first, second = new_holder(), new_holder()
    assert await database.write(leases.take, LEASE, first)
    assert not await database.write(leases.take, LEASE, second)
    assert await holds(database, first)
    assert not await holds(database, second)


async def test_of_many_who_reach_for_a_lease_at_once_one_gets_it(
    database: Database, database_url: str
) -> None:
    other = open_database(database_url)
    try:
        taken = await asyncio.gather(
            *(each.write(leases.take, LEASE, new_holder()) for each in (database, other) * 4)
        )
    finally:
        await other.close()
    assert sum(taken) == 1


async def test_a_lease_given_back_is_free(database: Database) -> None:
    first, second = new_holder(), new_holder()
    await database.write(leases.take, LEASE, first)
    await database.write(leases.free, LEASE, second.token)  # not theirs to give
    assert await holds(database, first)
    await database.write(leases.free, LEASE, first.token)
    assert await database.write(leases.take, LEASE, second)


async def test_a_lease_that_ran_out_is_free_and_no_longer_held(database: Database) -> None:
    elsewhere = replace(new_holder(), host="another-machine")
    await database.write(leases.take, LEASE, elsewhere, ttl=PAST)
    assert not await holds(database, elsewhere)
    assert not await database.write(leases.renew, LEASE, elsewhere.token)
    assert await database.write(leases.take, LEASE, new_holder())


async def test_a_lease_that_is_renewed_stays(database: Database) -> None:
    first = new_holder()
    await database.write(leases.take, LEASE, first, ttl=timedelta(seconds=5))
    assert await database.write(leases.renew, LEASE, first.token)
    assert not await database.write(leases.take, LEASE, new_holder())


async def test_a_lease_that_another_took_is_not_renewed(database: Database) -> None:
    first, second = new_holder(), new_holder()
    await database.write(leases.take, LEASE, first, ttl=PAST)
    await database.write(leases.take, LEASE, second)
    assert not await database.write(leases.renew, LEASE, first.token)
    assert await holds(database, second)


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param(dead_process, id="its process is gone"),
        pytest.param(
            lambda: replace(new_holder(), process_started="then"), id="its pid is another's now"
        ),
    ],
)
async def test_a_holder_that_died_on_this_machine_is_replaced_at_once(
    database: Database, holder: object
) -> None:
    assert callable(holder)
    dead = holder()
    await database.write(leases.take, LEASE, dead)
    alive = new_holder()
    assert await database.write(leases.take, LEASE, alive)
    assert await holds(database, alive)
    assert not await holds(database, dead)


async def test_a_holder_of_another_machine_is_never_taken_for_dead(database: Database) -> None:
    await database.write(leases.take, LEASE, replace(dead_process(), host="another-machine"))
    assert not await database.write(leases.take, LEASE, new_holder())


def test_this_process_is_alive() -> None:
    assert not leases.is_dead(new_holder())
    assert new_holder().pid == os.getpid()


async def test_the_databases_clock_is_in_utc(database: Database) -> None:
    async with database.read() as tx:
        moment = await leases.database_now(tx)
    assert abs(moment - clock.now()) < timedelta(minutes=1)


async def test_a_lease_from_before_the_clock_was_set_back_is_free(database: Database) -> None:
    elsewhere = replace(new_holder(), host="another-machine")
    await database.write(leases.take, LEASE, elsewhere)
    assert not await database.write(leases.take, LEASE, new_holder())
    # As it stands to a database whose clock has gone back by a day since.
    await database.write(leases.renew, LEASE, elsewhere.token, ttl=leases.TTL + timedelta(days=1))
    assert await database.write(leases.take, LEASE, new_holder())
    assert not await holds(database, elsewhere)
