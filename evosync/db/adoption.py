"""Queries on questions of adoption and their answers: is what stands in VK this product (R10)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select

from evosync.catalog.problem import ADOPT_QUESTION
from evosync.db.links import Place
from evosync.db.tables.market import adoption_decisions
from evosync.db.tables.runs import problems
from evosync.db.types import Tx
from evosync.engine.memory import Decision


async def list_asked(tx: Tx, user_id: int) -> list[str]:
    """List the ids of the products whose question stands, as the last run saw it."""
    found = await tx.scalars(
        select(problems.c.product_id)
        .where(problems.c.user_id == user_id, problems.c.code == ADOPT_QUESTION)
        .distinct()
        .order_by(problems.c.product_id)
    )
    return list(found)


async def save_decisions(
    tx: Tx, place: Place, decisions: Collection[Decision], now: datetime
) -> None:
    """Write answers down, in place of earlier ones about the same products."""
    if not decisions:
        return
    await tx.execute(
        delete(adoption_decisions).where(
            *place.rows_of(adoption_decisions),
            adoption_decisions.c.product_id.in_([one.product_id for one in decisions]),
        )
    )
    await tx.execute(
        insert(adoption_decisions),
        [
            {
                **place.values(),
                "product_id": one.product_id,
                "item_id": one.item_id,
                "answer": one.answer.value,
                "decided_at": now,
            }
            for one in decisions
        ],
    )
