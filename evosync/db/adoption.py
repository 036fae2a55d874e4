"""Queries on questions of adoption and their answers: is what stands in VK this product (R10)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, insert, select

from evosync.catalog.problem import ADOPT_QUESTION
from evosync.db import journal
from evosync.db.journal import Act
from evosync.db.links import Place
from evosync.db.tables.market import adoption_decisions
from evosync.db.tables.runs import problems
from evosync.db.types import Tx
from evosync.engine.memory import Answer, Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether one of these items of VK, which bear a product's name, is that product."""

    product_id: str
    name: str
    item_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of an answer: the questions it is for, those that it leaves unclear.

    `unclear` are the questions that a yes to all does not decide: which item
    is whose would be a guess. `unknown` are products that nothing is asked about.
    """

    answered: tuple[Question, ...] = ()
    unclear: tuple[Question, ...] = ()
    unknown: tuple[str, ...] = ()


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


async def answer_questions(
    tx: Tx, place: Place, answer: Answer, products: Collection[str] | None, act: Act
) -> Answered:
    """Give one answer to the questions about these products, or to all (None), and note the act.

    The act says who answers, and when; what was decided is added to it. The
    next run or preview does as told.
    """
    asked = await list_asked(tx, place.user_id)
    chosen = choose_questions(asked, answer, products)
    if chosen.answered:
        decisions = [_decision(one, answer) for one in chosen.answered]
        await save_decisions(tx, place, decisions, act.at)
        detail = {"answer": answer.value, "products": len(decisions)}
        await journal.write_act(tx, replace(act, detail=detail))
    return chosen


def choose_questions(
    asked: Sequence[Question], answer: Answer, products: Collection[str] | None
) -> Answered:
    """Choose what an answer is for: the questions about these products, or all that are clear."""
    if products is not None:
        wanted = frozenset(products)
        known = {one.product_id for one in asked}
        return Answered(
            answered=tuple(one for one in asked if one.product_id in wanted),
            unknown=tuple(sorted(wanted - known)),
        )
    if answer is Answer.NO:
        return Answered(answered=tuple(asked))
    unclear = find_unclear(asked)
    return Answered(
        answered=tuple(one for one in asked if one.product_id not in unclear),
        unclear=tuple(one for one in asked if one.product_id in unclear),
    )


def find_unclear(asked: Sequence[Question]) -> frozenset[str]:
    """Find the products of which nobody but a person can tell which item is theirs.

    Several items bear the name, or one item bears that of several products.
    """
    suitors = Counter(item_id for one in asked for item_id in one.item_ids)
    return frozenset(
        one.product_id
        for one in asked
        if len(one.item_ids) > 1 or any(suitors[each] > 1 for each in one.item_ids)
    )


def _decision(question: Question, answer: Answer) -> Decision:
    """Name the item that a yes is to: the first, as the button says; no other is meant."""
    item_id = next(iter(question.item_ids), None) if answer is Answer.YES else None
    return Decision(product_id=question.product_id, answer=answer, item_id=item_id)


async def list_decided(tx: Tx, place: Place, since: datetime) -> dict[str, Answer]:
    """List the answers since a moment, by product: no run has seen them yet."""
    rows = adoption_decisions.c
    found = await tx.execute(
        select(rows.product_id, rows.answer).where(
            *place.rows_of(adoption_decisions), rows.decided_at >= since
        )
    )
    return {row.product_id: Answer(row.answer) for row in found}


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
