"""Queries on links and album links: what we remember of our items in one community."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, insert, or_, select, update

from evosync.catalog.item import AlbumLink, Link, LinkState, Pending, Wish, Written
from evosync.catalog.shared import once
from evosync.db.aftermath import LinkPatch
from evosync.db.portions import streamed
from evosync.db.tables.market import album_links, intents, product_links
from evosync.db.types import Tx
from evosync.engine.changes import Move


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


async def list_links(
    tx: Tx, place: Place, product_ids: Collection[str] | None = None
) -> tuple[Link, ...]:
    """List the links, or those of some products, by product id."""
    query = select(*_LINK).where(*place.rows_of(product_links))
    if product_ids is not None:
        query = query.where(product_links.c.product_id.in_(product_ids))
    found = streamed(tx, query.order_by(product_links.c.product_id))
    return tuple([_link(row) async for portion in found for row in portion])


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


async def known_skus(tx: Tx, user_id: int, account: str | None) -> frozenset[str]:
    """List every product id of any link or intent of this user, in whatever community.

    Those of another Evotor account than `account` are not: what it made is not touched.
    """
    found: set[str] = set()
    for table in (product_links, intents):
        rows = table.c
        query = select(rows.product_id).where(rows.user_id == user_id).distinct()
        if account is not None:
            query = query.where(or_(rows.evotor_user_id.is_(None), rows.evotor_user_id == account))
        found.update(map(once, await tx.scalars(query)))
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
    # Two statements: with an OR between them SQLite goes through all links of the community.
    await tx.execute(
        delete(product_links).where(
            product_links.c.community_id == place.community_id,
            product_links.c.item_id.in_([link.item_id for link in links]),
        )
    )
    await _make_room(tx, place, [link.product_id for link in links])
    await tx.execute(
        insert(product_links),
        [
            {
                **place.values(),
                **_state(link),
                "item_id": link.item_id,
                "evotor_user_id": evotor_user_id,
                "written_at": now,
                "created_at": now,
                "updated_at": now,
            }
            for link in sorted(links, key=lambda link: link.item_id)
        ],
    )


async def patch_links(tx: Tx, place: Place, patches: Iterable[LinkPatch], now: datetime) -> None:
    """Set in links what changes left there, each on what stands in its row at this moment.

    An item without a link (a double) is left without one. A link that moves to
    another product takes the place of that product's old one.
    """
    by_item: dict[int, list[LinkPatch]] = defaultdict(list)
    for patch in patches:
        by_item[patch.item_id].append(patch)
    if not by_item:
        return
    # By the key of items alone: with the user SQLite would go through all links of the community.
    found = await tx.execute(
        select(product_links)
        .where(
            product_links.c.community_id == place.community_id,
            product_links.c.item_id.in_(sorted(by_item)),
        )
        .with_for_update()
    )
    rows = {row.item_id: row for row in found if row.user_id == place.user_id}
    values = {key: _patched(row, by_item[key], now) for key, row in rows.items()}
    new_ids = {one["product_id"] for one in values.values()}
    await _make_room(tx, place, new_ids - {row.product_id for row in rows.values()})
    await _save_each(tx, place, "item_id", values, {"updated_at": now})


async def _make_room(tx: Tx, place: Place, product_ids: Collection[str]) -> None:
    if product_ids:
        await tx.execute(
            delete(product_links).where(
                *place.rows_of(product_links), product_links.c.product_id.in_(sorted(product_ids))
            )
        )


async def save_stores(tx: Tx, place: Place, moved: Iterable[Move], now: datetime) -> None:
    """Note in which stores linked products stand now, with which twins, and under which id."""
    values = {
        one.product_id: {
            "product_id": one.new_id or one.product_id,
            "store_ids": one.store_ids,
            "member_ids": one.members or None,
        }
        for one in moved
    }
    await _save_each(tx, place, "product_id", values, {"updated_at": now})


async def save_account(
    tx: Tx, place: Place, product_ids: Iterable[str], account: str | None, now: datetime
) -> None:
    """Note that linked products are of this Evotor account now."""
    values = {product_id: {"evotor_user_id": account} for product_id in product_ids}
    await _save_each(tx, place, "product_id", values, {"updated_at": now})


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


def _patched(row: Row[Any], patches: Sequence[LinkPatch], now: datetime) -> dict[str, Any]:
    link = _link([getattr(row, column.name) for column in _LINK])
    for patch in patches:
        link = patch.applied(link)
    is_written = any(patch.written for patch in patches)
    is_act = any("pending" in patch.link for patch in patches)
    return {
        **_state(link),
        "written_at": now if is_written else row.written_at,
        "pending_at": now if is_act else row.pending_at,
    }


def _state(link: Link) -> dict[str, Any]:
    written = link.written
    return {
        "product_id": link.product_id,
        "store_ids": link.store_ids,
        "member_ids": link.members or None,
        "state": link.state.value,
        "pending": link.pending.value if link.pending else None,
        "text_is_theirs": link.text_is_theirs,
        "missing_since_at": link.missing_since_at,
        "wish": link.wish.value if link.wish else None,
        **{f"written_{name}": getattr(written, name) for name in _WRITTEN},
        "repeats": dict(written.repeats),
    }


_WRITTEN = ("title", "description", "price", "stock", "category_id", "photo", "sku", "is_hidden")


_LINK = tuple(
    product_links.c[name]
    for name in (
        *("product_id", "item_id", "store_ids", "state", "pending", "text_is_theirs"),
        *("member_ids", "evotor_user_id", "missing_since_at", "written_at", "wish"),
        *(f"written_{name}" for name in _WRITTEN),
        "repeats",
    )
)
_STATES = {each.value: each for each in LinkState}


def _link(row: Sequence[Any]) -> Link:
    """Make a link of the columns of `_LINK`: by place, for a great shop has 15,000 of them."""
    product_id, item_id, store_ids, state, pending, text_is_theirs = row[:6]
    member_ids, account, missing_since_at, written_at, wish = row[6:11]
    title, description, price, stock, category_id, photo, sku, is_hidden, repeats = row[11:]
    # Texts and ids that the till and VK have told as well are kept once.
    return Link(
        product_id=once(product_id),
        item_id=item_id,
        store_ids=tuple(map(once, store_ids)),
        state=_STATES[state],
        pending=Pending(pending) if pending else None,
        text_is_theirs=text_is_theirs,
        members=member_ids or (),
        account=_once_or_none(account),
        missing_since_at=missing_since_at,
        written_at=written_at,
        wish=Wish(wish) if wish else None,
        written=Written(
            title=_once_or_none(title),
            description=_once_or_none(description),
            price=price,
            stock=stock,
            category_id=category_id,
            photo=_once_or_none(photo),
            sku=_once_or_none(sku),
            is_hidden=is_hidden,
            repeats=repeats,
        ),
    )


def _once_or_none(text: str | None) -> str | None:
    return None if text is None else once(text)
