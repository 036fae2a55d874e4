"""One user, two processes: only one of them works, and one that slept too long does nothing."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evosync.db.engine import Database
from evosync.db.tables.runs import leases
from evosync.db.types import Tx
from evosync.demo.shop import EMAIL
from evosync.sandbox.comparison import find_differences, find_miscounts
from evosync.sandbox.server import sandbox_app, serve_app
from evosync.sandbox.world import SandboxWorld
from tests.flow.process import END_DEADLINE_S, Running, started
from tests.flow.stand import small_world, until
from tests.flow.test_stop import environ, prepared

SYNC = ("sync", EMAIL, "--json")
TEAS = 50
SOME = 1 + 5 + 25  # as many as stand once the third request of a first push is carried out
UNDER_WAY = 3  # that one, the rest of the creates and the albums; more waits for these
TWO_MINUTES = timedelta(minutes=2)
HEIRS_DEADLINE_S = 2 * END_DEADLINE_S


class Latch:
    """A sandbox that keeps VK's answers back once some items stand, until it is let go."""

    def __init__(self, world: SandboxWorld) -> None:
        self.held = 0
        self.let_go = asyncio.Event()
        self._world = world
        self._app: ASGIApp = sandbox_app(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def hold(message: Message) -> None:
            is_begin = message["type"] == "http.response.start"
            if is_begin and not self.let_go.is_set() and self._some_items_stand():
                self.held += 1
                await self.let_go.wait()
            await send(message)

        is_vk = scope["path"].startswith("/vk/")
        await self._app(scope, receive, hold if is_vk else send)

    def _some_items_stand(self) -> bool:
        return len(self._world.vk.items(self._world.community_id)) >= SOME


@dataclass(frozen=True, slots=True, kw_only=True)
class Midway:
    """A sync that waits for VK in the middle of a push, and what another is started with."""

    world: SandboxWorld
    latch: Latch
    first: Running
    folder: Path
    environ: dict[str, str]

    @contextlib.asynccontextmanager
    async def another(self, name: str) -> AsyncIterator[Running]:
        async with started(self.folder / name, *SYNC, environ=self.environ) as running:
            yield running


@pytest.fixture
async def midway(database_url: str, tmp_path: Path) -> AsyncIterator[Midway]:
    """Give a sync in the middle of its push: it holds its lease, and no lock of the database."""
    world = small_world(TEAS)
    latch = Latch(world)
    async with serve_app(latch) as url:
        await prepared(world, tmp_path, url, database_url)
        settings = environ(url, tmp_path, database_url)
        async with started(tmp_path / "first", *SYNC, environ=settings) as first:
            await until(lambda: latch.held == UNDER_WAY, "all waits for VK", END_DEADLINE_S)
            yield Midway(world=world, latch=latch, first=first, folder=tmp_path, environ=settings)
            latch.let_go.set()


async def let_time_pass(database: Database, gone: timedelta) -> None:
    """Let the leases of all stand as they would so much later."""

    async def work(tx: Tx) -> None:
        for row in (await tx.execute(leases.select())).all():
            later = row.expires_at - gone
            await tx.execute(
                update(leases).where(leases.c.name == row.name).values(expires_at=later)
            )

    await database.write(work)


async def test_while_one_runs_the_other_comes_later(midway: Midway) -> None:
    async with midway.another("second") as second:
        assert await second.end() == 5
    assert midway.first.process.returncode is None
    midway.latch.let_go.set()
    assert await midway.first.end() == 0
    assert not find_miscounts(midway.world)
    assert not find_differences(midway.world)


@pytest.mark.parametrize(
    ("database_url", "waits"),
    [
        pytest.param("sqlite", False, id="the lease made two minutes old"),
        pytest.param(
            "mariadb", False, id="the lease made two minutes old-mariadb", marks=pytest.mark.storm
        ),
        pytest.param("sqlite", True, id="two real minutes", marks=pytest.mark.storm),
        pytest.param("mariadb", True, id="two real minutes-mariadb", marks=pytest.mark.storm),
    ],
    indirect=["database_url"],
)
async def test_a_holder_that_slept_two_minutes_writes_nothing_more(
    waits: bool, midway: Midway, database: Database
) -> None:
    world, sleeper = midway.world, midway.first
    sleeper.process.send_signal(signal.SIGSTOP)
    midway.latch.let_go.set()  # what it had sent is carried out, and answered
    if waits:
        await asyncio.sleep(TWO_MINUTES.total_seconds())
    else:
        await let_time_pass(database, TWO_MINUTES)
    await inherit(midway)
    writes = world.vk.writes
    sleeper.process.send_signal(signal.SIGCONT)
    assert await sleeper.end() in {5, 6}
    assert world.vk.writes == writes
    assert not find_miscounts(world)
    assert not find_differences(world)


async def inherit(midway: Midway) -> None:
    """Let others run until VK equals the till: what was in doubt may take more than one of them."""
    async with asyncio.timeout(HEIRS_DEADLINE_S):
        heirs = 0
        while find_differences(midway.world):
            heirs += 1
            async with midway.another(f"heir-{heirs}") as heir:
                assert await heir.end() in {0, 6}
