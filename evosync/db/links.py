"""Queries on links, album links and intents: what we remember of our items in one community."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, insert, or_, select, update

from evosync.catalog.item import AlbumLink, Intent, Link, LinkState, Pending, Written
from evosync.db.tables.market import album_links, intents, product_links
from evosync.db.types import Tx


class IntentState(StrEnum):
    """What became of a create."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    ABSENT = "absent"  # it was not carried out


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose items, and in which community."""

    user_id: int
    community_id: int

    def values(self) -> dict[str, int]:
        """Return the columns that say so."""
        return {"user_id": self.user_id, "community_id": self.community_id}

    def rows_of(self, table: Table[Any]) -> tuple[Any, Any]:
        """Return the conditions that choose the rows of this place."""
        return table.c.user_id == self.user_id, table.c.community_id == self.community_id


async def list_links(tx: Tx, place: Place) -> tuple[Link, ...]:
    """List the links by product id."""
    found = await tx.execute(
        select(product_links)
        .where(*place.rows_of(product_links))
        .order_by(product_links.c.product_id)
    )
    return tuple(_link(row) for row in found)


async def list_album_links(tx: Tx, place: Place) -> tuple[AlbumLink, ...]:
    """List the album links by key."""
    found = await tx.execute(
        select(album_links).where(*place.rows_of(album_links)).order_by(album_links.c.key)
    )
    return tuple(
        AlbumLink(
            key=row.key,
            album_id=row.album_id,
            title=row.title,
            is_made=row.is_made,
            is_hidden=row.is_hidden,
            photo=row.photo,
        )
        for row in found
    )


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
        )
        for row in found
    )


async def known_skus(tx: Tx, user_id: int) -> frozenset[str]:
    """List every product id of any link or intent of this user, in whatever community."""
    found: set[str] = set()
    for table in (product_links, intents):
        found.update(
            await tx.scalars(
                select(table.c.product_id).where(table.c.user_id == user_id).distinct()
            )
        )
    return frozenset(found)


async def save_new_links(
    tx: Tx, place: Place, links: Sequence[Link], evotor_user_id: str | None, now: datetime
) -> None:
    """Write links to items that are ours from now on.

    They take the place of what was known of the same products or items:
    a lost link, or that of a user who had this community before.
    """
    if not links:
        return
    await tx.execute(
        delete(product_links).where(
            product_links.c.community_id == place.community_id,
            or_(
                product_links.c.item_id.in_([link.item_id for link in links]),
                (product_links.c.user_id == place.user_id)
                & product_links.c.product_id.in_([link.product_id for link in links]),
            ),
        )
    )
    await tx.execute(
        insert(product_links),
        [
            {
                **place.values(),
                **_state(link),
                "product_id": link.product_id,
                "item_id": link.item_id,
                "store_ids": list(link.store_ids),
                "evotor_user_id": evotor_user_id,
                "written_at": now,
                "created_at": now,
                "updated_at": now,
            }
            for link in sorted(links, key=lambda link: link.item_id)
        ],
    )


async def save_links(tx: Tx, place: Place, links: Iterable[Link], now: datetime) -> None:
    """Write the state of standing links and the values written; their stores stay as noted."""
    values = {link.item_id: _state(link) for link in links}
    await _save_each(tx, place, "item_id", values, {"written_at": now, "updated_at": now})


async def save_pending(
    tx: Tx, place: Place, pending: Mapping[int, Pending | None], now: datetime
) -> None:
    """Note by item id which acts are begun; None = none is."""
    values = {
        item_id: {"pending": each.value if each else None} for item_id, each in pending.items()
    }
    await _save_each(tx, place, "item_id", values, {"pending_at": now, "updated_at": now})


async def save_stores(
    tx: Tx, place: Place, moved: Iterable[tuple[str, tuple[str, ...]]], now: datetime
) -> None:
    """Note in which stores linked products stand now."""
    values = {product_id: {"store_ids": list(store_ids)} for product_id, store_ids in moved}
    await _save_each(tx, place, "product_id", values, {"updated_at": now})


async def open_intents(
    tx: Tx, place: Place, opened: Iterable[Intent], evotor_user_id: str | None
) -> None:
    """Write down creates that are about to be sent."""
    rows = [
        {
            **place.values(),
            "product_id": intent.product_id,
            "evotor_user_id": evotor_user_id,
            "run_id": intent.run_id,
            "sent_at": intent.sent_at,
            "title": intent.title,
            "price": intent.price,
            "state": IntentState.OPEN.value,
        }
        for intent in opened
    ]
    if rows:
        await tx.execute(insert(intents), rows)


async def close_intents(
    tx: Tx,
    place: Place,
    product_ids: Mapping[str, int | None],
    state: IntentState,
    now: datetime,
) -> None:
    """Close the open creates of products, with the item id that came of each, if any."""
    if product_ids:
        await tx.execute(
            update(intents)
            .where(
                *place.rows_of(intents),
                intents.c.product_id == bindparam("of_product"),
                intents.c.state == IntentState.OPEN.value,
            )
            .values(state=state.value, item_id=bindparam("new_item"), settled_at=now),
            [
                {"of_product": product_id, "new_item": item_id}
                for product_id, item_id in sorted(product_ids.items())
            ],
        )


async def save_album_links(tx: Tx, place: Place, links: Sequence[AlbumLink], now: datetime) -> None:
    """Write album links, in place of what was known under the same keys."""
    if not links:
        return
    await tx.execute(
        delete(album_links).where(
            *place.rows_of(album_links), album_links.c.key.in_([link.key for link in links])
        )
    )
    await tx.execute(
        insert(album_links),
        [
            {
                **place.values(),
                "key": link.key,
                "album_id": link.album_id,
                "title": link.title,
                "is_made": link.is_made,
                "is_hidden": link.is_hidden,
                "photo": link.photo,
                "created_at": now,
                "updated_at": now,
            }
            for link in links
        ],
    )


async def _save_each(
    tx: Tx,
    place: Place,
    key: str,
    rows: Mapping[Any, Mapping[str, Any]],
    stamps: Mapping[str, datetime],
) -> None:
    if not rows:
        return
    columns = next(iter(rows.values()))
    await tx.execute(
        update(product_links)
        .where(*place.rows_of(product_links), product_links.c[key] == bindparam("of_key"))
        .values(**{name: bindparam(f"new_{name}") for name in columns}, **stamps),
        [
            {"of_key": each, **{f"new_{name}": value for name, value in rows[each].items()}}
            for each in sorted(rows)
        ],
    )


def _state(link: Link) -> dict[str, Any]:
    written = link.written
    return {
        "state": link.state.value,
        "pending": link.pending.value if link.pending else None,
        "text_is_theirs": link.text_is_theirs,
        **{f"written_{name}": getattr(written, name) for name in _WRITTEN},
        "repeats": dict(written.repeats),
    }


_WRITTEN = ("title", "description", "price", "stock", "category_id", "photo", "sku", "is_hidden")


def _link(row: Row[Any]) -> Link:
    return Link(
        product_id=row.product_id,
        item_id=row.item_id,
        store_ids=tuple(row.store_ids),
        state=LinkState(row.state),
        pending=Pending(row.pending) if row.pending else None,
        text_is_theirs=row.text_is_theirs,
        written=Written(
            **{name: getattr(row, f"written_{name}") for name in _WRITTEN}, repeats=row.repeats
        ),
    )
