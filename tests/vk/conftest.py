"""Stands for the VK client: against the sandbox, and against single odd answers."""

import ssl
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx

from evosync.sandbox.vk.app import vk_app
from evosync.sandbox.vk.world import VkWorld
from tests.vk.stand import SANDBOX_URL, UPLOAD_URL, VK_URL, Stand, Watch, make_world


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def world(watch: Watch) -> VkWorld:
    """Give a sandbox VK with Anna's empty community."""
    return make_world(watch)


@pytest.fixture
async def shop(world: VkWorld, watch: Watch) -> AsyncIterator[Stand]:
    """Give a client that speaks with the sandbox."""
    transport = httpx.ASGITransport(vk_app(world))
    async with httpx.AsyncClient(transport=transport) as http:
        yield Stand(http, watch, SANDBOX_URL)


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    """Give the outside world of `odd`."""
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture(scope="session")
def no_roots() -> ssl.SSLContext:
    """Give a TLS context that trusts nobody: reading the real roots takes longer than a test."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def vk(router: respx.MockRouter) -> respx.Route:
    """Give all of VK's API as one route, to be told its answers one by one."""
    return router.post(url__startswith=f"{VK_URL}/method/")


@pytest.fixture
def host(router: respx.MockRouter) -> respx.Route:
    """Give VK's upload host as one route."""
    return router.post(url__startswith=UPLOAD_URL)


@pytest.fixture
async def odd(
    router: respx.MockRouter, watch: Watch, no_roots: ssl.SSLContext
) -> AsyncIterator[Stand]:
    """Give a client that hears what `vk` and `host` were told to answer."""
    async with httpx.AsyncClient(verify=no_roots) as http:
        yield Stand(http, watch, VK_URL)
