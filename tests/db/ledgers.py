"""A ledger of a run that holds its lease, and short ways to ask it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select

from evosync.catalog.item import Link
from evosync.db import leases, runs
from evosync.db.engine import Database
from evosync.db.leases import new_holder
from evosync.db.ledger import DbLedger
from evosync.db.runs import RunKind, RunTrigger
from evosync.db.tables.market import intents
from evosync.db.tables.runs import leases as held
from evosync.db.types import Tx
from evosync.engine.changes import (
    Create,
    Done,
    Field,
)
from evosync.engine.ports import Ledger
from tests.builders import (
    NOON,
    draft,
)

COMMUNITY = 220_000_000_123
PRICE = frozenset({Field.PRICE})


async def open_ledger(
    database: Database,
    user_id: int,
    community_id: int = COMMUNITY,
    now: Callable[[], datetime] = lambda: NOON,
) -> DbLedger:
    """Begin a run and hold the user's lease."""
    run_id = await database.write(runs.create_run, user_id, RunKind.MIRROR, RunTrigger.TIMER, NOON)
    holder = new_holder()
    await database.write(_seize, user_id, holder)
    return DbLedger(
        database,
        user_id=user_id,
        community_id=community_id,
        run_id=run_id,
        lease_token=holder.token,
        now=now,
    )


async def _seize(tx: Tx, user_id: int, holder: leases.Holder) -> None:
    await tx.execute(delete(held))
    assert await leases.take(tx, leases.mirror_lease(user_id), holder)


async def created(ledger: Ledger, *item_ids: int) -> list[Link]:
    """Create items, one product each; returns their links."""
    changes = [Create(draft=draft(f"tea-{item_id}")) for item_id in item_ids]
    await ledger.begin(changes, NOON)
    await ledger.record(
        [
            Done(change=each, item_id=item_id)
            for each, item_id in zip(changes, item_ids, strict=True)
        ]
    )
    return list(await ledger.links())


async def only(ledger: Ledger) -> Link:
    """Return the only link."""
    (found,) = await ledger.links()
    return found


async def states(database: Database) -> list[tuple[str, str, int | None]]:
    """List the intents ever written."""
    columns = intents.c
    async with database.read() as tx:
        found = await tx.execute(
            select(columns.product_id, columns.state, columns.item_id).order_by(columns.id)
        )
        return [(row.product_id, row.state, row.item_id) for row in found]
