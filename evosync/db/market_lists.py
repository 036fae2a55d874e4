"""Queries for the pages of the goods in VK: albums, items by pages, whose they are.

All of them read the cached rows of one user's community, whose index comes
first in every condition; an item's albums are a list in its row, so that the
items of an album are found among those of the community.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select, true, type_coerce

from evosync.catalog.item import Availability
from evosync.db.links import Place
from evosync.db.tables.market import (
    album_links,
    product_links,
    vk_cached_albums,
    vk_cached_products,
)
from evosync.db.tables.runs import runs
from evosync.db.types import LongText, Tx, folded
from evosync.engine.report import RunStatus

PAGE = 100  # items


class Album(StrEnum):
    """Where to look that is no album of VK's."""

    ALL = "all"
    NONE = "none"  # items that are in no album


class Part(StrEnum):
    """Which of the items are meant; one item may be in several of these."""

    ALL = "all"
    OURS = "ours"
    STRANGERS = "strangers"
    REJECTED = "rejected"
    HIDDEN = "hidden"


class Sight(StrEnum):
    """What a buyer sees of an item, and why."""

    SHOWN = "shown"
    HIDDEN_BY_US = "hidden by us"
    HIDDEN_BY_PERSON = "hidden by a person"
    NO_STOCK = "no stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAlbum:
    """An album; `is_ours` = a product group is linked to it."""

    album_id: int
    title: str
    count: int
    is_hidden: bool
    thumb_url: str | None
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """An item; `product_id` and `store_id` are of the product that it is linked to.

    `price` is in kopecks; `stock` is what VK tells, else what we last wrote.
    """

    item_id: int
    title: str
    price: int | None
    stock: int | None
    sight: Sight
    rejected: str | None
    thumb_url: str | None
    product_id: str | None
    store_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSearch:
    """What is looked for: in which album, which part, words in a name, the page (from 1)."""

    album: int | Album = Album.ALL
    part: Part = Part.ALL
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItems:
    """One page of what was found; `counts` are of each part, for the same album and words."""

    items: list[ListedItem]
    counts: dict[Part, int]


async def list_albums(tx: Tx, place: Place) -> list[ListedAlbum]:
    """List the albums by title."""
    rows = vk_cached_albums.c
    is_ours = exists().where(
        album_links.c.user_id == rows.user_id,
        album_links.c.community_id == rows.community_id,
        album_links.c.album_id == rows.album_id,
    )
    found = await tx.execute(
        select(vk_cached_albums, is_ours.label("is_ours"))
        .where(rows.user_id == place.user_id, rows.community_id == place.community_id)
        .order_by(rows.name_folded, rows.album_id)
    )
    return [
        ListedAlbum(
            album_id=row.album_id,
            title=row.title,
            count=row.item_count,
            is_hidden=row.is_hidden,
            thumb_url=row.thumb_url,
            is_ours=bool(row.is_ours),
        )
        for row in found
    ]


async def find_album_title(tx: Tx, place: Place, album_id: int) -> str | None:
    """Find an album's title."""
    rows = vk_cached_albums.c
    return await tx.scalar(
        select(rows.title).where(
            rows.user_id == place.user_id,
            rows.community_id == place.community_id,
            rows.album_id == album_id,
        )
    )


async def count_items(tx: Tx, place: Place, search: ItemSearch) -> dict[Part, int]:
    """Count the items of each part that fit the album and the words."""
    counts = [func.sum(case((fits, 1), else_=0)).label(part) for part, fits in _PARTS.items()]
    row = (await tx.execute(_joined(*counts).where(_found(place, search)))).one()
    return {part: int(number or 0) for part, number in zip(_PARTS, row, strict=True)}


async def list_items(tx: Tx, place: Place, search: ItemSearch) -> ListedItems:
    """List one page of the items that fit, by title."""
    items, links = vk_cached_products.c, product_links.c
    columns = (
        *(items.item_id, items.title, items.price, items.stock, items.availability),
        *(items.rejected, items.thumb_url, links.product_id, links.store_ids),
        *(links.written_stock, links.written_is_hidden),
    )
    # Only the rows of this page are read whole: those before it are passed over in the index.
    all_of_them: Any = select(items.item_id) if search.part is Part.ALL else _joined(items.item_id)
    ids = await tx.scalars(
        all_of_them.where(_found(place, search), _PARTS[search.part])
        .order_by(items.name_folded, items.item_id)
        .limit(PAGE)
        .offset((search.page - 1) * PAGE)
    )
    found = await tx.execute(
        _joined(*columns)
        .where(_stands_in(place), items.item_id.in_(list(ids)))
        .order_by(items.name_folded, items.item_id)
    )
    return ListedItems(
        items=[_item(row) for row in found], counts=await count_items(tx, place, search)
    )


