"""Broken connections of the fake VK, seen from the other end of a socket."""

import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from evosync.sandbox.server import serve_app
from evosync.sandbox.vk.app import vk_app
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import SHOP, SHOP_ID, Api

GOOD = {"owner_id": SHOP, "name": "Чай!", "description": "Китайский, 50 г", "category_id": 1}
THREE = "return [{0}, {0}, {0}];".format(
    f"API.market.add({{owner_id: {SHOP}, name: 'Чай!', description: 'Китайский, 50 г',"
    " category_id: 1})"
)


@pytest.fixture
async def far(vk: VkWorld) -> AsyncIterator[Api]:
    """Anna, at the other end of a socket."""
    async with serve_app(vk_app(vk)) as url, httpx.AsyncClient(base_url=url) as client:
        yield Api(client)


@pytest.mark.parametrize(("after_work", "done"), [(False, 0), (True, 1)])
async def test_a_connection_drops_before_or_after_the_work(
    far: Api, vk: VkWorld, after_work: bool, done: int
) -> None:
    vk.faults.add(VkFault(method="market.add", drop=True, after_work=after_work))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await far("market.add", **GOOD)
    assert len(vk.items(SHOP_ID)) == done
    assert await far.add()


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        pytest.param(VkFault(method="execute", drop=True), 0, id="before"),
        pytest.param(VkFault(method="execute", drop=True, after_work=True), 3, id="after"),
        pytest.param(VkFault(calls_done=2, drop=True), 2, id="after two calls"),
        pytest.param(VkFault(method="market.add", skip=1, drop=True), 1, id="at a call"),
        pytest.param(
            VkFault(method="market.add", skip=1, drop=True, after_work=True), 2, id="behind a call"
        ),
    ],
)
async def test_an_execute_drops_anywhere(far: Api, vk: VkWorld, fault: VkFault, done: int) -> None:
    vk.faults.add(fault)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await far("execute", code=THREE)
    assert len(vk.items(SHOP_ID)) == done


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(VkFault(calls_done=2, cut=True, drop=True), id="after two calls"),
        pytest.param(VkFault(method="market.add", skip=1, cut=True, drop=True), id="behind a call"),
    ],
)
async def test_a_body_breaks_off(far: Api, vk: VkWorld, fault: VkFault) -> None:
    vk.faults.add(fault)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        await far("execute", code=THREE)
    assert len(vk.items(SHOP_ID)) == 2


@pytest.mark.parametrize(("after_work", "done"), [(False, 0), (True, 1)])
async def test_an_answer_hangs_longer_than_anyone_waits(
    far: Api, vk: VkWorld, after_work: bool, done: int
) -> None:
    vk.faults.add(VkFault(method="market.add", hang=True, after_work=after_work))
    with pytest.raises(httpx.ReadTimeout):
        await far.client.post(
            "/method/market.add",
            data=GOOD | {"access_token": far.token, "v": "5.199"},
            # Impatient of the answer alone: a loaded machine may be slow to connect.
            timeout=httpx.Timeout(10, read=0.5),
        )
    assert len(vk.items(SHOP_ID)) == done


@pytest.mark.parametrize(
    "method", [pytest.param("execute", id="request"), pytest.param("market.add", id="call inside")]
)
async def test_an_answer_is_late(far: Api, vk: VkWorld, method: str) -> None:
    vk.faults.add(VkFault(method=method, delay_s=0.05))
    began = time.monotonic()
    assert len(await far.ok("execute", code=THREE)) == 3
    assert time.monotonic() - began >= 0.05


async def test_an_upload_drops_after_the_work(
    far: Api, vk: VkWorld, picture: Callable[..., bytes]
) -> None:
    door = await far.ok("market.getProductPhotoUploadServer", group_id=SHOP_ID)
    vk.faults.add(VkFault(method="upload", drop=True, after_work=True))
    with pytest.raises(httpx.RemoteProtocolError):
        await far.client.post(door["upload_url"], files={"file": ("tea.png", picture())})
    assert len(vk.state.receipts) == 1
