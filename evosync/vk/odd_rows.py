"""Rows of VK's lists that do not fit: each field is read as far as it makes sense.

VK sends `[]` for a price that is not shown, and old shapes of category. One
odd card of somebody else must not keep us from the rest.
"""

from collections.abc import Mapping

import msgspec

from evosync.vk.wire import (
    BIG,
    REJECTED,
    SMALL,
    AlbumRow,
    Id,
    ItemRow,
    NamedRow,
    PhotoRow,
    PriceRow,
    RejectRow,
    SizeRow,
)


class _OddItem(msgspec.Struct):
    """An item with anything in its fields but the id."""

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


class _OddAlbum(msgspec.Struct):
    """An album, likewise."""

    id: Id
    title: object = None
    count: object = None
    is_hidden: object = None
    photo: object = None


_ODD_ITEM = msgspec.json.Decoder(_OddItem)
_ODD_ALBUM = msgspec.json.Decoder(_OddAlbum)


def mend_item(raw: msgspec.Raw) -> tuple[ItemRow, bool]:
    """Keep of an item what makes sense; False with it when it has a sku that makes none.

    Raises ValueError when there is no id.
    """
    odd = _ODD_ITEM.decode(_text_of(raw))
    sku = odd.sku if isinstance(odd.sku, str) else _number(odd.sku)
    row = ItemRow(
        id=odd.id,
        title=_text(odd.title),
        availability=_number(odd.availability),
        description=_text(odd.description),
        price=_price(odd.price),
        sku=sku,
        stock_amount=_number(odd.stock_amount, SMALL),
        category=_named(odd.category),
        photos=[_photo(photo) for photo in _list(odd.photos)],
        thumb_photo=_text(odd.thumb_photo),
        albums_ids=[number for number in map(_number, _list(odd.albums_ids)) if number],
        date=_number(odd.date),
        reject_info=_reject_info(odd.reject_info),
    )
    return row, sku is not None or odd.sku is None


def mend_album(raw: msgspec.Raw) -> AlbumRow:
    """Keep of an album what makes sense. Raises ValueError when there is no id."""
    odd = _ODD_ALBUM.decode(_text_of(raw))
    return AlbumRow(
        id=odd.id,
        title=_text(odd.title),
        count=_number(odd.count, SMALL),
        is_hidden=bool(odd.is_hidden),
        photo=_photo(odd.photo),
    )


def _text_of(raw: msgspec.Raw) -> str:
    # Bytes that are no letter cost the letter, not the row.
    return bytes(raw).decode(errors="replace")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object, most: int = BIG) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -most <= value <= most else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _named(value: object) -> NamedRow | None:
    return NamedRow(id=_number(value.get("id"))) if isinstance(value, Mapping) else None


def _price(value: object) -> PriceRow | None:
    amount = value.get("amount") if isinstance(value, Mapping) else None
    return PriceRow(amount=amount) if isinstance(amount, str | int) else None


def _photo(value: object) -> PhotoRow:
    if not isinstance(value, Mapping):
        return PhotoRow()
    sizes = [size for size in _list(value.get("sizes")) if isinstance(size, Mapping)]
    return PhotoRow(
        id=_number(value.get("id")),
        sizes=[
            SizeRow(
                url=_text(size.get("url")),
                width=_number(size.get("width")),
                height=_number(size.get("height")),
            )
            for size in sizes
        ],
    )


def _reject_info(value: object) -> RejectRow | None:
    if not isinstance(value, Mapping):
        return None
    return RejectRow(
        moderation_status=value.get("moderation_status", REJECTED),
        title=_text(value.get("title")),
        description=_text(value.get("description")),
    )
