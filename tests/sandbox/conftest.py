"""A seeded sandbox with a clock moved by hand, and clients that talk HTTP to it."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from evosync.sandbox.evotor.app import evotor_app
from evosync.sandbox.till import till_app
from evosync.sandbox.world import SandboxWorld


@dataclass(slots=True)
class HandClock:
    """Epoch seconds that stand still until a test moves them."""

    at: float = 1_759_500_000.25  # 2025-10-03 14:00 UTC

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def world(clock: HandClock) -> SandboxWorld:
    return SandboxWorld.seeded(clock=clock)


@pytest.fixture
async def evotor(world: SandboxWorld) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the world's Evotor, signed in."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(evotor_app(world.evotor)),
        base_url="http://evotor.test",
        headers={"Authorization": f"Bearer {world.evotor_token}"},
    ) as client:
        yield client


@pytest.fixture
async def till(world: SandboxWorld) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the world's till page."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(till_app(world)), base_url="http://till.test"
    ) as client:
        yield client


@pytest.fixture
def goods_file() -> Path:
    """The file of real goods, which is not part of the repository."""
    path = Path(os.environ.get("EVOSYNC_GOODS_FILE") or "no goods file")
    if not path.is_file():
        pytest.skip("no goods file: set EVOSYNC_GOODS_FILE")
    return path
