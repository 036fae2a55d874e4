"""The wire to VK with a tap on it: a test may lose an answer, or do something after it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec

from evosync.outbound.client import Answer, Client, Request
from tests.flow.stand import Shop

Send = Callable[[Request], Awaitable[Answer]]
Tap = Callable[[Request, Send], Awaitable[Answer]]
"""Answers a request, or raises; what it is given sends it."""


class TappedClient(Client):
    """Gives every request to a tap; the connections are another client's."""

    def __init__(self, inner: Client, tap: Tap) -> None:
        self._inner = inner
        self._tap = tap

    async def send(self, request: Request) -> Answer:
        return await self._tap(request, self._inner.send)


def tapped(shop: Shop, tap: Tap) -> Shop:
    """Give the same shop behind a tap."""
    vk = TappedClient(shop.opened.vk, tap)
    return replace(shop, opened=replace(shop.opened, vk=vk))


def carries(request: Request, method: str) -> bool:
    """Tell whether a request calls a method, by itself or within an execute."""
    code = (request.form or {}).get("code", "")
    return f"{method}(" in code or request.url.endswith(f"/{method}")


def once_after(method: str, act: Callable[[], Awaitable[None]]) -> Tap:
    """Do something when VK has answered a method for the first time."""
    waiting = [act]

    async def tap(request: Request, send: Send) -> Answer:
        answer = await send(request)
        if waiting and carries(request, method):
            await waiting.pop()()
        return answer

    return tap


def refusing(method: str, code: int) -> Tap:
    """Let VK refuse every request that calls a method."""
    error = {"error_code": code, "error_msg": "refused", "request_params": []}

    async def tap(request: Request, send: Send) -> Answer:
        if not carries(request, method):
            return await send(request)
        return Answer(status=200, headers={}, body=msgspec.json.encode({"error": error}))

    return tap
