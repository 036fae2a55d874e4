"""Queries on what waits for a person: counted for every page, so in one query by indexes alone."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, distinct, func, or_, select

from evosync.db.runs import RunKind
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.runs import problems, runs
from evosync.db.types import Tx
from evosync.engine.report import RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits for a person: products, broken connections, whether the last run is held."""

    products: int = 0
    connections: int = 0
    is_held: bool = False


async def count_waiting(
    tx: Tx, user_id: int, codes: Collection[str], passing: Collection[str]
) -> Waiting:
    """Count what waits for a user, in one query.

    `codes` are those of problems that wait for a person, `passing` those of
    connections that mend themselves.
    """
    rows = problems.c
    products = (
        select(func.count(distinct(rows.product_id)))
        .where(rows.user_id == user_id, rows.code.in_(codes), rows.product_id != "")
        .scalar_subquery()
    )
    stores = (
        select(func.count())
        .select_from(problems)
        .where(rows.user_id == user_id, rows.code.in_(codes), rows.product_id == "")
        .scalar_subquery()
    )
    broken = [
        select(func.count())
        .select_from(table)
        .where(
            table.c.user_id == user_id,
            table.c.access_token.is_not(None),
            or_(*conditions),
        )
        .scalar_subquery()
        for table, conditions in (
            (evotor_connections, [_is_broken(evotor_connections, passing)]),
            (
                vk_connections,
                [_is_broken(vk_connections, passing), vk_connections.c.community_id.is_(None)],
            ),
        )
    ]
    last = (
        select(runs.c.status)
        .where(runs.c.user_id == user_id, runs.c.kind == RunKind.MIRROR.value)
        .order_by(runs.c.queued_at.desc(), runs.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = await tx.execute(
        select(
            products.label("products"),
            stores.label("stores"),
            (broken[0] + broken[1]).label("connections"),
            last.label("last"),
        )
    )
    row = found.one()
    return Waiting(
        products=row.products + row.stores,
        connections=row.connections,
        is_held=row.last == RunStatus.HELD.value,
    )


def _is_broken(table: Any, passing: Collection[str]) -> Any:
    code = table.c.last_error_code
    return and_(code.is_not(None), code.not_in(passing), ~table.c.is_online)
