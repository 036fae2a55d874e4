"""Both outside services within the process: a sandbox at the end of wires that can be cut."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import httpx

from evosync.outbound.client import Client
from evosync.sandbox.server import sandbox_app
from evosync.sandbox.world import SandboxWorld
from evosync.vk.thumbs import Thumbs
from evosync.wiring import Installation

TOWN = "http://sandbox.test"
ADDRESSES: dict[str, Any] = {
    "evotor_api_url": f"{TOWN}/evotor",
    "evotor_oauth_url": f"{TOWN}/evotor-oauth",
    "vk_api_url": f"{TOWN}/vk",
    "vk_id_url": f"{TOWN}/vkid",
    "vk_requests_per_second": 500.0,  # a quota that costs the tests no time
}
"""Settings that lead to the sandbox."""


class Wire(httpx.AsyncBaseTransport):
    """Leads to a sandbox. `is_cut` = nobody answers; `addresses` are those that were asked."""

    def __init__(self, world: SandboxWorld) -> None:
        self._world = world
        self.is_cut = False
        self.addresses: list[str] = []

    @cached_property
    def _sandbox(self) -> httpx.ASGITransport:
        # To most tests nobody outside is of any use.
        return httpx.ASGITransport(sandbox_app(self._world))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.addresses.append(request.url.path)
        if self.is_cut:
            raise httpx.ConnectError("cut")
        return await self._sandbox.handle_async_request(request)


@dataclass(slots=True, kw_only=True)
class Outside:
    """The world outside, and the wires by which the service reaches its two ends."""

    world: SandboxWorld
    evotor: Wire = field(init=False)
    vk: Wire = field(init=False)

    def __post_init__(self) -> None:
        self.evotor, self.vk = Wire(self.world), Wire(self.world)

    def browser(self) -> httpx.AsyncClient:
        """Give a browser that looks at the pages of the outside services."""
        return httpx.AsyncClient(transport=Wire(self.world), base_url=TOWN)


def seeded_outside() -> Outside:
    """Make the tea shop and VK, which takes requests as fast as they come."""
    world = SandboxWorld.seeded()
    world.vk.knobs.requests_per_second = 1000.0
    return Outside(world=world)


@asynccontextmanager
async def wired(opened: Installation, outside: Outside) -> AsyncIterator[Installation]:
    """Let an installation reach the sandbox, and nothing else."""
    evotor, vk = (httpx.AsyncClient(transport=wire) for wire in (outside.evotor, outside.vk))
    async with evotor, vk:
        client = Client(vk, service="vk")
        thumbs = Thumbs(client, ("sandbox.test",))
        yield replace(opened, evotor=Client(evotor, service="evotor"), vk=client, thumbs=thumbs)
