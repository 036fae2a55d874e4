"""Many transactions at once, really at once."""

import asyncio

from sqlalchemy import text

from evosync.db.engine import Database
from evosync.db.types import Tx

AT_ONCE = 5  # as many connections as a pool keeps open


async def warmed(database: Database) -> None:
    """Open connections for all, since opening them puts the transactions one after another."""

    async def look(tx: Tx) -> None:
        await tx.execute(text("SELECT 1"))

    await asyncio.gather(*(database.write(look) for _ in range(AT_ONCE)))
