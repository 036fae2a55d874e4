"""VK's JSON, as typed rows, and as the plain values of the catalog."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from evosync.catalog.item import Album, Availability, MarketItem
from evosync.catalog.names import decode_entities
from evosync.vk.picture_sizes import COVER_SIDE, THUMB_SIDE, picture_address, smallest_picture

_AVAILABILITY: Mapping[int | None, Availability] = {one.value: one for one in Availability}
# What the columns hold that these numbers are kept in. Ids are 64-bit (API
# schema 5.199, "int64"); a stock or a count of items is never so big.
BIG = 2**63 - 1
SMALL = 2**31 - 1
Id = Annotated[int, msgspec.Meta(ge=0, le=BIG)]

REJECTED = 2  # reject_info.moderation_status of an item that moderation refused


class ErrorRow(msgspec.Struct):
    """One error, of a request or of a call inside an execute; `request_params` is not read.

    Only the code has to be right: the rest is words, and odd words must not
    hide it.
    """

    error_code: int
    method: object = None
    error_msg: object = None
    error_text: object = None
    error_subcode: object = None
    redirect_uri: object = None


class Envelope(msgspec.Struct):
    """An answer of `/method/…`: `response` or `error`, and execute's list of failed calls."""

    response: object = msgspec.UNSET
    error: ErrorRow | None = None
    execute_errors: list[ErrorRow] = msgspec.field(default_factory=list)


class ListRow(msgspec.Struct):
    """An answer that is a list: market.get (with `variants`), market.getAlbums."""

    count: int
    items: list[object]
    variants: list[object] | None = None


class AddedItem(msgspec.Struct):
    """The answer of market.add."""

    market_item_id: Id


class AddedAlbum(msgspec.Struct):
    """The answer of market.addAlbum."""

    market_album_id: Id


class UploadServer(msgspec.Struct):
    """The answer of market.getProductPhotoUploadServer."""

    upload_url: str


class SavedPhoto(msgspec.Struct):
    """The answer of market.saveProductPhoto."""

    photo_id: Id


class ItemRow(msgspec.Struct):
    """A market item (vk API schema 5.199, market_market_item_full), the fields that we read.

    Fields typed `object` are read as far as they make sense: VK sends `[]`
    for a price that is not shown, and old shapes of category. One odd card of
    somebody else must not keep us from the rest.
    """

    id: Id
    title: object = None
    availability: object = None
    description: object = None
    price: object = None
    sku: object = None
    stock_amount: object = None
    category: object = None
    photos: object = None
    thumb_photo: object = None
    albums_ids: object = None
    date: object = None
    reject_info: object = None


class AlbumRow(msgspec.Struct):
    """A market album, read as an item is."""

    id: Id
    title: object = None
    count: object = None
    is_hidden: object = None
    photo: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Rows in which something of ours may stand unseen: their ids, None where that was missing."""

    ids: tuple[int | None, ...] = ()


def items_from(rows: Iterable[object]) -> tuple[tuple[MarketItem, ...], Unread]:
    """Read item rows.

    One without an id is left out and named; one with an unreadable sku is
    named too, since it may be ours.
    """
    items: list[MarketItem] = []
    unread: list[int | None] = []
    for row in rows:
        try:
            item = msgspec.convert(row, ItemRow)
        except msgspec.ValidationError:
            unread.append(None)
        else:
            items.append(_item(item))
            if item.sku is not None and items[-1].sku is None:
                unread.append(item.id)
    return tuple(items), Unread(ids=tuple(unread))


def albums_from(rows: Iterable[object]) -> tuple[tuple[Album, ...], Unread]:
    """Read album rows; one without an id is left out and named."""
    albums: list[Album] = []
    unread: list[int | None] = []
    for row in rows:
        try:
            album = msgspec.convert(row, AlbumRow)
        except msgspec.ValidationError:
            unread.append(None)
        else:
            albums.append(
                Album(
                    album_id=album.id,
                    title=decode_entities(_text(album.title)),
                    count=_number(album.count, SMALL) or 0,
                    is_hidden=bool(album.is_hidden),
                    photo_id=row_id(album.photo),
                    thumb_url=smallest_picture(album.photo, COVER_SIDE),
                )
            )
    return tuple(albums), Unread(ids=tuple(unread))


def row_id(row: object) -> int | None:
    """Return the `id` of a JSON object, None if there is none."""
    return _number(row.get("id")) if isinstance(row, Mapping) else None


def _item(row: ItemRow) -> MarketItem:
    return MarketItem(
        item_id=row.id,
        title=decode_entities(_text(row.title)),
        description=_text(row.description),
        price=_kopecks(row.price),
        # What the schema does not know is nothing that a buyer may count on.
        availability=_AVAILABILITY.get(_number(row.availability), Availability.UNAVAILABLE),
        sku=_sku(row.sku),
        stock=_number(row.stock_amount, SMALL),
        category_id=row_id(row.category),
        photo_ids=_photo_ids(row.photos),
        thumb_url=_thumb(row),
        album_ids=frozenset(filter(None, map(_number, _list(row.albums_ids)))),
        created_at=_moment(_number(row.date)),
        rejected=_rejected(row.reject_info),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object, most: int = BIG) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -most <= value <= most else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _sku(value: object) -> str | None:
    number = _number(value)
    if number is not None:
        return str(number)
    return value if isinstance(value, str) else None


def _kopecks(price: object) -> int | None:
    # price.amount is a string of kopecks; price may be [] where it is not shown.
    amount = price.get("amount") if isinstance(price, Mapping) else None
    try:
        return _number(int(amount)) if isinstance(amount, str | int) else None
    except ValueError:
        return None


def _photo_ids(photos: object) -> tuple[int, ...]:
    return tuple(found for found in map(row_id, _list(photos)) if found is not None)


def _thumb(row: ItemRow) -> str | None:
    photos = _list(row.photos)
    found = smallest_picture(photos[0], THUMB_SIDE) if photos else None
    return found or picture_address(row.thumb_photo)


def _moment(unixtime: int | None) -> datetime | None:
    try:
        return None if unixtime is None else datetime.fromtimestamp(unixtime, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _rejected(info: object) -> str | None:
    if not isinstance(info, Mapping) or info.get("moderation_status", REJECTED) != REJECTED:
        return None
    words = [info.get("title"), info.get("description")]
    text = ". ".join(word.strip().rstrip(".") for word in words if isinstance(word, str) and word)
    return decode_entities(text) or "причина не названа"
