"""A relay before a database server, which can fall silent without closing anything."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from evosync.db.urls import normalise_url


class Relay:
    """Passes bytes on both ways while it speaks; until then they wait in it."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self.speaks = asyncio.Event()
        self.speaks.set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection to its end."""
        there, back = await asyncio.open_connection(*self._to)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, back))
                both.create_task(self._pass(there, writer))
        finally:
            for each in (writer, back):
                each.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while taken := await reader.read(65536):
            await self.speaks.wait()
            writer.write(taken)
        await self.speaks.wait()
        with contextlib.suppress(OSError):
            writer.write_eof()


@contextlib.asynccontextmanager
async def silent_at_will(url: str) -> AsyncIterator[tuple[str, Relay]]:
    """Give the URL of the same database behind a relay, and the relay."""
    where = normalise_url(url)
    assert where.host
    assert where.port
    relay = Relay(where.host, where.port)
    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield where.set(port=port).render_as_string(hide_password=False), relay
        relay.speaks.set()
