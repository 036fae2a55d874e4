"""VK's small pictures, fetched for our own pages: a browser that looks at them asks nobody else."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from evosync.outbound.client import Client, Request, Unreachable

log = structlog.get_logger(__name__)

MAX_BYTES = 2 * 1024 * 1024
TIMEOUT_S = 5.0

KEPT_BYTES = 32 * 1024 * 1024
"""What is kept of all pictures together: some 1,500 of them."""

AT_ONCE = 6
"""How many are asked for at a time; the client's pool has room for 8."""

PAUSE_S = 60.0
"""So long a picture that did not come is not asked for again."""

LONGEST_MEMORY = 2000
"""Of so many pictures that did not come it is known; the oldest are forgotten."""

# What every browser draws. No SVG: it can hold scripts.
TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumb:
    """A picture as its host gave it."""

    content_type: str
    body: bytes


class Thumbs:
    """Fetches pictures of VK's, and keeps those that were looked at last.

    `hosts` are the hosts, with their subdomains, that may be asked; by plain
    http only one of this machine, where a sandbox is.
    """

    def __init__(
        self,
        client: Client,
        hosts: Sequence[str],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._hosts = hosts
        self._monotonic = monotonic
        self._kept: OrderedDict[str, Thumb] = OrderedDict()
        self._kept_bytes = 0
        self._missed: OrderedDict[str, float] = OrderedDict()
        self._flights: dict[str, asyncio.Task[Thumb | None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def find(self, address: str) -> Thumb | None:
        """Find a picture; None when its host may not be asked, or gave none that can be shown."""
        if (kept := self._kept.get(address)) is not None:
            self._kept.move_to_end(address)
            return kept
        if self._is_missed(address) or not self._may_ask(address):
            return None
        flight = self._flights.get(address)
        if flight is None:
            flight = asyncio.create_task(self._fetch(address))
            self._flights[address] = flight
            flight.add_done_callback(lambda _task: self._flights.pop(address, None))
        # Whoever goes away leaves the picture to those who wait for it too.
        return await asyncio.shield(flight)

    async def close(self) -> None:
        """Give up what is still on its way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def _may_ask(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        is_known = any(host == name or host.endswith(f".{name}") for name in self._hosts)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
        return is_known and is_safe and parts.username is None and parts.password is None

    async def _fetch(self, address: str) -> Thumb | None:
        request = Request(
            method="GET",
            url=address,
            timeout_s=TIMEOUT_S,
            most_bytes=MAX_BYTES,
            has_secret_url=True,
        )
        async with self._slots:
            try:
                answer = await self._client.send(request)
            except Unreachable as error:
                self._miss(address, error.cause)
                return None
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status != 200 or kind not in TYPES or not answer.body:
            self._miss(address, f"HTTP {answer.status}, {kind or 'no type'}")
            return None
        thumb = Thumb(content_type=kind, body=answer.body)
        self._keep(address, thumb)
        return thumb

    def _keep(self, address: str, thumb: Thumb) -> None:
        self._missed.pop(address, None)
        self._kept[address] = thumb
        self._kept_bytes += len(thumb.body)
        while self._kept_bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest.body)

    def _miss(self, address: str, cause: str) -> None:
        log.info(
            "picture not fetched", url=Request(method="GET", url=address).shown_url, cause=cause
        )
        self._missed[address] = self._monotonic() + PAUSE_S
        while len(self._missed) > LONGEST_MEMORY:
            self._missed.popitem(last=False)

    def _is_missed(self, address: str) -> bool:
        return self._missed.get(address, 0.0) > self._monotonic()
