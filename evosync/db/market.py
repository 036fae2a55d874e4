"""Queries on the cached rows of the market: what VK showed when it was last read."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from evosync.catalog.item import Album, Availability, MarketItem, MarketReading
from evosync.db.differences import Key, Rows, Scope, load_rows, write_differences
from evosync.db.tables.market import vk_cached_albums, vk_cached_products
from evosync.db.types import Tx, folded


async def save_reading(
    tx: Tx, user_id: int, community_id: int, reading: MarketReading, now: datetime
) -> None:
    """Bring the cached rows up to date; a reading that is not whole removes none."""
    fixed = {"user_id": user_id, "community_id": community_id}
    rows_of = (
        (vk_cached_albums, _ALBUM_COLUMNS, {(a.album_id,): _album_row(a) for a in reading.albums}),
        (vk_cached_products, _ITEM_COLUMNS, {(i.item_id,): _item_row(i) for i in reading.items}),
    )
    for table, columns, wanted in rows_of:
        scope = Scope(table=table, fixed=fixed)
        standing = await load_rows(tx, scope, columns)
        _keep_addresses(standing, wanted)
        await write_differences(
            tx, scope, standing, wanted, now, is_kept=lambda _key: not reading.is_whole
        )


async def list_albums(tx: Tx, user_id: int, community_id: int) -> list[Album]:
    """List the albums by title."""
    rows = vk_cached_albums.c
    found = await tx.execute(
        select(vk_cached_albums)
        .where(rows.user_id == user_id, rows.community_id == community_id)
        .order_by(rows.name_folded, rows.album_id)
    )
    return [
        Album(
            album_id=row.album_id,
            title=row.title,
            count=row.item_count,
            is_hidden=row.is_hidden,
            photo_id=row.photo_id,
            thumb_url=row.thumb_url,
        )
        for row in found
    ]


async def list_items(
    tx: Tx, user_id: int, community_id: int, item_ids: Collection[int] | None = None
) -> list[MarketItem]:
    """List the items, or those of some ids, by title."""
    rows = vk_cached_products.c
    query = select(vk_cached_products).where(
        rows.user_id == user_id, rows.community_id == community_id
    )
    if item_ids is not None:
        query = query.where(rows.item_id.in_(item_ids))
    found = await tx.execute(query.order_by(rows.name_folded, rows.item_id))
    return [
        MarketItem(
            item_id=row.item_id,
            title=row.title,
            description=row.description,
            price=row.price,
            availability=Availability(row.availability),
            sku=row.sku,
            stock=row.stock,
            category_id=row.category_id,
            photo_ids=tuple(row.photo_ids),
            album_ids=frozenset(row.album_ids),
            created_at=row.item_created_at,
            rejected=row.rejected,
            thumb_url=row.thumb_url,
        )
        for row in found
    ]


_ALBUM_COLUMNS = ("title", "name_folded", "item_count", "is_hidden", "photo_id", "thumb_url")
_ITEM_COLUMNS = (
    *("title", "name_folded", "description", "price", "availability", "sku", "stock"),
    *("category_id", "photo_ids", "album_ids", "item_created_at", "rejected"),
    "thumb_url",
)


def _keep_addresses(standing: Rows, wanted: Mapping[Key, dict[str, Any]]) -> None:
    """Keep the addresses of pictures that are the same: else quiet readings would write rows.

    VK serves a picture from hosts that change from one answer to the next,
    and signs it in the query.
    """
    for key, row in wanted.items():
        kept = standing[key]["thumb_url"] if key in standing else None
        new = row["thumb_url"]
        if kept and new and kept != new and _picture_of(kept) == _picture_of(new):
            row["thumb_url"] = kept


def _picture_of(address: str) -> tuple[int | None, str]:
    """Tell one picture from another: its path, and the port where a sandbox has one of its own."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None, address
    return port, parts.path


def _album_row(album: Album) -> dict[str, Any]:
    return {
        "title": album.title,
        "name_folded": folded(album.title),
        "item_count": album.count,
        "is_hidden": album.is_hidden,
        "photo_id": album.photo_id,
        "thumb_url": album.thumb_url,
    }


def _item_row(item: MarketItem) -> dict[str, Any]:
    return {
        "title": item.title,
        "name_folded": folded(item.title),
        "description": item.description,
        "price": item.price,
        "availability": int(item.availability),
        "sku": item.sku,
        "stock": item.stock,
        "category_id": item.category_id,
        "photo_ids": list(item.photo_ids),
        "album_ids": sorted(item.album_ids),
        "item_created_at": item.created_at,
        "rejected": item.rejected,
        "thumb_url": item.thumb_url,
    }
