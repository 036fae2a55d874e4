"""The sandbox as one HTTP server: APIs, sign-ins, pages, and a runner to embed it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from evosync.sandbox.control import control_routes
from evosync.sandbox.evotor.app import evotor_app
from evosync.sandbox.evotor.oauth_app import evotor_oauth_app
from evosync.sandbox.rendering import page
from evosync.sandbox.storefront import storefront_app
from evosync.sandbox.stricken import LOSING
from evosync.sandbox.till import till_app
from evosync.sandbox.vk.app import vk_app
from evosync.sandbox.vkid.app import vkid_app
from evosync.sandbox.world import SandboxWorld

_STOP_GRACE_S = 2  # a request still going on then is dropped


def sandbox_app(world: SandboxWorld) -> Starlette:
    """Return the whole sandbox.

    Evotor's API is at /evotor and VK's at /vk (its methods at /vk/method/…),
    the sign-ins at /evotor-oauth and /vkid, the till at /till/, what a buyer
    sees at /storefront/, and whoever tests steers it all at /control.
    """
    return Starlette(
        routes=[
            Route("/", partial(_index, world)),
            Mount("/evotor", evotor_app(world.evotor)),
            Mount("/evotor-oauth", evotor_oauth_app(world.evotor_oauth)),
            Mount("/vk", vk_app(world.vk)),
            Mount("/vkid", vkid_app(world.vkid)),
            Mount("/till", till_app(world)),
            Mount("/storefront", storefront_app(world.vk)),
            *control_routes(world),
        ]
    )


@contextlib.asynccontextmanager
async def serve_sandbox(
    world: SandboxWorld, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve the world in the running loop and give its base URL, without a slash at the end.

    Port 0 takes a free one. Signals are left to whoever embeds this. Raises
    OSError if the address cannot be taken.
    """
    async with serve_app(sandbox_app(world), host=host, port=port) as url:
        yield url


@contextlib.asynccontextmanager
async def serve_app(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve any app as `serve_sandbox` serves the world; faults may drop its connections."""
    with listen_on(host, port) as listener:
        server = _EmbeddedServer(_config(app))
        serving = asyncio.create_task(server.serve(sockets=[listener]), name="sandbox server")
        try:
            await server.ready.wait()
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class _EmbeddedServer(uvicorn.Server):
    """A uvicorn that says when it answers and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        try:
            await super().startup(sockets)
        finally:  # whoever waits must not wait for a server that failed
            self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no handlers."""
        yield


class _LosableConnection(H11Protocol):
    """A connection that the app it serves may close, or leave without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the app the means."""
        super().connection_made(transport)
        self._hangs = False
        self.app = _Losable(self.app, {"drop": transport.close, "hang": self._hang})

    def shutdown(self) -> None:
        """Wait for the answer that is being made, unless there will be none."""
        super().shutdown()
        if self._hangs:
            self.transport.close()

    def _hang(self) -> None:
        self._hangs = True


class _Losable:
    def __init__(self, app: ASGIApp, ways: Mapping[str, Callable[[], None]]) -> None:
        self._app = app
        self._ways = ways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[LOSING] = self._ways
        await self._app(scope, receive, send)


def listen_on(host: str, port: int) -> socket.socket:
    """Take an address of IPv4. Raises OSError if it cannot be taken."""
    # asyncio sends answers without delay only from sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Only a socket that listens keeps others from binding the same address.
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_LosableConnection,
        lifespan="off",
        ws="none",
        # Whom the control lets in is told by the connection, never by what a request says.
        proxy_headers=False,
        log_config=None,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_STOP_GRACE_S,
    )


async def _index(world: SandboxWorld, request: Request) -> Response:
    return page("index.html", world=world, base_url=str(request.base_url))
