"""A seeded sandbox whose people say yes at once, and a program that signs them in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from evosync.sandbox.server import sandbox_app
from evosync.sandbox.vkid.world import VkId
from evosync.sandbox.world import SandboxWorld
from tests.sandbox.vkid.scene import Program


@pytest.fixture
def vkid(world: SandboxWorld) -> VkId:
    world.vkid.knobs.consent = "grant"
    world.vk.knobs.requests_per_second = 1_000  # the clock stands still
    return world.vkid


@pytest.fixture
async def program(world: SandboxWorld, vkid: VkId) -> AsyncIterator[Program]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox_app(world)), base_url="http://127.0.0.1"
    ) as client:
        yield Program(client)
