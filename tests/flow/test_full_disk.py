"""SQLite on a full disk: told, nothing sent that could not be noted, well again by itself."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from evosync.demo.shop import EMAIL, PASSWORD
from evosync.sandbox.server import serve_sandbox
from tests.flow.process import started
from tests.flow.stand import product_named, small_world, until
from tests.flow.test_database_away import SAME_ORIGIN
from tests.flow.test_stop import (
    STOP_DEADLINE_S,
    assert_every_product_has_one_item,
    environ,
    is_equal,
    prepared,
)

SECRET = "webhook-secret-of-these-tests"
BEARER = {"Authorization": f"Bearer {SECRET}"}
SIGN_IN = {"email": EMAIL, "password": PASSWORD}
NOTICE = {"userId": "01-000000000000001", "token": "a-token-that-evotor-brings"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("nobody may mount a file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def until_health(monitor: httpx.AsyncClient, status: str) -> None:
    async with asyncio.timeout(60):
        while (await monitor.get("/health")).json()["status"] != status:  # noqa: ASYNC110 - elsewhere
            await asyncio.sleep(0.1)


def fill_up(folder: Path) -> Path:
    """Write a file that leaves no byte free."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    return filler


async def test_a_full_disk_is_told_and_what_waited_is_done_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    world = small_world()
    url = f"sqlite:///{small_disk}/evosync.db"
    async with serve_sandbox(world) as outside:
        await prepared(world, small_disk, outside, url)
        settings = environ(outside, small_disk, url) | {
            "EVOTOR_WEBHOOK_SECRET": SECRET,
            "HEALTH_CHECK_INTERVAL_SECONDS": "2",
        }
        async with (
            started(tmp_path / "service", "serve", environ=settings) as service,
            httpx.AsyncClient(base_url=await service.listening(), timeout=30) as monitor,
        ):
            await until(lambda: is_equal(world), "VK equals the till")
            filler = fill_up(small_disk)
            assert os.statvfs(small_disk).f_bavail == 0
            group_id = product_named(world, "Чашка белая").parent_id
            for number in range(400):  # of which each run writes down more than there is room for
                world.add_product(f"Чашка номер {number}", 500, parent_id=group_id, quantity=1)
            await until_health(monitor, "degraded")
            page = await monitor.post("/login", data=SIGN_IN, headers=SAME_ORIGIN)
            assert (page.status_code, "Сервис сейчас не отвечает" in page.text) == (503, True)
            notice = await monitor.post("/user/token", json=NOTICE, headers=BEARER)
            assert notice.status_code == 503
            assert not is_equal(world)  # nothing was created that could not be noted
            filler.unlink()
            await until(lambda: is_equal(world), "VK equals the till again")
            await until_health(monitor, "ok")
            assert (await monitor.post("/user/token", json=NOTICE, headers=BEARER)).is_success
            assert await service.terminate(STOP_DEADLINE_S) == 0
        assert "Traceback" not in service.err
        fill_up(small_disk)
        # It is for later and not for settings: who starts a service again and again goes on.
        async with started(tmp_path / "again", "serve", environ=settings) as again:
            assert await again.end() == 5
        assert again.err.startswith("DATABASE_URL: диск отвечает ошибкой")
    assert_every_product_has_one_item(world)
