"""Queries on the cached rows of the market: what VK showed when it was last read."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from evosync.catalog.item import Album, Availability, MarketItem, MarketReading
from evosync.db.differences import Differences, Scope, Values, find_differences
from evosync.db.engine import Database
from evosync.db.tables.market import vk_cached_albums, vk_cached_products
from evosync.db.types import Tx, folded


async def save_reading(
    database: Database, user_id: int, community_id: int, reading: MarketReading, now: datetime
) -> None:
    """Bring the cached rows up to date; a reading that is not whole removes none.

    It is compared in a transaction that only reads: that takes long, and on
    SQLite all other writers would wait. There is no other when nothing differs.
    """
    async with database.read() as tx:
        found = await find_changes(tx, user_id, community_id, reading)
    if any(each.keys for each in found):
        await database.write(save_changes, found, now)


async def find_changes(
    tx: Tx, user_id: int, community_id: int, reading: MarketReading
) -> Sequence[Differences]:
    """Find the rows that differ from a reading: albums, then items."""
    fixed = {"user_id": user_id, "community_id": community_id}
    albums = Scope(table=vk_cached_albums, fixed=fixed, columns=_AlbumRow._fields)
    items = Scope(table=vk_cached_products, fixed=fixed, columns=_ItemRow._fields)
    read_albums = {(album.album_id,): album for album in reading.albums}
    read_items = {(item.item_id,): item for item in reading.items}

    def is_kept(_key: object) -> bool:
        return not reading.is_whole

    return (
        await find_differences(tx, albums, read_albums, _album_row, is_kept),
        await find_differences(tx, items, read_items, _item_row, is_kept),
    )


async def save_changes(tx: Tx, found: Iterable[Differences], now: datetime) -> None:
    """Write what was found."""
    for each in found:
        await each.save(tx, now)


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


def _album_row(album: Album, stands: Values | None) -> _AlbumRow:
    return _AlbumRow(
        title=album.title,
        name_folded=folded(album.title),
        item_count=album.count,
        is_hidden=album.is_hidden,
        photo_id=album.photo_id,
        thumb_url=_address(stands, album.thumb_url),
    )


def _item_row(item: MarketItem, stands: Values | None) -> _ItemRow:
    return _ItemRow(
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
        thumb_url=_address(stands, item.thumb_url),
    )


def _address(row: Values | None, new: str | None) -> str | None:
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
