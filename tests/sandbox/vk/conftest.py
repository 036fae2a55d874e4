"""A fake VK with Anna, who runs the tea shop's community, and Boris, who does not."""

import asyncio
import contextlib
import io
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
import uvicorn
from PIL import Image

from evosync.sandbox.vk.app import vk_app
from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.conftest import HandClock
from tests.sandbox.vk.scene import (
    ANNA,
    ANNA_ID,
    BORIS,
    BORIS_ID,
    COMMUNITY,
    OTHER_SHOP_ID,
    SHOP_ID,
    Api,
)


@pytest.fixture
def vk(clock: HandClock) -> VkWorld:
    world = VkWorld(clock=clock)
    world.knobs.requests_per_second = 1_000  # the clock stands still, few tests are about the rate
    world.add_user(ANNA, ANNA_ID, "Анна", "Чайкина")
    world.add_user(BORIS, BORIS_ID, "Борис", "Иванов")
    world.add_community(SHOP_ID, "Чайная", [ANNA_ID])
    world.add_community(OTHER_SHOP_ID, "Кофейня", [BORIS_ID])
    world.add_community_token(COMMUNITY, SHOP_ID)
    return world


@pytest.fixture
async def client(vk: VkWorld) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(vk_app(vk))
    async with httpx.AsyncClient(transport=transport, base_url="http://vk.test") as client:
        yield client


@pytest.fixture
def api(client: httpx.AsyncClient) -> Api:
    return Api(client)


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Draw a picture file."""

    def draw(width: int = 600, height: int = 400, kind: str = "PNG") -> bytes:
        written = io.BytesIO()
        Image.new("RGB", (width, height), "green").save(written, kind)
        return written.getvalue()

    return draw


@pytest.fixture
async def photo_id(api: Api, picture: Callable[..., bytes]) -> int:
    """Give a saved product photo of the shop."""
    door = await api.ok("market.getProductPhotoUploadServer", group_id=SHOP_ID)
    answer = await api.client.post(door["upload_url"], files={"file": ("tea.png", picture())})
    saved = await api.ok("market.saveProductPhoto", upload_response=answer.text)
    return int(saved["photo_id"])


@pytest.fixture
def server(vk: VkWorld) -> Iterator[str]:
    """Serve the fake VK on a free port of its own, in a thread; give the base address."""
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # from here on the kernel queues connections: nobody waits for the start
        port = listener.getsockname()[1]
        uvicorn_server = uvicorn.Server(uvicorn.Config(vk_app(vk), log_level="warning"))
        thread = threading.Thread(
            target=lambda: asyncio.run(uvicorn_server.serve(sockets=[listener]))
        )
        thread.start()
        yield f"http://127.0.0.1:{port}"
        uvicorn_server.should_exit = True
        thread.join(timeout=10)
