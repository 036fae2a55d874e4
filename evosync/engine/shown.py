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
from evosync.engine.sent import values_of

PRINT_LENGTH = 32  # characters of hex; a preview is compared with nothing but its own run


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The changes of a preview: their prints, and which products it puts in which album."""

    prints: frozenset[str] = frozenset()
    placed: frozenset[tuple[str, str]] = frozenset()  # (an album's key, product id)


def prints_of(change: Change) -> list[str]:
    """Return a hash of each thing that a change would do: equal means the same in VK.

    An edit has one for each of its fields: of an edit that a question divides,
    the parts go together once it is answered.
    """
    if isinstance(change, Update):
        return [_print(replace(change, fields=frozenset({one}))) for one in sorted(change.fields)]
    return [_print(change)]


def keep_shown(changes: Iterable[Change], shown: Shown) -> list[Change]:
    """Keep of a plan what the preview showed just so, in its order.

    Of an edit the fields stay that were shown, of what is put in an album the
    products; what else has changed since is left to a later run.
    """
    kept = (_shown_part(change, shown) for change in changes)
    return [change for change in kept if change is not None]


def _shown_part(change: Change, shown: Shown) -> Change | None:
    match change:
        case PutInAlbum(key=key):
            placed = tuple(one for one in change.product_ids if (key, one) in shown.placed)
            return replace(change, product_ids=placed) if placed else None
        case Update():
            one_each = {each: replace(change, fields=frozenset({each})) for each in change.fields}
            fields = {each for each, part in one_each.items() if _print(part) in shown.prints}
            return replace(change, fields=frozenset(fields)) if fields else None
        case _:
            return change if _print(change) in shown.prints else None


def _print(change: Change) -> str:
    told = (type(change).__name__, *_told(change))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:PRINT_LENGTH]


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
    values = values_of(change.draft, sorted(fields))
    return [(field.value, value) for field, value in values.items()]
