"""The numbers of a service that pushes goods, asked for over its socket: they are what VK saw."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec

from evosync.demo.shop import prepare
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.web.app import make_app
from evosync.web.lifespan import lifespan
from evosync.web.server import serve, take_socket
from evosync.web.state import AppState
from evosync.wiring import open_installation
from tests.flow.stand import seeded_world, shop_settings, until
from tests.metrics.reading import Numbers

TOKEN = "tea-and-cups-0123456789"
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A service on its socket over a sandbox, and whoever asks it for its numbers."""

    world: SandboxWorld
    state: AppState
    client: httpx.AsyncClient
    user_id: int

    async def numbers(self) -> Numbers:
        """Ask for everything."""
        answer = await self.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200, answer.text
        return Numbers.read(answer.text)

    async def run(self) -> None:
        """Let the timer ask for a run of Anna's, and wait for its end."""
        before = self.state.mirroring.last_run_at
        await self.state.mirroring.enqueue_due()
        await until(lambda: self.state.mirroring.last_run_at != before, "the run ends")
        await until(lambda: not self.state.mirroring.places.working, "its place is free")


@contextlib.asynccontextmanager
async def watched(world: SandboxWorld, folder: Path, database_url: str) -> AsyncIterator[Watched]:
    """Serve a world and the service, which nobody has asked for a run yet."""
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve_sandbox(world))
        settings = msgspec.structs.replace(
            shop_settings(folder, url, database_url), metrics_token=TOKEN
        )
        async with open_installation(settings) as opened:
            user_id = await prepare(opened, world)
        taken = stack.enter_context(take_socket(settings))
        app, stopping = make_app(), asyncio.Event()
        await stack.enter_async_context(lifespan(app, settings, stopping, first_pipeline=HOUR))
        served = asyncio.create_task(serve(app, taken, settings, stopping))
        base_url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=base_url) as client:
                state: AppState = app.state.evosync
                yield Watched(world=world, state=state, client=client, user_id=user_id)
        finally:
            stopping.set()
            await served


async def test_the_numbers_of_a_push_are_what_vk_saw(tmp_path: Path, sqlite_url: str) -> None:
    world = seeded_world()
    async with watched(world, tmp_path, sqlite_url) as service:
        gate = world.vk.gate
        seen, asked, uploads = Counter(gate.calls), gate.requests, gate.uploads
        await service.run()
        numbers = await service.numbers()
        seen, asked = gate.calls - seen, gate.requests - asked
        made = len(world.vk.visible_items(world.community_id))
    assert made > 10
    assert seen.pop("execute") == numbers.total(
        "evosync_api_requests_total", service="vk", method=lambda name: name.startswith("execute")
    )
    assert numbers.by("evosync_vk_calls_total", "method") == seen
    assert (
        numbers.by("evosync_api_requests_total", "service")["vk"] == asked + gate.uploads - uploads
    )
    assert numbers.total("evosync_changes_total", kind="create", outcome="done") == made
