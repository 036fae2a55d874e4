"""The words a plan is written in: its changes, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evosync.catalog.item import AlbumLink, Draft, Link, MarketItem
from evosync.catalog.problem import Problem


class Field(StrEnum):
    """A field of an item that an edit may send."""

    TITLE = "title"
    DESCRIPTION = "description"
    PRICE = "price"
    STOCK = "stock"
    CATEGORY = "category"
    PHOTO = "photo"
    SKU = "sku"


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Put a new item on the market."""

    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Send the fields that differ; `item` is what stood before.

    One item may get two: price and stock must not fall with a refused text or picture.
    """

    link: Link
    draft: Draft
    item: MarketItem
    fields: frozenset[Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hide:
    """Take an item out of sight (VK's `deleted=1`); it can come back."""

    link: Link
    item: MarketItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Zero:
    """Set an item's stock to 0 because its product is gone (policy `zero`)."""

    link: Link
    item: MarketItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Remove an item from the market (policy `delete`)."""

    link: Link
    item: MarketItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Bring our own item back: shown again, or undeleted first when `item` is None."""

    link: Link
    draft: Draft
    item: MarketItem | None
    fields: frozenset[Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """Take an item that stands as ours; nothing is sent, `link` is written down."""

    link: Link
    item: MarketItem
    is_intended: bool  # True: our own uncertain create; False: found by its sku or its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Relink:
    """Give an item of ours to another product id, with the fields that differ (R18).

    `link` is as it stands, under the product id that is gone; `draft` is the
    new product's. The sku is always among the fields.
    """

    link: Link
    draft: Draft
    item: MarketItem
    fields: frozenset[Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lose:
    """Give up a link whose item is gone from the market by another's hand; nothing is sent."""

    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAlbum:
    """Make an album for a group."""

    key: str
    title: str
    photo: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAlbum:
    """Take an album that stands under the same folded title; nothing is sent."""

    link: AlbumLink


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAlbum:
    """Rename, hide or show an album of ours; the cover is sent again each time."""

    link: AlbumLink
    title: str
    is_hidden: bool
    photo: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutInAlbum:
    """Add items to one album. The ids are filled in when the items and the album exist."""

    key: str
    product_ids: tuple[str, ...]
    album_id: int | None = None
    item_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFromAlbum:
    """Take one item out of albums of ours."""

    link: Link
    album_ids: tuple[int, ...]


ItemChange = Create | Update | Hide | Zero | Delete | Restore | Adopt | Relink | Lose
AlbumChange = AddAlbum | TakeAlbum | EditAlbum | PutInAlbum | TakeFromAlbum
Change = ItemChange | AlbumChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a linked product and its twins stand now: stores, and the other product ids.

    `new_id` is the product that a link whose item is gone goes to.
    """

    product_id: str
    store_ids: tuple[str, ...]
    members: tuple[str, ...] = ()
    new_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole decision, a value: the preview shows it and `apply` carries it out.

    `changes` stand in the order in which they are applied. `moved` are links
    whose stores or twins changed, to be written down without a call. `taken`
    are fields that were written as often as may be and now show as wanted:
    their count begins anew. `rehomed` are products whose link was made from
    another Evotor account, and that this one lists too. `missing_intents` are
    creates that a whole reading proves never happened. `missing` are products whose
    item a whole reading lacked for the first time, and when that reading
    began, `found` those whose item is there again, `spent` those for which a
    person wished something that no longer applies. `unchanged` counts items
    already right, `skipped` products that are neither published nor to be.
    """

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    moved: tuple[Move, ...] = ()
    taken: tuple[tuple[str, frozenset[Field]], ...] = ()
    rehomed: tuple[str, ...] = ()
    missing_intents: tuple[str, ...] = ()
    missing: tuple[tuple[str, datetime], ...] = ()
    found: tuple[str, ...] = ()
    spent: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: int = 0
    strangers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """VK did it. A create carries its new item id, a new album its album id."""

    change: Change
    item_id: int | None = None
    album_id: int | None = None


NOT_SENT = 0
"""The code of a change that was put off, since something had stopped the run; VK has none such."""

# VK API schema, errors.json.
RESTORE_TOO_LATE = 1400
ITEM_NOT_FOUND = 1403


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """VK refused this one change: VK's code and words. Nothing was changed by it.

    The code is `NOT_SENT` when VK was not asked, or only said "not now".
    `is_lasting` tells that the same change would be refused again.
    """

    change: Change
    code: int
    message: str
    is_lasting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """VK may or may not have done it; a later reading tells."""

    change: Change
    cause: str


Outcome = Done | Failed | Uncertain


def is_erasure(outcome: Outcome) -> bool:
    """Tell whether VK gives a deleted item back no more, so that its product needs a new one."""
    match outcome:
        case Failed(change=Restore(item=None), code=code):
            return code in {RESTORE_TOO_LATE, ITEM_NOT_FOUND}
        case _:
            return False


def is_unfound(outcome: Outcome) -> bool:
    """Tell whether VK did not find an item that was listed; later readings tell where it is."""
    match outcome:
        case Failed(code=code):
            return code == ITEM_NOT_FOUND and not is_erasure(outcome)
        case _:
            return False
