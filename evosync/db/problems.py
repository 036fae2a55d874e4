"""Queries on problems: why a product is not published or not as asked, as the last run saw it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select

from evosync.catalog.problem import Problem
from evosync.db.differences import Scope, load_rows, write_differences
from evosync.db.tables.runs import problems
from evosync.db.types import Tx, folded


class ProblemRow(NamedTuple):
    """What a standing problem is compared by."""

    name: str
    name_folded: str
    detail: dict[str, str]


def scope_of(user_id: int) -> Scope:
    """Return the scope of a user's problems."""
    return Scope(table=problems, fixed={"user_id": user_id}, columns=ProblemRow._fields)


async def save_problems(
    tx: Tx,
    user_id: int,
    found: Iterable[Problem],
    now: datetime,
    *,
    keeps: Collection[str] = (),
) -> None:
    """Make the standing problems those of this run; what stands already keeps its moment.

    Those of the codes that it `keeps` stay, whether it found them or not.
    """
    scope = scope_of(user_id)
    wanted = {
        (problem.store_id, problem.product_id, problem.code): ProblemRow(
            problem.name, folded(problem.name), dict(problem.detail)
        )
        for problem in found
    }
    standing = await load_rows(tx, scope)
    await write_differences(tx, scope, standing, wanted, now, is_kept=lambda key: key[-1] in keeps)


async def list_problems(tx: Tx, user_id: int) -> list[Problem]:
    """List a user's problems by the product's name."""
    rows = problems.c
    found = await tx.execute(
        select(problems)
        .where(rows.user_id == user_id)
        .order_by(rows.name_folded, rows.product_id, rows.store_id, rows.code)
    )
    return [read_problem(row) for row in found]


def read_problem(row: Row[Any]) -> Problem:
    """Read a row of `problems`."""
    return Problem(
        product_id=row.product_id,
        store_id=row.store_id,
        name=row.name,
        code=row.code,
        detail=row.detail,
    )


async def list_of_products(
    tx: Tx, user_id: int, product_ids: Collection[str]
) -> Mapping[str, list[Problem]]:
    """List the problems of some products, by product id; each with its code's own order."""
    if not product_ids:
        return {}
    rows = problems.c
    # By the key's beginning: whose stores there are is asked first, and they are few.
    stores = await tx.scalars(select(rows.store_id).where(rows.user_id == user_id).distinct())
    found = await tx.execute(
        select(problems)
        .where(
            rows.user_id == user_id,
            rows.store_id.in_(list(stores)),
            rows.product_id.in_(list(product_ids)),
        )
        .order_by(rows.code, rows.store_id)
    )
    by_id: dict[str, list[Problem]] = defaultdict(list)
    for row in found:
        by_id[row.product_id].append(read_problem(row))
    return by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemCount:
    """How many rows stand under a code; `detail` is one of theirs, to fill the sentence with."""

    code: str
    count: int
    detail: Mapping[str, str]


async def count_problems(tx: Tx, user_id: int) -> list[ProblemCount]:
    """Count a user's problems by code, the most frequent first."""
    rows, number = problems.c, func.count().label("number")
    found = await tx.execute(
        select(rows.code, number, func.min(rows.detail).label("detail"))
        .where(rows.user_id == user_id)
        .group_by(rows.code)
        .order_by(number.desc(), rows.code)
    )
    return [ProblemCount(code=row.code, count=row.number, detail=row.detail) for row in found]
