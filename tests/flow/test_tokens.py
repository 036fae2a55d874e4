"""One VK token, two processes: renewed once, and what a kill in the middle of it leaves behind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from evosync.db.engine import Database
from evosync.db.tables.connections import vk_connections
from evosync.db.types import Tx
from evosync.demo.shop import EMAIL
from evosync.engine.report import RunStatus
from evosync.jobs.checks import Checks
from evosync.sandbox.server import serve_app
from evosync.sandbox.world import VK_CLIENT_ID, SandboxWorld
from evosync.settings import Settings
from tests.flow.process import Running, started
from tests.flow.stand import shop_settings, until
from tests.flow.test_stop import environ
from tests.keeping.latch import TOKENS_PATH, Latch
from tests.keeping.stand import LIFE, Clock, Keeping, keeping_at, signing_world

SIGNED_IN_AGO = LIFE * 0.9  # so that a process finds the token due
ANSWERED_S = 5.0  # in less than that VK ID's answer must be let go, or it is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Anna, who signed in most of an hour ago, and what processes of hers are started with."""

    world: SandboxWorld
    latch: Latch
    clock: Clock
    folder: Path
    settings: Settings
    environ: dict[str, str]

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Keeping]:
        async with keeping_at(self.world, self.settings, self.clock) as keeping:
            yield keeping

    @property
    def refreshes(self) -> int:
        return self.world.vkid.counters["refreshes"]


@pytest.fixture
async def scene(database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    clock = Clock()
    world = signing_world(clock)
    latch = Latch(world)
    async with serve_app(latch) as url:
        made = Scene(
            world=world,
            latch=latch,
            clock=clock,
            folder=tmp_path,
            settings=shop_settings(tmp_path, url, database_url),
            environ=environ(url, tmp_path, database_url)
            | {
                "VK_ID_URL": f"{url}/vkid",
                "VK_CLIENT_ID": VK_CLIENT_ID,
                "CATALOG_REFRESH_INTERVAL_SECONDS": "3600",
                "HEALTH_CHECK_INTERVAL_SECONDS": "1",
            },
        )
        clock.put(-SIGNED_IN_AGO)
        async with made.opened() as keeping:
            await keeping.sign_in_vk()
        clock.put(SIGNED_IN_AGO)
        latch.is_shut = True
        yield made
        latch.let_go.set()


async def test_two_processes_that_renew_one_token_at_once_renew_it_once(scene: Scene) -> None:
    probe = ("probe", EMAIL)
    async with (
        started(scene.folder / "one", *probe, environ=scene.environ) as one,
        started(scene.folder / "other", *probe, environ=scene.environ) as other,
    ):
        await until(lambda: scene.latch.is_holding, "VK ID is asked")
        # Who asks Evotor first, and has heard as much of it as the other, comes to VK next.
        await until(lambda: _of_evotor(one) == _of_evotor(other), "both are there", ANSWERED_S)
        scene.latch.let_go.set()
        assert [await one.end(), await other.end()] == [0, 0]
    assert scene.refreshes == 1
    assert scene.world.vkid.counters["refused"] == 0
    async with scene.opened() as keeping:
        assert await keeping.access() in scene.world.vk.state.tokens
        assert (await keeping.shop.mirror()).status is RunStatus.DONE
    assert scene.refreshes == 1


def _of_evotor(running: Running) -> int:
    return sum(line.startswith("evotor") for line in running.out.splitlines())


@pytest.fixture
async def killed(scene: Scene, database: Database) -> Scene:
    """Give Anna after a service that was killed between VK ID's answer and its commit."""
    is_held, may_go = asyncio.Event(), asyncio.Event()

    async def hold(tx: Tx) -> None:
        """Keep the service from writing: SQLite's one writer is here, or the row's lock."""
        await tx.execute(select(vk_connections.c.id).with_for_update())
        is_held.set()
        await may_go.wait()

    async with started(scene.folder / "first", "serve", environ=scene.environ) as service:
        await until(lambda: scene.latch.is_holding, "VK ID is asked")
        holding = asyncio.create_task(database.write(hold))
        await is_held.wait()
        scene.latch.let_go.set()
        await until(lambda: _has_its_answer(service), "the service has its tokens", ANSWERED_S)
        service.process.kill()
        await service.end()
        may_go.set()
        await holding
    scene.latch.is_shut = False
    scene.clock.put(timedelta(hours=1))  # the old access token is over
    assert scene.refreshes == 1
    return scene


def _has_its_answer(service: Running) -> bool:
    answered = service.events("request answered")
    return any(TOKENS_PATH in event["url"] for event in answered)


async def test_a_chain_cut_by_a_kill_goes_on_where_vk_takes_the_spent_token_again(
    scene: Scene, killed: Scene
) -> None:
    scene.world.vkid.knobs.refresh_grace_s = timedelta(hours=2).total_seconds()
    async with killed.opened() as keeping:
        await Checks(keeping.opened).round()
        assert (await keeping.vk()).health.is_online
        assert await keeping.letters() == []
        assert (await keeping.shop.mirror()).status is RunStatus.DONE
    assert scene.refreshes == 2


async def test_a_chain_cut_by_a_kill_is_told_once_and_mended_by_signing_in(killed: Scene) -> None:
    async with killed.opened() as keeping:
        checks = Checks(keeping.opened)
        for _ in range(3):
            await checks.round()
            assert (await keeping.vk()).health.last_error_code == "connection_broken"
            assert await keeping.letters() == ["connection_broken"]
        assert (await keeping.shop.mirror()).status is RunStatus.PAUSED
        assert await keeping.letters() == ["connection_broken"]
        await keeping.sign_in_vk()
        assert (await keeping.vk()).health.is_online
        assert (await keeping.shop.mirror()).status is RunStatus.DONE
        assert await keeping.letters() == ["connection_broken", "well_again"]
