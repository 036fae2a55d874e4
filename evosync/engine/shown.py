"""What a preview showed: the part of a plan that a person agreed to (pure)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evosync.engine.changes import (
    AddAlbum,
    Adopt,
    AlbumChange,
    Change,
    Create,
    Delete,
    EditAlbum,
    Field,
    Hide,
    Lose,
    PutInAlbum,
    Relink,
    Restore,
    TakeAlbum,
    TakeFromAlbum,
    Update,
    Zero,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The changes of a preview: their prints, and which products it puts in which album."""

    prints: frozenset[str] = frozenset()
    placed: frozenset[tuple[str, str]] = frozenset()  # (an album's key, product id)


def print_of(change: Change) -> str:
    """Return the SHA-256 (hex) of all that a change would do: equal means the same in VK."""
    told = (type(change).__name__, *_told(change))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def keep_shown(changes: Iterable[Change], shown: Shown) -> list[Change]:
    """Keep of a plan what the preview showed just so, in its order.

    Of what is put in an album the products that were shown stay; what else
    has changed since is left to a later run.
    """
    kept: list[Change] = []
    for change in changes:
        if isinstance(change, PutInAlbum):
            placed = [one for one in change.product_ids if (change.key, one) in shown.placed]
            if placed:
                kept.append(replace(change, product_ids=tuple(placed)))
        elif print_of(change) in shown.prints:
            kept.append(change)
    return kept


def _told(change: Change) -> Sequence[Any]:
    match change:
        case Create(draft=draft):
            return (draft.product_id, *_values(change, frozenset(Field)))
        case Update(link=link) | Relink(link=link) | Restore(link=link):
            is_back = isinstance(change, Restore) and change.item is None
            return (link.item_id, is_back, *_values(change, change.fields))
        case Adopt(link=link, item=item):
            return (link.product_id, item.item_id)
        case Hide(link=link) | Zero(link=link) | Delete(link=link) | Lose(link=link):
            return (link.product_id, link.item_id)
        case _:
            return _told_of_album(change)


def _told_of_album(change: AlbumChange) -> Sequence[Any]:
    match change:
        case AddAlbum(key=key, title=title):
            return (key, title)
        case TakeAlbum(link=album):
            return (album.album_id,)
        case EditAlbum(link=album, title=title, is_hidden=is_hidden):
            return (album.album_id, title, is_hidden)
        case PutInAlbum(key=key, product_ids=product_ids):
            return (key, sorted(product_ids))
        case TakeFromAlbum(link=link, album_ids=album_ids):
            return (link.item_id, sorted(album_ids))


def _values(change: Create | Update | Relink | Restore, fields: frozenset[Field]) -> list[Any]:
    draft = change.draft
    values: dict[Field, Any] = {
        Field.TITLE: draft.title,
        Field.DESCRIPTION: draft.description,
        Field.PRICE: draft.price,
        Field.STOCK: draft.opening_stock if draft.stock is None else draft.stock,
        Field.CATEGORY: draft.category_id,
        Field.PHOTO: draft.photo,
        Field.SKU: draft.product_id,
    }
    return [(field.value, values[field]) for field in sorted(fields)]
