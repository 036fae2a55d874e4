"""VK's JSON, as typed rows, and as the plain values of the catalog."""

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from evosync.catalog.item import Album, Availability, MarketItem

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
    variants: list[object] = msgspec.field(default_factory=list)


class AddedItem(msgspec.Struct):
    """The answer of market.add."""

    market_item_id: int


class AddedAlbum(msgspec.Struct):
    """The answer of market.addAlbum."""

    market_album_id: int


class UploadServer(msgspec.Struct):
    """The answer of market.getProductPhotoUploadServer."""

    upload_url: str


class SavedPhoto(msgspec.Struct):
    """The answer of market.saveProductPhoto."""

    photo_id: int


class ItemRow(msgspec.Struct):
    """A market item (vk API schema 5.199, market_market_item_full), the fields that we read.

    Fields typed `object` are read as far as they make sense: VK sends `[]`
    for a price that is not shown, and old shapes of category.
    """

    id: int
    title: str
    availability: int
    description: str = ""
    price: object = None
    sku: str | int | None = None
    stock_amount: int | None = None
    category: object = None
    photos: object = None
    albums_ids: list[int] = msgspec.field(default_factory=list)
    date: int | None = None
    reject_info: object = None


class AlbumRow(msgspec.Struct):
    """A market album."""

    id: int
    title: str
    count: int = 0
    is_hidden: bool | int = False
    photo: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Rows that did not fit: their ids, None where even that was missing."""

    ids: tuple[int | None, ...] = ()


def items_from(rows: Iterable[object]) -> tuple[tuple[MarketItem, ...], Unread]:
    """Read item rows; a row that does not fit is left out and named."""
    items: list[MarketItem] = []
    unread: list[int | None] = []
    for row in rows:
        try:
            items.append(_item(msgspec.convert(row, ItemRow, strict=False)))
        except (msgspec.ValidationError, ValueError):
            unread.append(row_id(row))
    return tuple(items), Unread(ids=tuple(unread))


def albums_from(rows: Iterable[object]) -> tuple[tuple[Album, ...], Unread]:
    """Read album rows; a row that does not fit is left out and named."""
    albums: list[Album] = []
    unread: list[int | None] = []
    for row in rows:
        try:
            album = msgspec.convert(row, AlbumRow, strict=False)
        except msgspec.ValidationError:
            unread.append(row_id(row))
        else:
            albums.append(
                Album(
                    album_id=album.id,
                    title=html.unescape(album.title),
                    count=album.count,
                    is_hidden=bool(album.is_hidden),
                    photo_id=row_id(album.photo),
                )
            )
    return tuple(albums), Unread(ids=tuple(unread))


def row_id(row: object) -> int | None:
    """Return the `id` of a JSON object, None if there is none."""
    found = row.get("id") if isinstance(row, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _item(row: ItemRow) -> MarketItem:
    return MarketItem(
        item_id=row.id,
        title=html.unescape(row.title),
        description=row.description,
        price=_kopecks(row.price),
        availability=Availability(row.availability),
        sku=None if row.sku is None else str(row.sku),
        stock=row.stock_amount,
        category_id=row_id(row.category),
        photo_ids=_photo_ids(row.photos),
        album_ids=frozenset(row.albums_ids),
        created_at=_moment(row.date),
        rejected=_rejected(row.reject_info),
    )


def _kopecks(price: object) -> int | None:
    # price.amount is a string of kopecks; price may be [] where it is not shown.
    amount = price.get("amount") if isinstance(price, Mapping) else None
    try:
        return int(amount) if isinstance(amount, str | int) else None
    except ValueError:
        return None


def _photo_ids(photos: object) -> tuple[int, ...]:
    rows = photos if isinstance(photos, list) else []
    return tuple(found for found in map(row_id, rows) if found is not None)


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
    return html.unescape(text) or "причина не названа"
