"""Queries on what VK refused of single products, and on methods that have to rest."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, delete, func, insert, or_, select, update

from evosync.db.links import Place
from evosync.db.tables.market import intents, parked, refusals
from evosync.db.types import Tx
from evosync.engine.caps import ITEMS
from evosync.engine.changes import Done
from evosync.engine.memory import Park, Refusal
from evosync.engine.refusals import CREATE, part_done

VK = "vk"


async def save_refusals(tx: Tx, place: Place, said: Iterable[Refusal]) -> None:
    """Keep the last refusal of each product's part; of the same one, how often it was tried."""
    for refusal in said:
        row = refusals.c
        key = (
            *place.rows_of(refusals),
            row.product_id == refusal.product_id,
            row.part == refusal.part,
        )
        before = (await tx.execute(select(row.fingerprint, row.tries).where(*key))).one_or_none()
        values = {
            "fingerprint": refusal.fingerprint,
            "code": refusal.code,
            "message": refusal.message,
            "refused_at": refusal.refused_at,
            "tries": 1,
        }
        if before is None:
            whose = {"user_id": place.user_id, "community_id": place.community_id}
            about = {"product_id": refusal.product_id, "part": refusal.part}
            await tx.execute(insert(refusals).values(**whose, **about, **values))
            continue
        if before.fingerprint == refusal.fingerprint:
            values["tries"] = before.tries + 1
        await tx.execute(update(refusals).where(*key).values(**values))


async def forget_refusals(tx: Tx, place: Place, done: Iterable[Done]) -> None:
    """Forget what was refused of parts that VK took now.

    With a new item also that there was no room when it was sent: what VK
    said since then, of another batch under way, may be just because of it.
    """
    products: dict[str, list[str]] = {}
    for product_id, part in filter(None, (part_done(outcome.change) for outcome in done)):
        products.setdefault(part, []).append(product_id)
    for part, ids in products.items():
        of_these = refusals.c.product_id.in_(ids)
        if part == CREATE:
            of_these = or_(
                of_these,
                and_(refusals.c.code == ITEMS, refusals.c.refused_at <= _last_sent(place, ids)),
            )
        await tx.execute(
            delete(refusals).where(*place.rows_of(refusals), refusals.c.part == part, of_these)
        )


def _last_sent(place: Place, product_ids: Collection[str]) -> ScalarSelect[datetime]:
    """Choose when creates of products were sent last; NULL if they never were."""
    # By the products alone: with the community SQLite would go through all of its rows.
    return (
        select(func.max(intents.c.sent_at))
        .where(intents.c.user_id == place.user_id, intents.c.product_id.in_(product_ids))
        .scalar_subquery()
    )


async def save_park(tx: Tx, user_id: int, park: Park, now: datetime) -> None:
    """Leave a method alone until the park's end."""
    await lift_parks(tx, user_id, {park.method})
    await tx.execute(
        insert(parked).values(
            user_id=user_id,
            service=VK,
            method=park.method,
            code=park.code,
            wait_s=park.wait_s,
            parked_at=now,
            until_at=park.until_at,
        )
    )


async def lift_parks(tx: Tx, user_id: int, methods: Collection[str]) -> None:
    """End the parks of methods."""
    await tx.execute(
        delete(parked).where(
            parked.c.user_id == user_id, parked.c.service == VK, parked.c.method.in_(methods)
        )
    )
