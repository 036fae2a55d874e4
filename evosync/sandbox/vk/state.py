"""What the fake VK remembers: plain mutable dataclasses that msgspec writes and reads as JSON."""

from dataclasses import dataclass, field
from typing import Literal

from evosync.sandbox.vkid.state import VkIdState

TokenKind = Literal["user", "group"]
PictureUse = Literal["product", "album", "old_product"]


@dataclass(slots=True, kw_only=True)
class Person:
    """A VK user."""

    user_id: int
    first_name: str
    last_name: str


@dataclass(slots=True, kw_only=True)
class Token:
    """An access token of a person or of a community; `bearer_id` is the id of either.

    It is over when its time has come (`expires_at`, unix seconds; None: never)
    or when it was ended before.
    """

    kind: TokenKind
    bearer_id: int
    scopes: list[str]
    expired: bool = False
    expired_code: int | None = None  # the error that says so; None: that of the world's switch
    expires_at: float | None = None


@dataclass(slots=True, kw_only=True)
class Item:
    """A card of a community's market. Prices are kopecks, moments are unix seconds."""

    item_id: int
    title: str
    description: str
    category_id: int
    price: int
    created_at: float
    updated_at: float
    old_price: int = 0
    hidden: bool = False
    deleted_at: float | None = None
    rejected_at: float | None = None  # moderation's no, which may lie ahead
    photo_ids: list[int] = field(default_factory=list)
    url: str = ""
    sku: str = ""
    stock_amount: int = -1
    weight: int = 0
    dimensions: tuple[int, int, int] = (0, 0, 0)


@dataclass(slots=True, kw_only=True)
class Album:
    """A collection of items; `item_ids` in the order shown, deleted items stay for a restore."""

    album_id: int
    title: str
    updated_at: float
    photo_id: int = 0
    is_main: bool = False
    is_hidden: bool = False
    item_ids: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Community:
    """A VK group and its market; the orders are those of listings, `order` without deleted ones.

    `short_name` is that of its address, "" where nobody has chosen one.
    """

    community_id: int
    name: str
    admin_ids: list[int]
    short_name: str = ""
    market_enabled: bool = True
    items: dict[int, Item] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    albums: dict[int, Album] = field(default_factory=dict)
    album_order: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Photo:
    """A saved photo; its picture is kept once for equal bytes, under `sha`."""

    photo_id: int
    community_id: int
    user_id: int
    use: PictureUse
    width: int
    height: int
    sha: str
    created_at: float


@dataclass(slots=True, kw_only=True)
class UploadDoor:
    """What an upload_url stands for; one door takes many files."""

    community_id: int
    user_id: int
    use: PictureUse


@dataclass(slots=True, kw_only=True)
class UploadedFile:
    """A file that the upload host has taken in."""

    width: int
    height: int
    sha: str


@dataclass(slots=True, kw_only=True)
class Receipt:
    """What the upload host answered, word for word, and the files behind it; saved at most once."""

    door: UploadDoor
    answer: str
    files: list[UploadedFile]
    saved: bool = False


@dataclass(slots=True, kw_only=True)
class VkState:
    """The whole of the fake VK; `receipts` are found by the `hash` in the upload host's answer."""

    people: dict[int, Person] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    communities: dict[int, Community] = field(default_factory=dict)
    photos: dict[int, Photo] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    doors: dict[str, UploadDoor] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    vkid: VkIdState = field(default_factory=VkIdState)
    reviewed: int = 0  # names, texts and pictures that moderation has looked at
    last_id: int = 1_000
