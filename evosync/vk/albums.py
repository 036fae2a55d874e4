"""Albums: each change of one, or of its members, as a conversation with VK."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from evosync.engine.changes import (
    ITEM_NOT_FOUND,
    NOT_SENT,
    AddAlbum,
    AlbumChange,
    Done,
    EditAlbum,
    Failed,
    PutInAlbum,
    TakeAlbum,
    TakeFromAlbum,
    Uncertain,
)
from evosync.vk.api import Param
from evosync.vk.errors import (
    ALBUM_FULL,
    ALBUM_NOT_FOUND,
    ALREADY_IN_ALBUM,
    BAD_PARAMETER,
    PHOTO_REFUSALS,
    Unsure,
    VkRefusal,
)
from evosync.vk.execute import Call
from evosync.vk.talk import Ask, PhotoAsk, PhotoWay, Talk, noted, unmet
from evosync.vk.wire import AddedAlbum

_COVER_REFUSALS = PHOTO_REFUSALS | {BAD_PARAMETER}
_ALREADY_OUT = frozenset({ALBUM_NOT_FOUND, ITEM_NOT_FOUND})

# market.addToAlbum names no limit for item_ids; an album holds 1,000.
MAX_ITEMS = 500

_Round = Generator[Sequence[Ask], Sequence[object], object]


def talk_about_album(owner_id: int, change: AlbumChange) -> Talk:
    """Begin the conversation of one change."""
    match change:
        case AddAlbum():
            return _add_album(owner_id, change)
        case EditAlbum():
            return _edit_album(owner_id, change)
        case PutInAlbum():
            return _put_in_album(owner_id, change)
        case TakeFromAlbum():
            return _take_from_album(owner_id, change)
        case TakeAlbum():
            return noted(Done(change=change, album_id=change.link.album_id))


def _add_album(owner_id: int, change: AddAlbum) -> Talk:
    """Make the album, without a cover if VK refuses the picture."""
    params: dict[str, Param] = {"owner_id": owner_id, "title": change.title}
    result = yield from _with_cover("market.addAlbum", params, change.photo)
    if isinstance(result, VkRefusal | Unsure):
        return unmet(change, result)
    try:
        added = msgspec.convert(result, AddedAlbum)
    except msgspec.ValidationError:
        return Uncertain(change=change, cause="market.addAlbum answered without an id")
    return Done(change=change, album_id=added.market_album_id)


def _edit_album(owner_id: int, change: EditAlbum) -> Talk:
    """Rename, hide or show; title and cover are sent each time, VK would drop the cover."""
    params: dict[str, Param] = {
        "owner_id": owner_id,
        "album_id": change.link.album_id,
        "title": change.title,
        "is_hidden": change.is_hidden,
    }
    result = yield from _with_cover("market.editAlbum", params, change.photo)
    if isinstance(result, VkRefusal | Unsure):
        return unmet(change, result)
    return Done(change=change, album_id=change.link.album_id)


def _take_from_album(owner_id: int, change: TakeFromAlbum) -> Talk:
    """Take one item out of albums; where the item or album is not found, it is out."""
    waiting = [change.album_ids]
    while waiting:
        calls = tuple(
            Call(
                method="market.removeFromAlbum",
                params={"owner_id": owner_id, "item_id": change.link.item_id, "album_ids": albums},
            )
            for albums in waiting
        )
        results = yield calls
        sent, waiting = waiting, []
        for albums, result in zip(sent, results, strict=True):
            if isinstance(result, VkRefusal) and result.code in _ALREADY_OUT:
                # One unknown album may have stopped the call before the others.
                waiting.extend((one,) for one in albums if len(albums) > 1)
            elif isinstance(result, VkRefusal | Unsure):
                return unmet(change, result)
    return Done(change=change, item_id=change.link.item_id)


@dataclass(slots=True)
class _Putting:
    """What is left to put into an album, and what could not be put."""

    waiting: list[tuple[int, ...]]
    left_out: set[int] = field(default_factory=set)
    reason: VkRefusal | Unsure | None = None
    is_tight: bool = False

    def take(self) -> list[tuple[int, ...]]:
        """Return the parts of this round: the first alone once the album is nearly full.

        Halving one part at a time finds the last free place in a few calls.
        """
        count = 1 if self.is_tight else len(self.waiting)
        now, self.waiting = self.waiting[:count], self.waiting[count:]
        return now

    def hear(self, part: tuple[int, ...], result: object) -> None:
        """Note the result of one part; a refused one is halved down to single items."""
        if not isinstance(result, VkRefusal | Unsure):
            return
        code = result.code if isinstance(result, VkRefusal) else None
        if code == ALREADY_IN_ALBUM and len(part) == 1:
            return
        self.is_tight |= code == ALBUM_FULL
        is_divisible = (
            isinstance(result, VkRefusal) and result.is_about_call and code != ALBUM_NOT_FOUND
        )
        if is_divisible and len(part) > 1:
            middle = len(part) // 2
            self.waiting[:0] = [part[:middle], part[middle:]]
            return
        self.left_out.update(part)
        self.reason = result
        if not is_divisible or code == ALBUM_FULL:
            self.left_out.update(item for rest in self.waiting for item in rest)
            self.waiting.clear()


def _put_in_album(owner_id: int, change: PutInAlbum) -> Talk:
    """Add items to an album in as few calls as VK takes.

    When some cannot be added, the outcome's change is narrowed to those: the
    others are in.
    """
    if change.album_id is None:
        return Failed(change=change, code=NOT_SENT, message="Подборки ещё нет.")
    ids = change.item_ids
    putting = _Putting(
        waiting=[ids[start : start + MAX_ITEMS] for start in range(0, len(ids), MAX_ITEMS)]
    )
    while putting.waiting:
        parts = putting.take()
        results = yield tuple(
            Call(
                method="market.addToAlbum",
                params={"owner_id": owner_id, "item_ids": part, "album_ids": (change.album_id,)},
            )
            for part in parts
        )
        for part, result in zip(parts, results, strict=True):
            putting.hear(part, result)
    if putting.reason is None:
        return Done(change=change, album_id=change.album_id)
    return unmet(_narrowed(change, putting.left_out), putting.reason)


def _narrowed(change: PutInAlbum, left_out: set[int]) -> PutInAlbum:
    pairs = [
        (product_id, item_id)
        for product_id, item_id in zip(change.product_ids, change.item_ids, strict=True)
        if item_id in left_out
    ]
    return replace(
        change,
        product_ids=tuple(product_id for product_id, _ in pairs),
        item_ids=tuple(item_id for _, item_id in pairs),
    )


def _with_cover(method: str, params: dict[str, Param], sha: str | None) -> _Round:
    if sha is not None:
        (photo_id,) = yield (PhotoAsk(sha=sha, way=PhotoWay.SHARED),)
        if isinstance(photo_id, int):
            (result,) = yield (Call(method=method, params={**params, "photo_id": photo_id}),)
            is_refused = isinstance(result, VkRefusal) and result.code in _COVER_REFUSALS
            if not is_refused:
                return result
    (result,) = yield (Call(method=method, params=params),)
    return result
