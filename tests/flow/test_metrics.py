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

from evosync.db.runs import RunKind
from evosync.demo.shop import prepare
from evosync.jobs.asked import Asked
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import SandboxWorld
from evosync.web.app import make_app
from evosync.web.lifespan import lifespan
from evosync.web.server import serve, take_socket
from evosync.web.state import AppState
from evosync.wiring import open_installation
from tests.flow.stand import product_named, seeded_world, shop_settings, small_world, until
from tests.metrics.reading import Numbers

TOKEN = "tea-and-cups-0123456789"
HOUR, SOON = timedelta(hours=1), timedelta(milliseconds=10)


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

    async def run_reading(self) -> None:
        """Let Anna's button ask for a reading, and wait for its end."""
        asked = Asked(user_id=self.user_id, kind=RunKind.READING)
        await self.state.mirroring.begin(asked)
        await until(lambda: not self.state.mirroring._tasks, "nothing goes on")


@contextlib.asynccontextmanager
async def watched(
    world: SandboxWorld, folder: Path, database_url: str, *, first_pipeline: timedelta = HOUR
) -> AsyncIterator[Watched]:
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
        await stack.enter_async_context(
            lifespan(app, settings, stopping, first_pipeline=first_pipeline)
        )
        served = asyncio.create_task(serve(app, taken, settings, stopping))
        base_url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=base_url) as client:
                state: AppState = app.state.evosync
                yield Watched(world=world, state=state, client=client, user_id=user_id)
        finally:
            stopping.set()
            await served


@dataclass(frozen=True, slots=True, kw_only=True)
class Saw:
    """What both outside services have seen so far: requests, and calls of VK's methods."""

    evotor: int
    vk: int
    calls: Counter[str]

    @classmethod
    def of(cls, world: SandboxWorld) -> "Saw":
        """Look at the counters of the sandbox; a picture that is put up is a request of VK's."""
        gate = world.vk.gate
        vk = gate.requests + gate.uploads
        return cls(evotor=world.evotor.requests, vk=vk, calls=Counter(gate.calls))

    def since(self, before: "Saw") -> "Saw":
        """Give what was seen after that."""
        return Saw(
            evotor=self.evotor - before.evotor,
            vk=self.vk - before.vk,
            calls=self.calls - before.calls,
        )


async def test_the_numbers_of_a_push_are_what_both_services_saw(
    tmp_path: Path, sqlite_url: str
) -> None:
    world = seeded_world()
    async with watched(world, tmp_path, sqlite_url) as service:
        before = Saw.of(world)
        await service.run()
        numbers, saw = await service.numbers(), Saw.of(world).since(before)
        shown = await service.client.get("/health")
    made = len(world.vk.visible_items(world.community_id))
    assert made > 10
    asked = numbers.by("evosync_api_requests_total", "service")
    assert asked == {"evotor": saw.evotor, "vk": saw.vk}
    assert numbers.by("evosync_api_requests_total", "outcome", service="vk") == {"ok": saw.vk}
    # A store of the shop is not paid for.
    assert numbers.total("evosync_api_requests_total", service="evotor", outcome="http_402") == 1
    assert numbers.total("evosync_api_request_seconds_count") == asked.total()
    executes = numbers.by("evosync_api_requests_total", "method", method=is_execute)
    assert executes.total() == saw.calls.pop("execute")
    assert numbers.by("evosync_vk_calls_total", "method") == saw.calls
    assert numbers.by("evosync_vk_calls_total", "outcome") == {"ok": saw.calls.total()}
    assert numbers.by("evosync_changes_total", "outcome", kind="create") == {"done": made}
    assert numbers.by("evosync_runs_total", "status", kind="mirror", trigger="timer") == {"done": 1}
    assert numbers.total("evosync_run_seconds_count", kind="mirror") == 1
    assert (numbers.total("evosync_items_on_sale"), numbers.total("evosync_shops_due")) == (made, 1)
    assert numbers.by("evosync_connections", "state") == {"green": 2, "grey": 0, "red": 0}
    assert 0 <= numbers.total("evosync_last_success_age_seconds") < 600
    assert numbers.total("evosync_runs_running") == 0
    told = {status for status, is_so in numbers.by("evosync_health", "status").items() if is_so}
    assert told == {shown.json()["status"]}


async def test_faults_are_counted_by_what_they_were(tmp_path: Path, sqlite_url: str) -> None:
    world = small_world(teas=9)
    async with watched(world, tmp_path, sqlite_url) as service:
        await service.run()
        was = await service.numbers()
        for number in range(1, 10):
            world.set_price(product_named(world, f"Чай номер {number}").id, 77)
        world.vk.faults.add(VkFault(method="market.edit", error=100, times=2))
        world.vk.faults.add(VkFault(method="execute", error=6))
        world.vk.faults.add(VkFault(method="execute", status=503))
        await service.run()
        now = await service.numbers()
    requests = now.by("evosync_api_requests_total", "outcome", service="vk")
    requests -= was.by("evosync_api_requests_total", "outcome", service="vk")
    assert (requests["error_6"], requests["http_503"]) == (1, 1)
    calls = now.by("evosync_vk_calls_total", "outcome", method="market.edit")
    assert calls["error_100"] == 2
    changes = now.by("evosync_changes_total", "outcome", kind="update")
    assert changes == {"done": 7, "failed": 2}
    assert now.total("evosync_vk_quota_pauses_total") == 1
    # The pause keeps whoever comes next waiting.
    assert now.total("evosync_vk_quota_waits_total") > was.total("evosync_vk_quota_waits_total")
    assert now.total("evosync_vk_quota_wait_seconds_total") > 0
    assert now.by("evosync_runs_total", "status") == {"done": 1, "partial": 1}


async def test_a_round_and_a_reading_that_ended_are_counted(
    tmp_path: Path, sqlite_url: str
) -> None:
    world = small_world()
    async with watched(world, tmp_path, sqlite_url, first_pipeline=SOON) as service:
        await until(lambda: service.state.mirroring.last_run_at is not None, "the timer's run")
        await service.run_reading()
        numbers = await service.numbers()
    assert numbers.total("evosync_rounds_total", round="pipeline", outcome="ok") >= 1
    age = numbers.total("evosync_round_last_success_age_seconds", round="pipeline")
    assert 0 <= age <= numbers.total("evosync_round_last_success_age_seconds", round="house")
    assert numbers.total("evosync_round_interval_seconds", round="pipeline") == 3600
    assert numbers.by("evosync_runs_total", "kind") == {"mirror": 1, "reading": 1}


def is_execute(method: str) -> bool:
    return method.startswith("execute")
