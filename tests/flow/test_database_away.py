"""A MariaDB that goes in the middle of a push and comes back: nothing is lost, nothing doubled."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from evosync.db.engine import create_engine
from evosync.db.migrate import migrate
from evosync.db.urls import normalise_url
from evosync.sandbox.server import serve_sandbox
from tests import mariadb
from tests.flow.process import started
from tests.flow.stand import small_world, until
from tests.flow.test_stop import (
    EXECUTE_DELAY_S,
    STOP_DEADLINE_S,
    TEAS,
    assert_every_product_has_one_item,
    environ,
    is_equal,
    prepared,
    some_items_stand,
)

DATABASE = "evosync"
# What was committed outlives the server's death, and idle connections are cut off soon.
OPTIONS = ("--innodb-flush-log-at-trx-commit=1", "--wait-timeout=2")

SIGN_IN = {"email": "anna@example.com", "password": "a long enough password"}
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}

pytestmark = pytest.mark.skipif(not mariadb.is_installed(), reason="mariadbd is not installed")


async def test_a_database_killed_and_restarted_in_mid_run_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    port = await asyncio.to_thread(mariadb.install, tmp_path)
    server = await asyncio.to_thread(mariadb.start, tmp_path, port, *OPTIONS)
    try:
        url = f"{mariadb.url_of(port)}{DATABASE}"
        await make_database(mariadb.url_of(port))
        await migrate(url)
        world = small_world(TEAS)
        async with serve_sandbox(world) as outside:
            await prepared(world, tmp_path, outside, url)
            world.vk.knobs.execute_delay_s = EXECUTE_DELAY_S
            settings = environ(outside, tmp_path, url)
            async with (
                started(tmp_path / "service", "serve", environ=settings) as service,
                httpx.AsyncClient(base_url=await service.listening(), timeout=10) as monitor,
            ):
                for number in (signal.SIGKILL, signal.SIGTERM):
                    if number is signal.SIGKILL:
                        await some_items_stand(world)
                    else:
                        await until_status(monitor, 200)
                    server.send_signal(number)
                    await asyncio.to_thread(server.wait)
                    await until_status(monitor, 503)
                    page = await monitor.post("/login", data=SIGN_IN, headers=SAME_ORIGIN)
                    assert page.status_code == 503
                    assert "Сервис сейчас не отвечает" in page.text
                    server = await asyncio.to_thread(mariadb.start, tmp_path, port, *OPTIONS)
                await until_status(monitor, 200)
                world.vk.knobs.execute_delay_s = 0
                await until(lambda: is_equal(world), "VK equals the till", 60)
                assert service.process.returncode is None
                assert await service.terminate(STOP_DEADLINE_S) == 0
            assert not service.err
        assert_every_product_has_one_item(world)
    finally:
        server.kill()
        server.wait()


async def make_database(server: str) -> None:
    engine = create_engine(normalise_url(f"{server}mysql"))
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    await engine.dispose()


async def until_status(monitor: httpx.AsyncClient, status: int) -> None:
    async with asyncio.timeout(60):
        while (await monitor.get("/health")).status_code != status:  # noqa: ASYNC110 - elsewhere
            await asyncio.sleep(0.05)
