"""Batches under way side by side: they touch different items, and each lands by itself."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable
from types import TracebackType
from typing import Self

from evosync.engine.changes import AddAlbum, Change, Create, EditAlbum, PutInAlbum, TakeAlbum


class Flights:
    """The batches that were sent and not heard of yet.

    At the end of its body all have landed; a cancelled body breaks them off.
    """

    def __init__(self) -> None:
        self._aloft: dict[asyncio.Task[object], frozenset[int]] = {}

    async def __aenter__(self) -> Self:
        """Begin with none."""
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Let all land, or nobody wait for them."""
        try:
            if error is None or isinstance(error, Exception):
                await self.land()
        finally:
            for flight in self._aloft:
                flight.cancel()
            await asyncio.gather(*self._aloft, return_exceptions=True)

    def launch(self, flight: Coroutine[object, object, object], items: Iterable[int] = ()) -> None:
        """Let a batch go that touches these items."""
        self._aloft[asyncio.create_task(flight)] = frozenset(items)

    async def clear(self, items: Collection[int]) -> None:
        """Wait until nothing that is under way touches any of these items; raises like `land`."""
        while not all(touched.isdisjoint(items) for touched in self._aloft.values()):
            await self.land(len(self._aloft) - 1)

    async def land(self, most: int = 0) -> None:
        """Wait until at most so many are under way.

        Raises what ended one of them, but not before all the others have landed, too:
        what is sent happens, and is to be written down.
        """
        error: BaseException | None = None
        while len(self._aloft) > (most if error is None else 0):
            landed, _ = await asyncio.wait(self._aloft, return_when=asyncio.FIRST_COMPLETED)
            for flight in landed:
                del self._aloft[flight]
                error = error or flight.exception()
        if error is not None:
            raise error


def items_of(changes: Iterable[Change]) -> Iterable[int]:
    """List the items that changes touch; one that is to be made has no id yet."""
    for change in changes:
        match change:
            case PutInAlbum(item_ids=item_ids):
                yield from item_ids
            case Create() | AddAlbum() | EditAlbum() | TakeAlbum():
                pass
            case _:
                yield change.link.item_id
