"""Many rows made into values, or compared, in portions: others have the loop in between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.engine import CursorResult

from evosync.db.types import Tx

T = TypeVar("T")

PORTION = 500  # rows; so many take a few milliseconds


async def portions(found: CursorResult[Any]) -> AsyncIterator[Sequence[Row[Any]]]:
    """Give the rows of an answer in its order, and the loop to others after each portion."""
    for portion in found.partitions(PORTION):
        yield portion
        await asyncio.sleep(0)


async def streamed(tx: Tx, query: Select[Any]) -> AsyncIterator[Sequence[Row[Any]]]:
    """Give the rows of a query likewise, as the database sends them: never are all of them held."""
    found = await tx.stream(query.execution_options(yield_per=PORTION))
    async for portion in found.partitions():
        yield portion
        # SQLite's rows come from a thread and are waited for; a socket may have many at once.
        if tx.dialect.name != "sqlite":
            await asyncio.sleep(0)


async def slices(values: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    """Give values in their order, likewise."""
    for begin in range(0, len(values), PORTION):
        yield values[begin : begin + PORTION]
        await asyncio.sleep(0)
