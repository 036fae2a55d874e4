"""A fake cloud's app under a fault: its answer is delayed, replaced, cut short or never given."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Literal

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evosync.sandbox.faults import Fault

LOSING = "evosync.sandbox.losing"
"""The server's extension of a scope: functions `drop` and `hang` for the request's connection."""

_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"


class ConnectionDropped(ConnectionResetError):
    """What a client within this process sees of a dropped connection: it has none."""


class Lost(Response):
    """An answer that never comes; an endpoint may return it after its work."""

    def __init__(self, how: Literal["drop", "hang"]) -> None:
        super().__init__()
        self._how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the connection, or wait until the client does; nothing more is sent."""
        ways = scope.get("extensions", {}).get(LOSING)
        if ways is not None:
            ways[self._how]()
        elif self._how == "drop":
            raise ConnectionDropped("the sandbox dropped the connection")
        while (await receive())["type"] != "http.disconnect":
            pass


class Stricken:
    """An app that one fault strikes; `headers` go with the answer that a status makes."""

    def __init__(
        self, app: ASGIApp, fault: Fault, headers: Mapping[str, str] | None = None
    ) -> None:
        self._app = app
        self._fault = fault
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or do not."""
        fault = self._fault
        answer = await self._work(scope, receive)
        await asyncio.sleep(fault.delay_s)
        if fault.cut:
            await _send_half(answer, send, whole_length=fault.drop)
        if fault.drop or fault.hang:
            await Lost("drop" if fault.drop else "hang")(scope, receive, send)
        elif fault.status is not None:
            await page(fault, self._headers)(scope, receive, send)
        elif not fault.cut:
            await self._pass_on(answer, scope, receive, send)

    async def _work(self, scope: Scope, receive: Receive) -> list[Message]:
        """Carry the request out if its answer is to be kept back; else nothing is answered yet."""
        if self._fault.after_work or self._fault.cut:
            return await _recorded(self._app, scope, receive)
        if self._fault.replaces_answer:
            await _read(receive)
        return []

    async def _pass_on(
        self, answer: list[Message], scope: Scope, receive: Receive, send: Send
    ) -> None:
        if not answer:
            await self._app(scope, receive, send)
        for message in answer:
            await send(message)


class Through(Response):
    """An answer that another app gives; `body_is_read` if it finds the request's body taken."""

    def __init__(self, app: ASGIApp, *, body_is_read: bool = True) -> None:
        super().__init__()
        self._app = app
        self._messages: list[Message] = [{"type": "http.request"}] if body_is_read else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it."""

        async def received() -> Message:
            return self._messages.pop() if self._messages else await receive()

        await self._app(scope, received, send)


def respond_under(
    fault: Fault | None, respond: Callable[[], Awaitable[Response]], *, body_is_read: bool = False
) -> Response:
    """Give what an endpoint responds, or what a fault leaves of it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await respond()
        await response(scope, receive, send)

    return Through(app if fault is None else Stricken(app, fault), body_is_read=body_is_read)


def page(fault: Fault, headers: Mapping[str, str] | None = None) -> Response:
    """Make the answer of a fault with a status: empty, or a web page such as proxies write."""
    status = fault.status or HTTPStatus.OK
    if not fault.html:
        return Response(status_code=status, headers=headers)
    known = {each.value: each.phrase for each in HTTPStatus}
    text = _PAGE.format(f"{int(status)} {known.get(status, 'Error')}")
    return Response(text, status, headers=headers, media_type="text/html")


async def _read(receive: Receive) -> None:
    """Take the whole request, so that its sender hears of the trouble only after sending."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass


async def _recorded(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages


async def _send_half(answer: list[Message], send: Send, *, whole_length: bool) -> None:
    """Send half of a body, as all there is or, with `whole_length`, as if more came."""
    start, *rest = answer
    body: bytes = b"".join(message.get("body", b"") for message in rest)
    half = body[: len(body) // 2]
    if not whole_length:
        MutableHeaders(scope=start)["content-length"] = str(len(half))
    await send(start)
    await send({"type": "http.response.body", "body": half, "more_body": whole_length})
