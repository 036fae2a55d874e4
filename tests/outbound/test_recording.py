"""What a client tells its recorder: every request that ended, and nothing of it in a log."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx

from evosync.outbound.client import Client, Request, Unreachable
from evosync.outbound.exchange import Exchange

URL = "https://service.test/method"
SECRET = "vk1.a.t0p-s3cret"
TELLING = Request(
    method="POST",
    url=f"{URL}?access_token={SECRET}",
    headers={"Authorization": f"Bearer {SECRET}"},
    form={"access_token": SECRET},
)


@pytest.fixture
def service() -> Iterator[respx.Route]:
    with respx.mock() as router:
        yield router.route(url__startswith=URL)


class Noted:
    """Implements Recorder."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


@pytest.fixture
async def noted() -> AsyncIterator[tuple[Client, Noted]]:
    recorder = Noted()
    async with httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as http:
        yield Client(http, service="test", recorder=recorder), recorder


async def test_a_recorder_is_told_of_what_was_asked_and_answered(
    noted: tuple[Client, Noted], service: respx.Route
) -> None:
    client, recorder = noted
    service.respond(402, content=b"not paid")

    await client.send(TELLING)

    [told] = recorder.exchanges
    assert (told.service, told.method, told.status) == ("test", "POST", 402)
    assert (told.url, told.answer, told.form) == (URL, b"not paid", TELLING.form)
    assert (told.cause, told.upload_bytes) == ("", None)
    assert 0 <= told.seconds < 5
    assert SECRET not in repr(told)


async def test_a_recorder_is_told_of_pictures_by_their_size(
    noted: tuple[Client, Noted], service: respx.Route
) -> None:
    client, recorder = noted
    files = {"file": ("tea.jpg", b"\xff\xd8" * 50, "image/jpeg")}
    await client.send(Request(method="POST", url=URL, files=files))
    assert recorder.exchanges[0].upload_bytes == 100


async def test_a_recorder_is_told_why_no_answer_came(
    noted: tuple[Client, Noted], service: respx.Route
) -> None:
    client, recorder = noted
    service.mock(side_effect=httpx.ReadTimeout(f"about {SECRET}"))
    with pytest.raises(Unreachable):
        await client.send(TELLING)

    def stop(_request: httpx.Request) -> httpx.Response:
        raise asyncio.CancelledError

    service.mock(side_effect=stop)
    with pytest.raises(asyncio.CancelledError):
        await client.send(TELLING)
    told = [(each.status, each.cause) for each in recorder.exchanges]
    assert told == [(None, "ReadTimeout"), (None, "Cancelled")]
