"""The installation in numbers, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from evosync.db import connections, runs, sync
from evosync.db.accounts import NewUser, UserStatus, create_user
from evosync.db.census import Census, database_bytes, take_census
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.engine import Database
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.services import Service
from evosync.db.sync import SyncConfig
from evosync.db.tables.market import parked
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from tests.builders import NOON
from tests.db.people import add_user

HOUR = timedelta(hours=1)


@pytest.fixture
def statements(sqlite_database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Give the list of what is asked of the database, with the values, as it is sent."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, asked: str, values: Any, *_rest: object) -> None:
        if asked.startswith("SELECT"):
            sent.append((asked, values))

    engine = sqlite_database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


async def census_of(database: Database) -> Census:
    async with database.read() as tx:
        return await take_census(tx, NOON)


async def connect(database: Database, user_id: int) -> None:
    shop = EvotorConnection(user_id=user_id, sealed_token="sealed")
    await database.write(connections.save_evotor, shop, NOON)
    market = VkSignIn(user_id=user_id, community_id=user_id, sealed_token="sealed")
    await database.write(connections.save_vk, market, NOON)
    config = SyncConfig(user_id=user_id, enabled=True, confirmed_at=NOON - 9 * HOUR)
    await database.write(sync.save_config, config, NOON)


async def run(
    database: Database, user_id: int, hours_ago: int, status: RunStatus, **end: object
) -> None:
    at, kind = NOON - hours_ago * HOUR, end.pop("kind", RunKind.MIRROR)
    assert isinstance(kind, RunKind)
    run_id = await database.write(runs.create_run, user_id, kind, RunTrigger.TIMER, at)
    ended = RunEnd(status=status, **end)  # type: ignore[arg-type]
    await database.write(runs.finish_run, run_id, ended, at)


async def test_nobody_is_nothing(database: Database) -> None:
    census = await census_of(database)
    assert (census.accounts, census.shops_due, census.on_sale) == ({}, 0, 0)
    assert (census.last_success_at, census.stalest_at) == (None, None)
    assert set(census.connections.values()) == {0}
    assert len(census.connections) == 6


async def test_people_and_their_connections_are_counted_by_how_they_are(
    database: Database, anna: int, boris: int
) -> None:
    await database.write(create_user, NewUser(email="x@y.example", status=UserStatus.PENDING), NOON)
    for user_id in (anna, boris):
        await connect(database, user_id)
    for user_id, error in ((anna, None), (boris, "Ключ не действует")):
        finding = Finding(connected_at=NOON, error=error, code=None if error is None else "x")
        await database.write(mark_checked, Service.VK, user_id, finding, NOON)
    census = await census_of(database)
    assert census.accounts == {"active": 2, "pending": 1}
    assert {key: number for key, number in census.connections.items() if number} == {
        ("evotor", "grey"): 2,
        ("vk", "green"): 1,
        ("vk", "red"): 1,
    }


async def test_the_last_success_is_that_of_runs_that_push_for_whoever_is_due(
    database: Database, anna: int, boris: int
) -> None:
    for user_id in (anna, boris):
        await connect(database, user_id)
    await run(database, anna, 7, RunStatus.DONE, live_items=50, problem_counts={"no_name": 9})
    await run(database, anna, 5, RunStatus.HELD, live_items=40, problem_counts={"no_price": 2})
    await run(database, anna, 4, RunStatus.FAILED)
    await run(database, anna, 3, RunStatus.DONE, kind=RunKind.PREVIEW, live_items=1)
    await run(database, boris, 2, RunStatus.PAUSED)
    census = await census_of(database)
    # Boris's mirror never did anything: since his yes, nine hours ago.
    assert (census.shops_due, census.on_sale, census.problems) == (2, 40, {"no_price": 2})
    assert (census.last_success_at, census.stalest_at) == (NOON - 5 * HOUR, NOON - 9 * HOUR)
    await run(database, boris, 1, RunStatus.PARTIAL, live_items=3, problem_counts={"no_price": 1})
    census = await census_of(database)
    assert (census.on_sale, census.problems) == (43, {"no_price": 3})
    assert (census.last_success_at, census.stalest_at) == (NOON - HOUR, NOON - 5 * HOUR)
    await database.write(connections.delete_vk, anna)
    census = await census_of(database)
    assert (census.shops_due, census.stalest_at) == (1, NOON - HOUR)


async def test_only_what_rests_now_is_parked(database: Database, anna: int, boris: int) -> None:
    async def park(tx: Tx) -> None:
        for user_id, method, minutes in (
            (anna, "market.add", 5),
            (boris, "market.add", 5),
            (boris, "market.edit", -5),
        ):
            await tx.execute(
                insert(parked).values(
                    user_id=user_id,
                    service="vk",
                    method=method,
                    code=9,
                    wait_s=30,
                    parked_at=NOON - HOUR,
                    until_at=NOON + timedelta(minutes=minutes),
                )
            )

    await database.write(park)
    assert (await census_of(database)).parked == {"market.add": 2}


async def test_the_database_takes_some_room(database: Database) -> None:
    async with database.read() as tx:
        assert await database_bytes(tx) > 100_000


async def test_no_run_is_looked_for_by_reading_all_of_them(
    sqlite_database: Database, statements: list[tuple[str, Any]]
) -> None:
    """What grows with time and goods is reached by an index or not at all."""
    boss = await add_user(sqlite_database, "boss@example.com")
    await connect(sqlite_database, boss)
    await run(sqlite_database, boss, 1, RunStatus.DONE, live_items=1)
    statements.clear()
    await census_of(sqlite_database)
    assert any(" runs" in asked for asked, _ in statements)
    steps = []
    async with sqlite_database.read() as tx:
        for asked, values in list(statements):
            plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values)
            steps += [row.detail for row in plan]
    words = [step.split() for step in steps]
    assert {"SEARCH runs", "SEARCH runs_1"} <= {" ".join(each[:2]) for each in words}
    assert not [each for each in words if each[0] == "SCAN" and each[1].startswith("runs")]
    read = " ".join(asked for asked, _ in statements)
    large = ("run_changes", "api_logs", "product", "FROM problems")
    assert not [name for name in large if name in read]
