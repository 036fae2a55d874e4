"""VK's side: the item we want, the items and albums that stand, and our links to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The item we want to stand in VK for one product.

    `price` is in kopecks. `stock` is None when Evotor does not tell it: then
    an edit leaves VK's value alone and a create sends `opening_stock`.
    `photo` is the SHA-256 (hex) of the picture's bytes; the Target knows the
    photo id that VK gave for it. `album` is the folded title of the wanted
    album, `album_title` the title as shown. `store_ids` are the enabled
    stores where the product stands, first the one that names and prices it.
    `members` are the other product ids that are the same item: its twins in
    other stores (R18).
    `settled` is False when one of its stores could not be read whole: then
    its price and stock are not to be written.
    """

    product_id: str
    store_ids: tuple[str, ...]
    name: str
    title: str
    description: str
    price: int
    stock: int | None
    opening_stock: int
    for_sale: bool
    category_id: int
    photo: str | None
    album: str | None = None
    album_title: str = ""
    settled: bool = True
    members: tuple[str, ...] = ()


class Availability(IntEnum):
    """VK's word for an item: market.get, field "availability" (API schema 5.199)."""

    AVAILABLE = 0
    REMOVED = 1
    UNAVAILABLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketItem:
    """An item as VK shows it. `price` is in kopecks, None when VK gave no number."""

    item_id: int
    title: str
    description: str
    price: int | None
    availability: Availability
    sku: str | None = None
    stock: int | None = None
    category_id: int | None = None
    photo_ids: tuple[int, ...] = ()  # of an item asked for by id; a list tells of none
    album_ids: frozenset[int] = frozenset()
    created_at: datetime | None = None
    rejected: str | None = None  # moderation's words, when it refused the item
    thumb_url: str | None = None  # where VK shows its first picture, in a small size


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """A market album (VK's «подборка»)."""

    album_id: int
    title: str
    count: int = 0
    is_hidden: bool = False
    photo_id: int | None = None
    thumb_url: str | None = None  # where VK shows its cover


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketReading:
    """All items and albums of a community, read from `begun_at` on.

    Not whole = VK's lists and its counts did not agree; an item absent from
    such a reading may still stand.
    """

    items: tuple[MarketItem, ...]
    albums: tuple[Album, ...]
    begun_at: datetime
    is_whole: bool = True


class LinkState(StrEnum):
    """What we know of a linked item."""

    LIVE = "live"  # it stands, shown or hidden
    DELETED = "deleted"  # we deleted it
    LOST = "lost"  # somebody else deleted it
    ERASED = "erased"  # we deleted it, and VK gives it back no more


class Wish(StrEnum):
    """A person's yes to one linked item, until it is carried out."""

    RETURN = "return"  # it was deleted in VK: make it anew
    SHOW = "show"  # it was hidden in VK: show it again


class Pending(StrEnum):
    """An act on a link that was begun and whose outcome is not recorded yet."""

    HIDE = "hide"
    SHOW = "show"
    DELETE = "delete"
    UNDELETE = "undelete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The values we last sent; None = never sent, or nobody knows what VK took.

    `repeats` counts, per field, how often the same wanted value was written.
    A field that is None and has a count was sent, and its answer never noted.
    """

    title: str | None = None
    description: str | None = None
    price: int | None = None
    stock: int | None = None
    category_id: int | None = None
    photo: str | None = None
    sku: str | None = None
    is_hidden: bool = False
    repeats: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Product id ↔ item id in one community, with the values last written.

    `text_is_theirs` marks an item that was adopted: its title, description
    and picture stay the owner's until Evotor's side changes. `members` are
    the other product ids of its twins, which the link may move to. `account`
    is the Evotor account that it was made from. `missing_since_at` is when a
    whole reading first lacked the item, `written_at` when we last wrote to it.
    """

    product_id: str
    item_id: int
    store_ids: tuple[str, ...] = ()
    state: LinkState = LinkState.LIVE
    written: Written = field(default_factory=Written)
    text_is_theirs: bool = False
    pending: Pending | None = None
    members: tuple[str, ...] = ()
    account: str | None = None
    missing_since_at: datetime | None = None
    written_at: datetime | None = None
    wish: Wish | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumLink:
    """Folded group title ↔ album id; `is_made` when we created the album.

    `title` is empty while an edit was sent whose answer was never noted: then
    nobody knows what of it VK took.
    """

    key: str
    album_id: int
    title: str
    is_made: bool
    is_hidden: bool = False
    photo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A create that was sent and whose outcome is not known.

    It was committed at `sent_at`, before the call. `doubted_at` is when its
    answer was given up: pictures and quotas may have kept it waiting, but
    later than that it cannot have been sent. `store_ids` are the draft's, for
    when the product has left the till before the item is seen. `account` is
    the Evotor account that it was sent for.
    """

    product_id: str
    run_id: int
    sent_at: datetime
    title: str
    price: int
    store_ids: tuple[str, ...] = ()
    account: str | None = None
    doubted_at: datetime | None = None

    @property
    def latest_at(self) -> datetime:
        """The last moment at which it can have been sent, as far as that is known."""
        return self.doubted_at or self.sent_at
