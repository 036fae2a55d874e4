"""Faults at the ends of a wire: within the process, and over a real socket."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from evosync.sandbox.faults import Fault
from evosync.sandbox.server import serve_app
from evosync.sandbox.stricken import ConnectionDropped, Lost, Stricken

DELAY_S = 0.05
ANSWER = '{"tea": "green", "cups": 2}'


class Teapot:
    """An app that counts what it has poured; `fault` strikes it."""

    def __init__(self) -> None:
        self.poured = 0
        self.fault = Fault()
        self._app = Starlette(routes=[Route("/", self._pour, methods=["POST"])])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Stricken(self._app, self.fault, {"X-Teapot": "hot"})(scope, receive, send)

    async def _pour(self, request: Request) -> Response:
        await request.body()
        self.poured += 1
        return Response(ANSWER, media_type="application/json")


@pytest.fixture
def teapot() -> Teapot:
    return Teapot()


@pytest.fixture
async def near(teapot: Teapot) -> AsyncIterator[httpx.AsyncClient]:
    """A client within the process."""
    transport = httpx.ASGITransport(teapot)
    async with httpx.AsyncClient(transport=transport, base_url="http://teapot.test") as client:
        yield client


@pytest.fixture
async def far(teapot: Teapot) -> AsyncIterator[httpx.AsyncClient]:
    """A client at the other end of a socket."""
    async with serve_app(teapot) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


async def test_no_fault_no_trouble(teapot: Teapot, near: httpx.AsyncClient) -> None:
    answer = await near.post("/", content=b"water")
    assert (answer.status_code, answer.text, teapot.poured) == (200, ANSWER, 1)


@pytest.mark.parametrize(("after_work", "poured"), [(False, 0), (True, 1)], ids=str)
@pytest.mark.parametrize("html", [False, True], ids=["empty", "html"])
async def test_a_status_takes_the_place_of_the_answer(
    teapot: Teapot, near: httpx.AsyncClient, html: bool, after_work: bool, poured: int
) -> None:
    teapot.fault = Fault(status=502, html=html, after_work=after_work)
    answer = await near.post("/", content=b"water")
    assert (answer.status_code, teapot.poured) == (502, poured)
    assert answer.headers["x-teapot"] == "hot"
    assert ("<h1>502 Bad Gateway</h1>" in answer.text) is html
    assert answer.headers.get("content-type", "").startswith("text/html") is html
    assert (answer.text == "") is not html


async def test_a_status_may_be_one_that_http_does_not_name(
    teapot: Teapot, near: httpx.AsyncClient
) -> None:
    teapot.fault = Fault(status=599, html=True)
    assert "599 Error" in (await near.post("/")).text


@pytest.mark.parametrize("after_work", [False, True], ids=["before", "after"])
async def test_a_slow_answer_is_the_right_one(
    teapot: Teapot, near: httpx.AsyncClient, after_work: bool
) -> None:
    teapot.fault = Fault(delay_s=DELAY_S, after_work=after_work)
    began = time.monotonic()
    assert (await near.post("/", content=b"water")).text == ANSWER
    assert time.monotonic() - began >= DELAY_S


async def test_a_request_is_carried_out_after_a_delay(
    teapot: Teapot, near: httpx.AsyncClient
) -> None:
    teapot.fault = Fault(delay_s=DELAY_S)
    began = time.monotonic()
    asked = await asked_until_poured(teapot, near)
    assert time.monotonic() - began >= DELAY_S
    await asked


async def test_or_before_it(teapot: Teapot, near: httpx.AsyncClient) -> None:
    teapot.fault = Fault(delay_s=3600, after_work=True)
    asked = await asked_until_poured(teapot, near)
    assert not asked.done()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked


async def asked_until_poured(
    teapot: Teapot, client: httpx.AsyncClient
) -> asyncio.Task[httpx.Response]:
    """Ask, and wait until the request is carried out, whether or not it is answered."""
    asked = asyncio.create_task(client.post("/", content=b"water"))
    while not teapot.poured:  # noqa: ASYNC110 - the other task is waited for
        await asyncio.sleep(0)
    return asked


async def test_a_cut_body_is_half_of_the_right_one(teapot: Teapot, far: httpx.AsyncClient) -> None:
    teapot.fault = Fault(cut=True)
    answer = await far.post("/", content=b"water")
    assert (answer.status_code, answer.text) == (200, ANSWER[: len(ANSWER) // 2])
    assert teapot.poured == 1


async def test_a_connection_may_be_dropped_in_the_middle_of_a_body(
    teapot: Teapot, far: httpx.AsyncClient
) -> None:
    teapot.fault = Fault(cut=True, drop=True)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        await far.post("/", content=b"water")
    assert teapot.poured == 1


@pytest.mark.parametrize(("after_work", "poured"), [(False, 0), (True, 1)], ids=str)
async def test_a_dropped_connection_is_a_protocol_error_to_the_client(
    teapot: Teapot, far: httpx.AsyncClient, after_work: bool, poured: int
) -> None:
    teapot.fault = Fault(drop=True, after_work=after_work)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await far.post("/", content=b"water" * 100_000)
    assert teapot.poured == poured
    teapot.fault = Fault()
    assert (await far.post("/")).text == ANSWER


async def test_within_the_process_a_drop_is_an_error_of_its_own(
    teapot: Teapot, near: httpx.AsyncClient
) -> None:
    teapot.fault = Fault(drop=True)
    with pytest.raises(ConnectionDropped):
        await near.post("/", content=b"water")


@pytest.mark.parametrize(("after_work", "poured"), [(False, 0), (True, 1)], ids=str)
async def test_a_hanging_answer_ends_with_the_clients_patience(
    teapot: Teapot, far: httpx.AsyncClient, after_work: bool, poured: int
) -> None:
    teapot.fault = Fault(hang=True, after_work=after_work)
    with pytest.raises(httpx.ReadTimeout):
        await far.post("/", content=b"water", timeout=httpx.Timeout(10, read=0.5))
    assert teapot.poured == poured


async def test_an_endpoint_may_lose_its_answer_itself() -> None:
    async def pour(_request: Request) -> Response:
        return Lost("drop")

    app = Starlette(routes=[Route("/", pour), Route("/cup", lambda _request: JSONResponse(2))])
    async with serve_app(app) as url, httpx.AsyncClient(base_url=url) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/")
        assert (await client.get("/cup")).json() == 2


async def test_a_server_does_not_wait_for_a_request_that_hangs(teapot: Teapot) -> None:
    teapot.fault = Fault(hang=True)
    async with httpx.AsyncClient() as client:
        async with serve_app(teapot) as url:
            asked = asyncio.create_task(client.post(url))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(asked), 0.1)
        with pytest.raises(httpx.RemoteProtocolError):
            await asked
