"""The most items on sale that a run of the last day left, until a person agrees to fewer."""

from datetime import datetime, timedelta

from evosync.db import runs, sync
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.memory import recall
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.sync import SyncConfig
from evosync.engine.report import RunStatus
from tests.builders import NOON
from tests.db.ledgers import COMMUNITY

HOUR = timedelta(hours=1)


async def leave(
    database: Database,
    user_id: int,
    live: int | None,
    *,
    at: datetime = NOON,
    community_id: int = COMMUNITY,
    is_empty: bool = False,
) -> None:
    """Record a run that left so many items on sale."""
    run_id = await database.write(
        runs.create_run, user_id, RunKind.MIRROR, RunTrigger.TIMER, at, community_id
    )
    end = RunEnd(status=RunStatus.DONE, live_items=live, is_empty=is_empty)
    await database.write(runs.finish_run, run_id, end, at)


async def mark(database: Database, user_id: int, now: datetime = NOON) -> int:
    async with database.read() as tx:
        place = Place(user_id=user_id, community_id=COMMUNITY)
        return (await recall(tx, place, now)).high_mark


async def test_the_mark_is_the_most_of_a_day(database: Database, anna: int, boris: int) -> None:
    assert await mark(database, anna) == 0
    for hours, live in enumerate([50, 80, None, 60]):
        await leave(database, anna, live, at=NOON + hours * HOUR)
    await leave(database, anna, 1000, community_id=1)
    await leave(database, boris, 1000)
    assert await mark(database, anna, NOON + 3 * HOUR) == 80
    assert await mark(database, anna, NOON + 26 * HOUR) == 60


async def test_a_mark_set_anew_counts_the_run_that_ends_at_that_moment(
    database: Database, anna: int
) -> None:
    await database.write(sync.save_config, SyncConfig(user_id=anna), NOON)
    async with database.read() as tx:
        version = (await sync.get_config(tx, anna)).version
    await leave(database, anna, 100)
    await leave(database, anna, 40, at=NOON + HOUR)
    await database.write(sync.reset_mark, anna, NOON + HOUR)
    assert await mark(database, anna, NOON + HOUR) == 40
    async with database.read() as tx:
        assert (await sync.get_config(tx, anna)).version == version


async def test_an_empty_run_does_not_take_a_higher_mark_along(
    database: Database, anna: int
) -> None:
    for live in (100, 90, 90):
        await leave(database, anna, live, is_empty=True)
    assert await mark(database, anna) == 100
    async with database.read() as tx:
        found = await runs.list_runs(tx, anna)
    assert [run.repeats for run in found] == [2, 1]
