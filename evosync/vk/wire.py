"""VK's JSON, as typed rows: the fields that we read; what else VK sends is passed over."""

from typing import Annotated, Generic, TypeVar

import msgspec

T = TypeVar("T")

# What the columns hold that these numbers are kept in. Ids are 64-bit (API
# schema 5.199, "int64"); a stock or a count of items is never so big.
BIG = 2**63 - 1
SMALL = 2**31 - 1
Id = Annotated[int, msgspec.Meta(ge=0, le=BIG)]
Number = Annotated[int, msgspec.Meta(ge=-BIG, le=BIG)]
Count = Annotated[int, msgspec.Meta(ge=-SMALL, le=SMALL)]

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


class Envelope(msgspec.Struct, Generic[T]):
    """An answer of `/method/…`: `response` or `error`, and execute's list of failed calls."""

    response: T | msgspec.UnsetType = msgspec.UNSET
    error: ErrorRow | None = None
    execute_errors: list[ErrorRow] = msgspec.field(default_factory=list)


class ListRow(msgspec.Struct):
    """An answer that is a list: market.get (with `variants`), market.getAlbums.

    Its rows are read one by one, so that each fails alone.
    """

    count: int
    items: list[msgspec.Raw]
    variants: list[msgspec.Raw] | None = None


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


class SizeRow(msgspec.Struct, gc=False):
    """One size of a photo. Old photos come without their measures, in pixels."""

    url: str | None = None
    width: Number | None = None
    height: Number | None = None


class NamedRow(msgspec.Struct, gc=False):
    """Something of which only the id is read."""

    id: Number | None = None


class PriceRow(msgspec.Struct, gc=False):
    """A price: kopecks, as a text as a rule."""

    amount: str | int | None = None


class PhotoRow(msgspec.Struct, gc=False):
    """A photo with its sizes."""

    id: Number | None = None
    sizes: list[SizeRow] | None = None


class RejectRow(msgspec.Struct, gc=False):
    """Moderation's word for an item; one without a status is a refusal."""

    moderation_status: object = REJECTED
    title: str | None = None
    description: str | None = None


class ItemRow(msgspec.Struct, gc=False):
    """A market item (vk API schema 5.199, market_market_item_full), the fields that we read."""

    id: Id
    title: str | None = None
    availability: int | None = None
    description: str | None = None
    price: PriceRow | None = None
    sku: str | Number | None = None
    stock_amount: Count | None = None
    category: NamedRow | None = None
    photos: list[PhotoRow] | None = None
    thumb_photo: str | None = None
    albums_ids: list[Number] | None = None
    date: Number | None = None
    reject_info: RejectRow | None = None


class AlbumRow(msgspec.Struct, gc=False):
    """A market album, likewise."""

    id: Id
    title: str | None = None
    count: Count | None = None
    is_hidden: bool | int | None = None
    photo: PhotoRow | None = None


ANYTHING: msgspec.json.Decoder[Envelope[object]] = msgspec.json.Decoder(Envelope[object])
A_LIST: msgspec.json.Decoder[Envelope[ListRow]] = msgspec.json.Decoder(
    Envelope[ListRow], strict=False
)
LISTS: msgspec.json.Decoder[Envelope[list[ListRow | bool | None]]] = msgspec.json.Decoder(
    Envelope[list[ListRow | bool | None]], strict=False
)
RAW_LIST: msgspec.json.Decoder[Envelope[list[msgspec.Raw]]] = msgspec.json.Decoder(
    Envelope[list[msgspec.Raw]]
)
"""What an answer is decoded into: all of it, one list, the lists of an execute, its raw results."""
