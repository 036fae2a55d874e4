"""A sandbox that keeps VK ID's answers back, once it is told to, until it lets them go."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evosync.sandbox.server import sandbox_app
from evosync.sandbox.world import SandboxWorld

TOKENS_PATH = "/vkid/oauth2/auth"


class Latch:
    """Holds what is answered to who asks for tokens: it has been carried out by then."""

    def __init__(self, world: SandboxWorld) -> None:
        self.is_shut = False
        self.is_holding = False
        self.let_go = asyncio.Event()
        self._app: ASGIApp = sandbox_app(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def hold(message: Message) -> None:
            if self.is_shut:
                self.is_holding = True
                await self.let_go.wait()
            await send(message)

        await self._app(scope, receive, hold if scope["path"] == TOKENS_PATH else send)
