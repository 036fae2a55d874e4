"""Rows of VK's lists, made plain values of the catalog."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec

from evosync.catalog.item import Album, Availability, MarketItem
from evosync.catalog.names import decode_entities
from evosync.catalog.shared import once
from evosync.vk.odd_rows import mend_album, mend_item
from evosync.vk.picture_sizes import COVER_SIDE, THUMB_SIDE, picture_address, smallest_picture
from evosync.vk.wire import BIG, REJECTED, AlbumRow, ItemRow, PhotoRow, RejectRow

_AVAILABILITY: Mapping[int | None, Availability] = {one.value: one for one in Availability}

T = TypeVar("T", Album, MarketItem)


class Row(NamedTuple, Generic[T]):
    """A row that was read: no value when it has no id.

    `is_clear` is False when something of ours may stand unseen in it.
    """

    id: int | None
    value: T | None
    is_clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Rows of a list, and how many VK says that the whole list has."""

    count: int
    items: Sequence[Row[T]]
    variants: Sequence[Row[T]]


_ITEM = msgspec.json.Decoder(ItemRow)
_ALBUM = msgspec.json.Decoder(AlbumRow)


def read_item(raw: msgspec.Raw) -> Row[MarketItem]:
    """Read an item that was asked for by id, with the ids of its photos.

    One with an unreadable sku is not clear, since it may be ours.
    """
    return _read(raw, with_photos=True)


def read_listed_item(raw: msgspec.Raw) -> Row[MarketItem]:
    """Read an item of the market's list; `photo_ids` stay empty, as columns do not hold them."""
    return _read(raw, with_photos=False)


def read_album(raw: msgspec.Raw) -> Row[Album]:
    """Read an album."""
    try:
        row = _ALBUM.decode(raw)
    except ValueError:
        try:
            row = mend_album(raw)
        except ValueError:
            return Row(id=None, value=None, is_clear=False)
    return Row(id=row.id, value=_album(row), is_clear=True)


def _read(raw: msgspec.Raw, *, with_photos: bool) -> Row[MarketItem]:
    is_clear = True
    try:
        row = _ITEM.decode(raw)
    except ValueError:
        try:
            row, is_clear = mend_item(raw)
        except ValueError:
            return Row(id=None, value=None, is_clear=False)
    return Row(id=row.id, value=item_from(row, with_photos=with_photos), is_clear=is_clear)


def _album(row: AlbumRow) -> Album:
    photo = row.photo or PhotoRow()
    return Album(
        album_id=row.id,
        title=decode_entities(row.title or ""),
        count=row.count or 0,
        is_hidden=bool(row.is_hidden),
        photo_id=photo.id,
        thumb_url=smallest_picture(photo.sizes or (), COVER_SIDE),
    )


def item_from(row: ItemRow, *, with_photos: bool = False) -> MarketItem:
    """Make an item of its row."""
    photos = row.photos or ()
    thumb_url = picture_address(row.thumb_photo)
    if thumb_url is None and photos:
        thumb_url = smallest_picture(photos[0].sizes or (), THUMB_SIDE)
    # What we wrote ourselves is in our links, too: such texts are kept once.
    return MarketItem(
        item_id=row.id,
        title=once(decode_entities(row.title or "")),
        description=once(row.description or ""),
        price=None if row.price is None else _kopecks(row.price.amount),
        # What the schema does not know is nothing that a buyer may count on.
        availability=_AVAILABILITY.get(row.availability, Availability.UNAVAILABLE),
        sku=None if row.sku is None else once(str(row.sku)),
        stock=row.stock_amount,
        category_id=None if row.category is None else row.category.id,
        photo_ids=tuple([one.id for one in photos if one.id is not None]) if with_photos else (),
        thumb_url=thumb_url,
        album_ids=_album_ids(tuple(row.albums_ids or ())),
        created_at=_moment(row.date),
        rejected=None if row.reject_info is None else _rejected(row.reject_info),
    )


# A set takes 200 bytes, and the items of a community are in few different ones.
@lru_cache(maxsize=1024)
def _album_ids(ids: tuple[int | None, ...]) -> frozenset[int]:
    return frozenset(filter(None, ids))


def _kopecks(amount: str | int | None) -> int | None:
    # price.amount is a string of kopecks; price may be [] where it is not shown.
    try:
        kopecks = None if amount is None else int(amount)
    except ValueError:
        return None
    return kopecks if kopecks is None or -BIG <= kopecks <= BIG else None


def _moment(unixtime: int | None) -> datetime | None:
    try:
        return None if unixtime is None else datetime.fromtimestamp(unixtime, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _rejected(info: RejectRow) -> str | None:
    if info.moderation_status != REJECTED:
        return None
    words = [word for word in (info.title, info.description) if word]
    text = ". ".join(word.strip().rstrip(".") for word in words)
    return decode_entities(text) or "причина не названа"
