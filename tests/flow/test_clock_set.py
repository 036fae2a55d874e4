"""A machine whose time of day alone is set a day ahead, and back: by NTP, or by a person."""

from pathlib import Path

import httpx
from sqlalchemy import select

from evosync.db.engine import open_database
from evosync.db.tables.accounts import sessions
from evosync.db.tables.journal import api_logs
from evosync.db.tables.runs import runs
from evosync.demo.shop import EMAIL, PASSWORD
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.vk.faults import VkFault
from tests.flow.fast_service import FastService, fast_service
from tests.flow.set_ahead import Ahead
from tests.flow.stand import product_named, small_world, until
from tests.flow.test_stop import STOP_DEADLINE_S, environ, prepared

DAY_S = 24 * 3600
EVERY_S = 3600

SETTINGS = {
    "CATALOG_REFRESH_INTERVAL_SECONDS": str(EVERY_S),
    "HEALTH_CHECK_INTERVAL_SECONDS": str(EVERY_S),
    # What is a day old goes, and after the leap ahead all of before would be.
    "API_LOG_RETENTION_DAYS": "1",
    "RUN_RETENTION_DAYS": "1",
}


async def test_a_day_ahead_and_back_in_mid_run_stops_nothing_and_deletes_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    world, ahead = small_world(), Ahead(tmp_path / "ahead")
    async with serve_sandbox(world) as url:
        await prepared(world, tmp_path, url, sqlite_url)
        settings = environ(url, tmp_path, sqlite_url) | SETTINGS
        paces = (float(EVERY_S), float(EVERY_S))
        async with (
            fast_service(tmp_path / "service", settings, world, ahead, paces) as service,
            httpx.AsyncClient(base_url=service.url) as anna,
        ):
            await service.begin()
            await sign_in(anna)
            before = await kept(sqlite_url)
            for price, leap_s in enumerate((DAY_S, -DAY_S), start=777):
                await begin_a_run(service, price)
                ahead.leap(leap_s)
                await assert_well(anna)
                world.vk.faults.clear()
                for _ in range(2):
                    await pass_an_interval(service)
                    await assert_well(anna)
                    assert await kept(sqlite_url) >= before
                await until(lambda: not find_differences(world), "VK equals the till")
            assert not service.told.bad
            leaps = service.running.events("clock leapt")
            assert [event["seconds"] for event in leaps] == [DAY_S, -DAY_S]
            assert await service.running.terminate(STOP_DEADLINE_S) == 0


async def sign_in(anna: httpx.AsyncClient) -> None:
    form = {"email": EMAIL, "password": PASSWORD}
    await anna.post("/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})


async def begin_a_run(service: FastService, price: int) -> None:
    """Let a run be in the middle of bringing a new price over."""
    cup = product_named(service.world, "Чашка белая")
    service.world.set_price(cup.id, price)
    faults = service.world.vk.faults
    struck = faults.struck
    faults.add(VkFault(method="execute", hang=True))
    while not await service.to_the_run(lambda: faults.struck > struck):
        pass  # it was the end of what an earlier run had left


async def pass_an_interval(service: FastService) -> None:
    """Let the timer begin a run; asserts that it was as soon as ever."""
    began = service.ahead()
    await service.hour()
    assert service.ahead() - began < 2 * EVERY_S


async def assert_well(anna: httpx.AsyncClient) -> None:
    """The service says so, and Anna's session goes on."""
    health = await anna.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    assert (await anna.get("/profile")).status_code == 200


async def kept(url: str) -> set[tuple[str, object]]:
    """Read the keys of what housekeeping deletes; there are some of each kind."""
    database = open_database(url)
    try:
        async with database.read() as tx:
            found = {
                (key.table.name, each)
                for key in (runs.c.id, api_logs.c.id, sessions.c.id_hash)
                for each in await tx.scalars(select(key))
            }
    finally:
        await database.close()
    assert len({name for name, _ in found}) == 3
    return found