# VK shows "unavailable" for a hidden item and for one without stock alike. What
# VK tells of a stock counts, else what we last wrote.
_ITEMS, _LINKS = vk_cached_products.c, product_links.c
_STOCK = func.coalesce(_ITEMS.stock, _LINKS.written_stock)
_IS_LINKED = _LINKS.item_id.is_not(None)
_IS_HIDDEN_BY_US = and_(_IS_LINKED, func.coalesce(_LINKS.written_is_hidden, 0) == 1)
_IS_OUT_OF_SIGHT = or_(
    _IS_HIDDEN_BY_US,
    and_(_ITEMS.availability != int(Availability.AVAILABLE), func.coalesce(_STOCK, 1) != 0),
)
_PARTS: dict[Part, ColumnElement[bool]] = {
    Part.ALL: true(),
    Part.OURS: _IS_LINKED,
    Part.STRANGERS: _LINKS.item_id.is_(None),
    Part.REJECTED: _ITEMS.rejected.is_not(None),
    Part.HIDDEN: _IS_OUT_OF_SIGHT,
}


def _joined(*columns: Any) -> Any:
    """Ask for columns of items and of the links to them; an item has one link at most."""
    link = and_(
        product_links.c.community_id == vk_cached_products.c.community_id,
        product_links.c.item_id == vk_cached_products.c.item_id,
        product_links.c.user_id == vk_cached_products.c.user_id,
    )
    return select(*columns).select_from(vk_cached_products.outerjoin(product_links, link))


def _found(place: Place, search: ItemSearch) -> ColumnElement[bool]:
    items = vk_cached_products.c
    fits: list[ColumnElement[bool]] = [_stands_in(place)]
    if search.album is Album.NONE:
        fits.append(_album_text() == "[]")
    elif search.album is not Album.ALL:
        fits.append(_is_in(int(search.album)))
    if words := folded(search.words):
        # autoescape: a person who types % or _ means just that.
        fits.append(items.name_folded.contains(words, autoescape=True))
    return and_(*fits)


def _stands_in(place: Place) -> ColumnElement[bool]:
    items = vk_cached_products.c
    return and_(items.user_id == place.user_id, items.community_id == place.community_id)


def _album_text() -> ColumnElement[str]:
    """Give an item's albums as they are written: «[1,2]», always without blanks."""
    return type_coerce(vk_cached_products.c.album_ids, LongText)


def _is_in(album_id: int) -> ColumnElement[bool]:
    text = _album_text()
    return or_(
        text == f"[{album_id}]",
        text.like(f"[{album_id},%"),
        text.like(f"%,{album_id},%"),
        text.like(f"%,{album_id}]"),
    )


def _item(row: Row[Any]) -> ListedItem:
    stock = row.written_stock if row.stock is None else row.stock
    stores = row.store_ids or [None]
    return ListedItem(
        item_id=row.item_id,
        title=row.title,
        price=row.price,
        stock=stock,
        sight=_sight(row, stock),
        rejected=row.rejected,
        thumb_url=row.thumb_url,
        product_id=row.product_id,
        store_id=stores[0],
    )


def _sight(row: Row[Any], stock: int | None) -> Sight:
    if row.written_is_hidden:
        return Sight.HIDDEN_BY_US
    if stock == 0:
        return Sight.NO_STOCK
    return Sight.SHOWN if row.availability == Availability.AVAILABLE else Sight.HIDDEN_BY_PERSON


async def find_read_at(tx: Tx, place: Place) -> datetime | None:
    """Find when the market was last read, as far as that is known; None = never.

    Readings by the timer leave no run behind, but what they changed.
    """
    rows, items = runs.c, vk_cached_products.c
    begun_at = await tx.scalar(
        select(func.coalesce(rows.started_at, rows.queued_at))
        .where(
            rows.user_id == place.user_id,
            rows.community_id == place.community_id,
            rows.status.in_(_HAVE_READ),
        )
        .order_by(rows.queued_at.desc())
        .limit(1)
    )
    changed_at = await tx.scalar(
        select(func.max(items.updated_at)).where(
            items.user_id == place.user_id, items.community_id == place.community_id
        )
    )
    return max(filter(None, (begun_at, changed_at)), default=None)


_HAVE_READ = tuple(status.value for status in (RunStatus.DONE, RunStatus.PARTIAL, RunStatus.HELD))
