"""Queries on one product: all that tells why it is or is not in VK, a bounded number of rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from evosync.catalog.item import Link, MarketItem
from evosync.catalog.problem import Problem
from evosync.catalog.product import Product
from evosync.db import links, market, memory
from evosync.db.catalog import product_of
from evosync.db.links import Place
from evosync.db.problems import read_problem
from evosync.db.tables.catalog import cached_products
from evosync.db.tables.market import adoption_decisions, vk_cached_products
from evosync.db.tables.runs import problems, runs
from evosync.db.types import Tx
from evosync.engine.memory import Refusal
from evosync.engine.report import RunStatus

MOST_NAMESAKES = 100
"""Rows of the same name that are looked at: beyond that no name tells twins."""

_READ_BOTH = (RunStatus.DONE.value, RunStatus.PARTIAL.value, RunStatus.HELD.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class InVk:
    """What is remembered of products in one community.

    `items` are cached rows of the market by id: those that are linked, as far
    as VK was read since we last wrote to them.
    """

    links: Sequence[Link] = ()
    items: Sequence[MarketItem] = ()
    refusals: Sequence[Refusal] = ()
    decided: frozenset[str] = frozenset()


async def list_namesakes(tx: Tx, user_id: int, product_ids: Collection[str]) -> list[Product]:
    """List the rows of products in all stores, then those of others that bear their names."""
    rows = cached_products.c
    own = (
        await tx.execute(
            select(cached_products).where(rows.user_id == user_id, rows.product_id.in_(product_ids))
        )
    ).all()
    names = {row.name_folded for row in own if row.name_folded}
    if not names:
        return [product_of(row) for row in own]
    others = await tx.execute(
        select(cached_products)
        .where(
            rows.user_id == user_id,
            rows.name_folded.in_(names),
            rows.product_id.not_in(product_ids),
        )
        .order_by(rows.name_folded, rows.store_id, rows.product_id)
        .limit(MOST_NAMESAKES)
    )
    return [*map(product_of, own), *map(product_of, others)]


async def list_problems_of(
    tx: Tx, user_id: int, product_ids: Collection[str], store_ids: Collection[str]
) -> list[Problem]:
    """List the problems of some products, as any of these stores told them."""
    rows = problems.c
    found = await tx.execute(
        select(problems)
        .where(
            rows.user_id == user_id,
            rows.store_id.in_([*store_ids, ""]),
            rows.product_id.in_(product_ids),
        )
        .order_by(rows.store_id, rows.product_id, rows.code)
    )
    return [read_problem(row) for row in found]


async def read_in_vk(tx: Tx, place: Place, product_ids: Collection[str]) -> InVk:
    """Read what is remembered of some products in a community."""
    linked = await links.list_links(tx, place, product_ids)
    decision = adoption_decisions.c
    decided = await tx.scalars(
        select(decision.product_id).where(
            *place.rows_of(adoption_decisions), decision.product_id.in_(product_ids)
        )
    )
    return InVk(
        links=linked,
        items=await _items_since(tx, place, linked),
        refusals=await memory.list_refusals(tx, place, product_ids),
        decided=frozenset(decided),
    )


async def _items_since(tx: Tx, place: Place, linked: Sequence[Link]) -> list[MarketItem]:
    """List the linked items that VK showed since we last wrote to them.

    A run keeps what it read before it wrote: what it wrote since is not in it.
    """
    if not linked:
        return []
    ids = [link.item_id for link in linked]
    rows = vk_cached_products.c
    found = await tx.execute(
        select(rows.item_id, rows.updated_at).where(
            *place.rows_of(vk_cached_products), rows.item_id.in_(ids)
        )
    )
    changed = {row.item_id: row.updated_at for row in found}
    read_at = await _last_read_at(tx, place.user_id)
    fresh = [
        link.item_id
        for link in linked
        if _is_since(changed.get(link.item_id), link.written_at)
        or _is_since(read_at, link.written_at)
    ]
    return await market.list_items(tx, place.user_id, place.community_id, fresh)


def _is_since(at: datetime | None, written_at: datetime | None) -> bool:
    return at is not None and (written_at is None or at > written_at)


async def _last_read_at(tx: Tx, user_id: int) -> datetime | None:
    """Return when the last run that read both sides began."""
    began: datetime | None = await tx.scalar(
        select(runs.c.started_at)
        .where(
            runs.c.user_id == user_id,
            runs.c.finished_at.is_not(None),
            or_(*(runs.c.status == status for status in _READ_BOTH)),
        )
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    return began
