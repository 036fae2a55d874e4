"""Queries on what waits for a person: counted for every page, so in one query by indexes alone."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, distinct, func, or_, select, true

from evosync.db.runs import RunKind
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.runs import problems, runs
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from evosync.engine.report import RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits for a person.

    Products, whole stores, broken connections; whether nothing was confirmed
    yet though both sides are connected, and whether the last run is held.
    """

    products: int = 0
    stores: int = 0
    connections: int = 0
    is_unconfirmed: bool = False
    is_held: bool = False

    @property
    def total(self) -> int:
        """All of it but the held run: its products are counted already."""
        return self.products + self.stores + self.connections + int(self.is_unconfirmed)


async def count_waiting(
    tx: Tx, user_id: int, codes: Collection[str], passing: Collection[str]
) -> Waiting:
    """Count what waits for a user, in one query.

    `codes` are those of problems that wait for a person, `passing` those of
    connections that mend themselves.
    """
    rows, vk, evotor = problems.c, vk_connections, evotor_connections
    told = (rows.user_id == user_id, rows.code.in_(codes))
    broken_evotor = _number(evotor, user_id, _is_broken(evotor, passing))
    broken_vk = _number(vk, user_id, or_(_is_broken(vk, passing), vk.c.community_id.is_(None)))
    in_community = _number(vk, user_id, vk.c.community_id.is_not(None))
    both = and_(_number(evotor, user_id, true()) > 0, in_community > 0)
    confirmed = select(sync_configs.c.confirmed_at).where(sync_configs.c.user_id == user_id)
    last = (
        select(runs.c.status)
        .where(
            runs.c.user_id == user_id,
            runs.c.kind == RunKind.MIRROR.value,
            runs.c.finished_at.is_not(None),
        )
        .order_by(runs.c.queued_at.desc())
        .limit(1)
    )
    found = await tx.execute(
        select(
            select(func.count(distinct(rows.product_id)))
            .where(*told, rows.product_id != "")
            .scalar_subquery()
            .label("products"),
            select(func.count())
            .select_from(problems)
            .where(*told, rows.product_id == "")
            .scalar_subquery()
            .label("stores"),
            (broken_evotor + broken_vk).label("connections"),
            and_(both, confirmed.scalar_subquery().is_(None)).label("is_unconfirmed"),
            last.scalar_subquery().label("last"),
        )
    )
    row = found.one()
    return Waiting(
        products=row.products,
        stores=row.stores,
        connections=row.connections,
        is_unconfirmed=bool(row.is_unconfirmed),
        is_held=row.last == RunStatus.HELD.value,
    )


def _number(table: Table[Any], user_id: int, fits: ColumnElement[bool]) -> ColumnElement[int]:
    """Count a user's connections of one kind: none or one."""
    return (
        select(func.count())
        .select_from(table)
        .where(table.c.user_id == user_id, table.c.access_token.is_not(None), fits)
        .scalar_subquery()
    )


def _is_broken(table: Table[Any], passing: Collection[str]) -> ColumnElement[bool]:
    code = table.c.last_error_code
    return and_(code.is_not(None), code.not_in(passing), ~table.c.is_online)
