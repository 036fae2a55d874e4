import asyncio
import os
import signal
import socket
import sys

import httpx
import pytest
from starlette.applications import Starlette

from evosync.errors import Misconfigured, TryLater
from evosync.settings import Settings
from evosync.web.server import THREADS_GIVE_WAY_S, serve, stop_signals, take_socket

DEADLINE_S = 60


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_is_taken_once(host: str) -> None:
    with take_socket(Settings(host=host, port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TryLater) as caught:
            take_socket(Settings(host=host, port=port))
    assert caught.value.code == "address_taken"
    assert str(port) in caught.value.message


def test_an_address_of_another_machine_is_told() -> None:
    # 192.0.2.0/24 belongs to nobody (RFC 5737).
    with pytest.raises(Misconfigured, match=r"192\.0\.2\.1:8000"):
        take_socket(Settings(host="192.0.2.1"))


@pytest.mark.parametrize(
    "host", ["аа.рф..", "a" * 64, "tea\0shop", "\ud800"], ids=["dots", "long", "zero", "no letter"]
)
def test_what_cannot_be_an_address_is_told(host: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        take_socket(Settings(host=host, port=0))
    assert caught.value.name == "HOST, PORT"
    assert caught.value.why.endswith(").")


def test_answers_leave_without_delay() -> None:
    # asyncio turns Nagle's algorithm off only where the socket names its protocol;
    # with it each answer to a kept connection takes 40 ms more.
    with take_socket(Settings(port=0)) as taken:
        assert taken.proto == socket.IPPROTO_TCP


async def test_requests_are_answered_until_the_stop(app: Starlette) -> None:
    settings, stopping = Settings(port=0), asyncio.Event()
    taken = take_socket(settings)
    serving = asyncio.create_task(serve(app, taken, settings, stopping))
    url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.get("/nowhere")
        assert answer.status_code == 404
        assert "server" not in answer.headers
        assert sys.getswitchinterval() == pytest.approx(THREADS_GIVE_WAY_S)
    stopping.set()
    async with asyncio.timeout(DEADLINE_S):
        await serving
    async with httpx.AsyncClient(base_url=url) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/nowhere")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
async def test_a_signal_asks_for_a_stop_as_long_as_the_block_runs(number: signal.Signals) -> None:
    def handler(_number: int, _frame: object) -> None:
        """Stand for what the command line does with signals."""

    before = signal.signal(number, handler)
    stopping = asyncio.Event()
    try:
        with stop_signals(stopping):
            os.kill(os.getpid(), number)
            async with asyncio.timeout(DEADLINE_S):
                await stopping.wait()
        assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, before)


async def test_a_ctrl_c_that_was_to_be_ignored_still_is() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stop_signals(asyncio.Event()):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
