"""Queries on what a run recalls besides links: refusals, answers, limits that hold."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from evosync.db.links import Place
from evosync.db.runs import RunKind
from evosync.db.tables.market import adoption_decisions, parked, product_links, refusals
from evosync.db.tables.runs import runs
from evosync.db.tables.sync import approvals, sync_configs
from evosync.db.types import Tx
from evosync.engine.memory import Answer, Consent, Decision, Memory, Park, Refusal, Verdict
from evosync.engine.report import RunStatus

MARK_LASTS = timedelta(hours=24)
"""For how long the most live items that any run left is what later runs are held to."""


async def recall(tx: Tx, place: Place, now: datetime) -> Memory:
    """Read all of it."""
    config = sync_configs.c
    found = await tx.execute(
        select(config.canary_stage, config.canary_community_id, config.mark_reset_at).where(
            config.user_id == place.user_id
        )
    )
    row = found.one_or_none()
    is_here = row is not None and row.canary_community_id == place.community_id
    return Memory(
        refusals={(one.product_id, one.part): one for one in await list_refusals(tx, place)},
        decisions={one.product_id: one for one in await _decisions(tx, place)},
        consents=await list_consents(tx, place, now),
        parked={one.method: one for one in await _parked(tx, place)},
        foreign_items=await _foreign_items(tx, place),
        high_mark=await _high_mark(tx, place, row.mark_reset_at if row else None, now),
        canary_stage=row.canary_stage if row and is_here else 0,
        was_paused=await _was_paused(tx, place.user_id),
    )


async def save_canary(tx: Tx, place: Place, stage: int) -> None:
    """Note how far the first push into a community has come; the settings are no other for it."""
    await tx.execute(
        update(sync_configs)
        .where(sync_configs.c.user_id == place.user_id)
        .values(canary_stage=stage, canary_community_id=place.community_id)
    )


async def list_refusals(
    tx: Tx, place: Place, product_ids: Collection[str] | None = None
) -> list[Refusal]:
    """List what VK refused, of all products or of some."""
    query = select(refusals).where(*place.rows_of(refusals))
    if product_ids is not None:
        query = query.where(refusals.c.product_id.in_(product_ids))
    found = await tx.execute(query)
    return [
        Refusal(
            product_id=row.product_id,
            part=row.part,
            fingerprint=row.fingerprint,
            code=row.code,
            message=row.message,
            refused_at=row.refused_at,
        )
        for row in found
    ]


async def _decisions(tx: Tx, place: Place) -> list[Decision]:
    found = await tx.execute(select(adoption_decisions).where(*place.rows_of(adoption_decisions)))
    return [
        Decision(product_id=row.product_id, answer=Answer(row.answer), item_id=row.item_id)
        for row in found
    ]


async def list_consents(tx: Tx, place: Place, now: datetime) -> tuple[Consent, ...]:
    """List the answers to what runs held that last at this moment, the latest at the end."""
    found = await tx.execute(
        select(approvals)
        .where(
            *place.rows_of(approvals),
            or_(approvals.c.expires_at.is_(None), approvals.c.expires_at > now),
        )
        .order_by(approvals.c.id)
    )
    return tuple(
        Consent(
            verdict=Verdict(row.answer),
            members=frozenset((kind, product_id) for kind, product_id in row.members),
        )
        for row in found
    )


async def _parked(tx: Tx, place: Place) -> list[Park]:
    found = await tx.execute(
        select(parked).where(parked.c.user_id == place.user_id, parked.c.service == "vk")
    )
    return [
        Park(method=row.method, code=row.code, wait_s=row.wait_s, until_at=row.until_at)
        for row in found
    ]


async def _was_paused(tx: Tx, user_id: int) -> bool:
    last = await tx.scalar(
        select(runs.c.status)
        .where(
            runs.c.user_id == user_id,
            runs.c.kind == RunKind.MIRROR,
            runs.c.finished_at.is_not(None),
        )
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    return last == RunStatus.PAUSED


async def _foreign_items(tx: Tx, place: Place) -> frozenset[int]:
    found = await tx.scalars(
        select(product_links.c.item_id).where(
            product_links.c.community_id == place.community_id,
            product_links.c.user_id != place.user_id,
        )
    )
    return frozenset(found)


async def _high_mark(tx: Tx, place: Place, reset_at: datetime | None, now: datetime) -> int:
    since = now - MARK_LASTS if reset_at is None else max(reset_at, now - MARK_LASTS)
    mark = await tx.scalar(
        select(func.max(runs.c.live_items)).where(*place.rows_of(runs), runs.c.finished_at >= since)
    )
    return mark or 0
