"""Queries on intents: the creates that were ever sent, and what became of each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, delete, insert, select, update

from evosync.catalog.item import Intent
from evosync.db.links import Place
from evosync.db.tables.market import intents
from evosync.db.types import Tx


class IntentState(StrEnum):
    """What became of a create."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    ABSENT = "absent"  # it was not carried out


async def list_open_intents(tx: Tx, place: Place) -> tuple[Intent, ...]:
    """List the creates whose outcome is not known, in the order in which they were sent."""
    found = await tx.execute(
        select(intents)
        .where(*place.rows_of(intents), intents.c.state == IntentState.OPEN.value)
        .order_by(intents.c.id)
    )
    return tuple(
        Intent(
            product_id=row.product_id,
            run_id=row.run_id,
            sent_at=row.sent_at,
            title=row.title,
            price=row.price,
            store_ids=row.store_ids,
            account=row.evotor_user_id,
            doubted_at=row.doubted_at,
        )
        for row in found
    )


async def open_intents(
    tx: Tx, place: Place, opened: Sequence[Intent], evotor_user_id: str | None
) -> None:
    """Write down creates that are about to be sent.

    They take the place of the closed ones of the same products and account:
    what VK refuses is sent again each day, and would be a row each time.
    """
    rows = [
        {
            **place.values(),
            "product_id": intent.product_id,
            "evotor_user_id": evotor_user_id,
            "run_id": intent.run_id,
            "sent_at": intent.sent_at,
            "title": intent.title,
            "price": intent.price,
            "store_ids": intent.store_ids,
            "state": IntentState.OPEN.value,
        }
        for intent in opened
    ]
    if rows:
        await _forget_closed(tx, place, [intent.product_id for intent in opened], evotor_user_id)
        await tx.execute(insert(intents), rows)


async def _forget_closed(
    tx: Tx, place: Place, product_ids: Collection[str], evotor_user_id: str | None
) -> None:
    columns = intents.c
    # By the products alone: with the community SQLite would go through all of its rows.
    found = await tx.execute(
        select(columns.id, columns.community_id, columns.state, columns.evotor_user_id).where(
            columns.user_id == place.user_id, columns.product_id.in_(product_ids)
        )
    )
    closed = [
        row.id
        for row in found
        if row.community_id == place.community_id
        and row.evotor_user_id == evotor_user_id
        and row.state != IntentState.OPEN.value
    ]
    if closed:
        await tx.execute(delete(intents).where(columns.id.in_(closed)))


async def close_intents(
    tx: Tx,
    place: Place,
    product_ids: Mapping[str, int | None],
    state: IntentState,
    now: datetime,
    *,
    run_id: int | None = None,
) -> None:
    """Close the open creates of products, with the item id that came of each, if any.

    With `run_id` only those of that run: a late word says nothing of another run's.
    """
    if product_ids:
        whose = () if run_id is None else (intents.c.run_id == run_id,)
        await tx.execute(
            update(intents)
            .where(
                *place.rows_of(intents),
                *whose,
                intents.c.product_id == bindparam("of_product"),
                intents.c.state == IntentState.OPEN.value,
            )
            .values(state=state.value, item_id=bindparam("new_item"), settled_at=now),
            [
                {"of_product": product_id, "new_item": item_id}
                for product_id, item_id in sorted(product_ids.items())
            ],
        )


async def doubt_intents(
    tx: Tx, place: Place, product_ids: Collection[str], run_id: int, now: datetime
) -> None:
    """Note of a run's creates that their answer was given up: they were sent by now, if at all."""
    if product_ids:
        await tx.execute(
            update(intents)
            .where(
                *place.rows_of(intents),
                intents.c.run_id == run_id,
                intents.c.product_id.in_(sorted(product_ids)),
                intents.c.state == IntentState.OPEN.value,
            )
            .values(doubted_at=now)
        )


async def doubt_lost(tx: Tx, user_id: int, run_id: int, now: datetime) -> None:
    """Note the same of creates that earlier runs than `run_id` left without a word.

    A run that was killed, or could not write down an answer, cannot say when
    it sent them; who holds the user's lease knows that none is under way.
    """
    await tx.execute(
        update(intents)
        .where(
            intents.c.user_id == user_id,
            intents.c.run_id != run_id,
            intents.c.state == IntentState.OPEN.value,
            intents.c.doubted_at.is_(None),
        )
        .values(doubted_at=now)
    )
