"""A person wants one product sent again: what kept it from being sent goes (R19)."""

from collections.abc import Collection

from sqlalchemy import delete

from evosync.db.links import Place
from evosync.db.tables.market import refusals
from evosync.db.tables.runs import problems
from evosync.db.types import Tx


async def drop_refusals(tx: Tx, place: Place, product_id: str) -> bool:
    """Forget what VK refused of a product; the next run sends it again.

    False = it had refused nothing.
    """
    gone = await tx.execute(
        delete(refusals).where(*place.rows_of(refusals), refusals.c.product_id == product_id)
    )
    return gone.rowcount > 0


async def drop_problems(
    tx: Tx,
    user_id: int,
    product_id: str,
    store_ids: Collection[str],
    codes: Collection[str],
) -> None:
    """Take away what a person has just answered: the next run says what became of it."""
    rows = problems.c
    await tx.execute(
        delete(problems).where(
            rows.user_id == user_id,
            rows.store_id.in_([*store_ids, ""]),
            rows.product_id == product_id,
            rows.code.in_(codes),
        )
    )
