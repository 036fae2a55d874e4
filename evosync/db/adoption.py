"""Queries on questions of adoption and their answers: is what stands in VK this product (R10)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from evosync.catalog.problem import ADOPT_QUESTION
from evosync.db.links import Place
from evosync.db.tables.market import adoption_decisions
from evosync.db.tables.runs import problems
from evosync.db.types import Tx
from evosync.engine.memory import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether one of these items of VK, which bear a product's name, is that product."""

    product_id: str
    name: str
    item_ids: tuple[int, ...]


async def list_asked(tx: Tx, user_id: int) -> list[Question]:
    """List the questions that stand, as the last run saw them, by the product's id."""
    rows = problems.c
    found = await tx.execute(
        select(rows.product_id, rows.name, rows.detail)
        .where(rows.user_id == user_id, rows.code == ADOPT_QUESTION)
        .order_by(rows.product_id, rows.store_id)
    )
    asked = {row.product_id: row for row in found}
    return [
        Question(
            product_id=row.product_id,
            name=row.name,
            item_ids=tuple(int(one) for one in row.detail.get("items", "").split(",") if one),
        )
        for row in asked.values()
    ]


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
