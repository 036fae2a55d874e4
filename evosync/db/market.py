"""Queries on the cached rows of the market: what VK showed when it was last read."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from evosync.catalog.item import Album, Availability, MarketItem, MarketReading
from evosync.db.differences import Rows, Scope, load_rows, write_differences
from evosync.db.portions import slices
from evosync.db.tables.market import vk_cached_albums, vk_cached_products
from evosync.db.types import Tx, folded


async def save_reading(
    tx: Tx, user_id: int, community_id: int, reading: MarketReading, now: datetime
) -> None:
    """Bring the cached rows up to date; a reading that is not whole removes none."""
    fixed = {"user_id": user_id, "community_id": community_id}
    albums = Scope(table=vk_cached_albums, fixed=fixed, columns=_AlbumRow._fields)
    items = Scope(table=vk_cached_products, fixed=fixed, columns=_ItemRow._fields)
    for scope, make_rows in ((albums, _album_rows), (items, _item_rows)):
        standing = await load_rows(tx, scope)
        wanted = await make_rows(reading, standing)
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
            photo_ids=row.photo_ids,
            album_ids=frozenset(row.album_ids),
            created_at=row.item_created_at,
            rejected=row.rejected,
            thumb_url=row.thumb_url,
        )
        for row in found
    ]


class _AlbumRow(NamedTuple):
    """What an album's row is compared by."""

    title: str
    name_folded: str
    item_count: int
    is_hidden: bool
    photo_id: int | None
    thumb_url: str | None


class _ItemRow(NamedTuple):
    """What an item's row is compared by."""

    title: str
    name_folded: str
    description: str
    price: int | None
    availability: int
    sku: str | None
    stock: int | None
    category_id: int | None
    photo_ids: tuple[int, ...]
    album_ids: tuple[int, ...]
    item_created_at: datetime | None
    rejected: str | None
    thumb_url: str | None


async def _album_rows(reading: MarketReading, standing: Rows) -> Rows:
    return {
        (key := (album.album_id,)): _AlbumRow(
            title=album.title,
            name_folded=folded(album.title),
            item_count=album.count,
            is_hidden=album.is_hidden,
            photo_id=album.photo_id,
            thumb_url=_address(standing.get(key), album.thumb_url),
        )
        async for portion in slices(reading.albums)
        for album in portion
    }


async def _item_rows(reading: MarketReading, standing: Rows) -> Rows:
    return {
        (key := (item.item_id,)): _ItemRow(
            title=item.title,
            name_folded=folded(item.title),
            description=item.description,
            price=item.price,
            availability=int(item.availability),
            sku=item.sku,
            stock=item.stock,
            category_id=item.category_id,
            photo_ids=item.photo_ids,
            album_ids=tuple(sorted(item.album_ids)),
            item_created_at=item.created_at,
            rejected=item.rejected,
            thumb_url=_address(standing.get(key), item.thumb_url),
        )
        async for portion in slices(reading.items)
        for item in portion
    }


def _address(row: tuple[Any, ...] | None, new: str | None) -> str | None:
    """Keep the address of a picture that is the same: else quiet readings would write rows.

    VK serves a picture from hosts that change from one answer to the next,
    and signs it in the query.
    """
    kept: str | None = row[-1] if row else None
    if kept and new and kept != new and _picture_of(kept) == _picture_of(new):
        return kept
    return new


def _picture_of(address: str) -> tuple[str, str]:
    """Tell one picture from another: its path, and the port where a sandbox has one of its own."""
    # VK's addresses are others at each reading: by `urlsplit` it takes ten times as long.
    _, is_url, rest = address.partition("://")
    host, _, path = rest.partition("/")
    return (host.partition(":")[2], path.partition("?")[0]) if is_url else ("", address)
