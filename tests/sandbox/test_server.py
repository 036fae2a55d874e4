import asyncio
import signal
import socket

import httpx
import pytest

from evosync.sandbox.server import listen_on, serve_sandbox
from evosync.sandbox.world import SandboxWorld


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("/", "Песочница", id="index"),
        pytest.param("/till/", "Чайная на Лесной", id="till"),
        pytest.param("/till/till.css", "color-scheme", id="style"),
        pytest.param("/storefront/", "Чайная", id="storefront"),
        pytest.param("/evotor/stores", "Чайная на Лесной", id="evotor"),
    ],
)
async def test_everything_stands_on_one_port(world: SandboxWorld, path: str, words: str) -> None:
    async with serve_sandbox(world) as url, httpx.AsyncClient(base_url=url) as client:
        headers = {"Authorization": f"Bearer {world.evotor_token}"}
        answer = await client.get(path, headers=headers, follow_redirects=True)
        assert answer.status_code == 200
        assert words in answer.text


async def test_vk_answers_below_its_mount(world: SandboxWorld) -> None:
    async with serve_sandbox(world) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.post(
            "/vk/method/users.get", data={"access_token": world.vk_token, "v": "5.199"}
        )
        assert answer.json()["response"][0]["first_name"] == "Анна"


async def test_the_index_names_what_to_connect_to(world: SandboxWorld) -> None:
    async with serve_sandbox(world) as url, httpx.AsyncClient() as client:
        page = (await client.get(url)).text
        for words in (
            f"{url}/evotor",
            f"{url}/vk",
            f"{url}/control",
            world.evotor_token,
            world.vk_token,
        ):
            assert words in page


async def test_a_form_leads_back_to_the_mounted_page(world: SandboxWorld) -> None:
    product = world.add_product("Чай", 10)
    async with serve_sandbox(world) as url, httpx.AsyncClient(base_url=url) as client:
        fields = {"store": world.places(product.id)[0][0].id, "product": product.id}
        answer = await client.post("/till/sell", data=fields, follow_redirects=True)
        assert (answer.status_code, answer.url.path) == (200, "/till/")


async def test_paths_are_counted_below_the_mount(world: SandboxWorld) -> None:
    async with serve_sandbox(world) as url, httpx.AsyncClient() as client:
        await client.get(f"{url}/evotor/stores")
    assert world.evotor.requests_by_path == {"/stores": 1}


async def test_the_server_leaves_signals_alone_and_frees_its_port(world: SandboxWorld) -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with serve_sandbox(world) as url:
        assert signal.getsignal(signal.SIGTERM) is before
        port = int(url.rpartition(":")[2])
    async with serve_sandbox(world, port=port) as again:
        assert again == url


async def test_a_taken_port_is_an_os_error(world: SandboxWorld) -> None:
    async with serve_sandbox(world) as url:
        with pytest.raises(OSError, match="in use"):
            async with serve_sandbox(world, port=int(url.rpartition(":")[2])):
                pass


def test_answers_leave_without_delay() -> None:
    # asyncio turns Nagle's algorithm off only where the socket names its protocol;
    # with it each answer to a kept connection takes 40 ms more.
    with listen_on("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


async def test_the_server_stops_when_its_body_fails(world: SandboxWorld) -> None:
    with pytest.raises(RuntimeError, match="tea is cold"):
        async with serve_sandbox(world):
            raise RuntimeError("tea is cold")
    running = {task.get_name() for task in asyncio.all_tasks()}
    assert "sandbox server" not in running
