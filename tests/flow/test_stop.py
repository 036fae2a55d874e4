import signal
from pathlib import Path

import httpx
import pytest

from evosync.db import leases
from evosync.db.engine import Database
from evosync.db.intents import list_open_intents
from evosync.db.links import Place
from evosync.db.runs import list_runs
from evosync.db.tables.runs import leases as leases_table
from evosync.demo.shop import EMAIL, prepare
from evosync.engine.report import RunStatus
from evosync.sandbox.comparison import find_differences, list_wanted
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.wiring import open_installation
from tests.flow.process import Running, started
from tests.flow.stand import REQUESTS_PER_SECOND, Shop, shop_settings, small_world, until

TEAS = 150  # seven requests of 25 creates
EXECUTE_DELAY_S = 0.3  # so that the push takes some two seconds
STOP_DEADLINE_S = 30.0  # less than a run that would not end is given
FINISH_DEADLINE_S = 30.0  # half of what a lease lasts that nobody renews

assert leases.TTL.total_seconds() > FINISH_DEADLINE_S


def environ(url: str, folder: Path, database_url: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "PORT": "0",
        "EVOTOR_API_URL": f"{url}/evotor",
        "VK_API_URL": f"{url}/vk",
        "VK_UPLOAD_HOSTS": "127.0.0.1",
        "VK_REQUESTS_PER_SECOND": str(REQUESTS_PER_SECOND),
        "VK_SETTLE_SECONDS": "1",
        "CATALOG_REFRESH_INTERVAL_SECONDS": "1",
        "LOG_LEVEL": "DEBUG",
    }


async def prepared(world: SandboxWorld, folder: Path, url: str, database_url: str) -> int:
    async with open_installation(shop_settings(folder, url, database_url)) as opened:
        return await prepare(opened, world)


async def some_items_stand(world: SandboxWorld) -> None:
    await until(lambda: bool(world.vk.items(world.community_id)), "some items stand")


def is_equal(world: SandboxWorld) -> bool:
    # Comparing costs the two processes time that they need, so counting goes first.
    is_complete = len(world.vk.items(world.community_id)) >= len(list_wanted(world))
    return is_complete and not find_differences(world)


def assert_every_product_has_one_item(world: SandboxWorld) -> None:
    assert not find_differences(world)
    # No doubles among the hidden ones either.
    assert len(world.vk.items(world.community_id)) == len(list_wanted(world))


def assert_no_token_is_told(world: SandboxWorld, service: Running) -> None:
    told = service.out + service.err
    assert "request answered" in told  # the most talkative level
    assert world.evotor_token not in told
    assert world.vk_token not in told


@pytest.mark.parametrize(
    ("number", "database_url"),
    [(signal.SIGTERM, "mariadb"), (signal.SIGKILL, "sqlite")],
    ids=["SIGTERM-mariadb", "SIGKILL-sqlite"],
    indirect=["database_url"],
)
async def test_a_push_cut_short_is_finished_by_the_next_start(
    number: signal.Signals, database_url: str, database: Database, tmp_path: Path
) -> None:
    world = small_world(TEAS)
    async with serve_sandbox(world) as url:
        user_id = await prepared(world, tmp_path, url, database_url)
        settings = environ(url, tmp_path, database_url)
        world.vk.knobs.execute_delay_s = EXECUTE_DELAY_S
        async with started(tmp_path / "first", "serve", environ=settings) as service:
            await some_items_stand(world)
            service.process.send_signal(number)
            code = await service.end(STOP_DEADLINE_S)
        assert code == (0 if number is signal.SIGTERM else -number)
        assert 0 < len(world.vk.items(world.community_id)) < len(list_wanted(world))
        await assert_left_behind(number, database, user_id, world)
        assert_no_token_is_told(world, service)

        world.vk.knobs.execute_delay_s = 0
        async with started(tmp_path / "second", "serve", environ=settings) as service:
            await until(lambda: is_equal(world), "VK equals the till", FINISH_DEADLINE_S)
            await assert_goes_on_mirroring(world, service)
            assert await service.terminate(STOP_DEADLINE_S) == 0
        assert service.events("service stopped")
        assert not service.err
    assert_every_product_has_one_item(world)
    async with database.read() as tx:
        statuses = {run.status for run in await list_runs(tx, user_id)}
    assert statuses == {RunStatus.PARTIAL, RunStatus.DONE}


async def assert_goes_on_mirroring(world: SandboxWorld, service: Running) -> None:
    """The next round brings a change over, and the service says that it is well."""
    world.set_price(list_wanted(world)[0].product_id, 777)
    assert not is_equal(world)
    await until(lambda: is_equal(world), "VK equals the till again")
    async with httpx.AsyncClient(base_url=await service.listening()) as monitor:
        answer = await monitor.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["last_run_at"] is not None


async def assert_left_behind(
    number: signal.Signals, database: Database, user_id: int, world: SandboxWorld
) -> None:
    """A clean stop leaves nothing open; a kill leaves its lease, its run and its intents."""
    is_clean = number is signal.SIGTERM
    place = Place(user_id=user_id, community_id=world.community_id)
    async with database.read() as tx:
        [run] = await list_runs(tx, user_id)
        assert run.status is (RunStatus.PARTIAL if is_clean else RunStatus.RUNNING)
        assert bool(await list_open_intents(tx, place)) is not is_clean
        assert bool((await tx.execute(leases_table.select())).all()) is not is_clean


async def test_a_sync_told_to_stop_says_later_and_the_next_one_finishes(
    sqlite_url: str, tmp_path: Path
) -> None:
    world = small_world(TEAS)
    async with serve_sandbox(world) as url:
        user_id = await prepared(world, tmp_path, url, sqlite_url)
        settings = environ(url, tmp_path, sqlite_url)
        world.vk.knobs.execute_delay_s = EXECUTE_DELAY_S
        async with started(tmp_path / "first", "sync", EMAIL, "--json", environ=settings) as sync:
            await some_items_stand(world)
            assert await sync.terminate(STOP_DEADLINE_S) == 5
        assert 0 < len(world.vk.items(world.community_id)) < len(list_wanted(world))
        world.vk.knobs.execute_delay_s = 0
        async with open_installation(shop_settings(tmp_path, url, sqlite_url)) as opened:
            shop = Shop(world=world, opened=opened, user_id=user_id)
            assert (await shop.mirror()).status is RunStatus.DONE
    assert_every_product_has_one_item(world)


async def test_a_command_reads_its_secret_from_a_pipe_and_ends_with_its_code(
    tmp_path: Path,
) -> None:
    args = ("user", "create", EMAIL, "--password-stdin")
    async with started(tmp_path, *args, stdin="short\n") as command:
        assert await command.end() == 2
    assert command.out == ""
    [line] = command.err.splitlines()
    assert "короткий" in line
