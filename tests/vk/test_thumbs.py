"""Pictures of VK's for our pages: from VK alone, only pictures, and each of them once."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx

from evosync.outbound.client import Client
from evosync.vk import thumbs as module
from evosync.vk.thumbs import MAX_BYTES, PAUSE_S, Thumb, Thumbs

URL = "https://sun9-1.userapi.com/a.jpg?sign=1"
JPEG = {"Content-Type": "image/jpeg"}


class Hands:
    """A clock that stands until it is moved."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def thumbs(hands: Hands) -> AsyncIterator[Thumbs]:
    async with httpx.AsyncClient() as http:
        hosts = ("vk.com", "userapi.com", "127.0.0.1")
        made = Thumbs(Client(http, service="test"), hosts, monotonic=hands)
        yield made
        await made.close()


@pytest.fixture
def host() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


async def test_a_picture_is_fetched_once_and_kept(thumbs: Thumbs, host: respx.MockRouter) -> None:
    route = host.get(URL).respond(headers=JPEG, content=b"jpeg")
    found = await asyncio.gather(*(thumbs.find(URL) for _ in range(20)), thumbs.find(URL))
    assert set(found) == {Thumb(content_type="image/jpeg", body=b"jpeg")}
    assert await thumbs.find(URL) == found[0]
    assert route.call_count == 1


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://evil.test/a.jpg", id="another host"),
        pytest.param("https://userapi.com.evil.test/a.jpg", id="a host that begins like VK's"),
        pytest.param("https://eviluserapi.com/a.jpg", id="a host that ends like VK's"),
        pytest.param("http://sun9-1.userapi.com/a.jpg", id="without encryption"),
        pytest.param("https://a:b@sun9-1.userapi.com/a.jpg", id="with a password"),
        pytest.param("https://10.0.0.1/a.jpg", id="a neighbour"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("https://[userapi.com/a.jpg", id="no address"),
    ],
)
async def test_nobody_else_is_asked(address: str, thumbs: Thumbs, host: respx.MockRouter) -> None:
    asked = host.route().respond(headers=JPEG, content=b"jpeg")
    assert await thumbs.find(address) is None
    assert not asked.called


async def test_a_sandbox_on_this_machine_is_asked_by_plain_http(
    thumbs: Thumbs, host: respx.MockRouter
) -> None:
    host.get("http://127.0.0.1:5/a.jpg").respond(headers=JPEG, content=b"jpeg")
    assert await thumbs.find("http://127.0.0.1:5/a.jpg") is not None


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(httpx.Response(404, headers=JPEG, content=b"jpeg"), id="not there"),
        pytest.param(
            httpx.Response(302, headers={"Location": "http://10.0.0.1/"}), id="leads elsewhere"
        ),
        pytest.param(httpx.Response(200, html="x"), id="page"),
        pytest.param(
            httpx.Response(200, headers={"Content-Type": "image/svg+xml"}, text="<svg/>"), id="svg"
        ),
        pytest.param(httpx.Response(200, headers=JPEG), id="empty"),
        pytest.param(
            httpx.Response(200, headers=JPEG, content=b"x" * (MAX_BYTES + 1)), id="too large"
        ),
        pytest.param(httpx.ConnectError("out"), id="out"),
    ],
)
async def test_what_did_not_come_is_left_alone_for_a_minute(
    answer: httpx.Response | Exception, thumbs: Thumbs, hands: Hands, host: respx.MockRouter
) -> None:
    good = httpx.Response(200, headers=JPEG, content=b"j")
    route = host.get(URL).mock(side_effect=[answer, good])
    assert await thumbs.find(URL) is None
    assert await thumbs.find(URL) is None
    hands.at += PAUSE_S
    assert await thumbs.find(URL) == Thumb(content_type="image/jpeg", body=b"j")
    assert route.call_count == 2


async def test_what_was_not_looked_at_for_long_goes_first(
    thumbs: Thumbs, host: respx.MockRouter
) -> None:
    route = host.get(url__startswith="https://vk.com/").respond(
        headers=JPEG, content=b"x" * MAX_BYTES
    )
    room = module.KEPT_BYTES // MAX_BYTES
    for number in range(room):
        await thumbs.find(f"https://vk.com/{number}")
    await thumbs.find("https://vk.com/0")
    await thumbs.find(f"https://vk.com/{room}")
    assert route.call_count == room + 1
    await thumbs.find("https://vk.com/0")
    assert route.call_count == room + 1
    await thumbs.find("https://vk.com/1")
    assert route.call_count == room + 2
