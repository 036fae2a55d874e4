"""Queries on where VK shows the pictures of what it was last seen to hold."""

from typing import Any

from sqlalchemy import ColumnElement, select

from evosync.db.links import Place
from evosync.db.tables.market import vk_cached_albums, vk_cached_products
from evosync.db.types import Tx

Found = tuple[str | None] | None
"""An address, in a tuple that holds None where VK showed no picture; None = no such row."""


async def find_item_thumb(tx: Tx, place: Place, item_id: int) -> Found:
    """Find where VK shows an item's picture."""
    rows = vk_cached_products.c
    return await _find(tx, rows, place, rows.item_id == item_id)


async def find_album_thumb(tx: Tx, place: Place, album_id: int) -> Found:
    """Find where VK shows an album's cover."""
    rows = vk_cached_albums.c
    return await _find(tx, rows, place, rows.album_id == album_id)


async def _find(tx: Tx, rows: Any, place: Place, is_it: ColumnElement[bool]) -> Found:
    row = (
        await tx.execute(
            select(rows.thumb_url).where(
                rows.user_id == place.user_id, rows.community_id == place.community_id, is_it
            )
        )
    ).one_or_none()
    return None if row is None else (row.thumb_url,)
