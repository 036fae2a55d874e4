"""Which methods of VK's API the parts of a run need: where one has to rest, the others go on."""

from collections.abc import Mapping

from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    Delete,
    EditAlbum,
    Field,
    Hide,
    PutInAlbum,
    Relink,
    Restore,
    TakeFromAlbum,
    Update,
    Zero,
)

EXECUTE = "execute"
READING = frozenset({EXECUTE, "market.get", "market.getById", "market.getAlbums"})

# A picture may be known to VK already, but nobody can tell before it is asked for.
_PHOTO = frozenset({"market.getProductPhotoUploadServer", "market.saveProductPhoto"})


_CALLS: Mapping[type[Change], frozenset[str]] = {
    Create: frozenset({"market.add"}),
    **dict.fromkeys((Update, Relink, Restore, Hide, Zero), frozenset({"market.edit"})),
    Delete: frozenset({"market.delete"}),
    AddAlbum: frozenset({"market.addAlbum"}),
    EditAlbum: frozenset({"market.editAlbum"}),
    PutInAlbum: frozenset({"market.addToAlbum"}),
    TakeFromAlbum: frozenset({"market.removeFromAlbum"}),
}


def methods_of(change: Change) -> frozenset[str]:
    """Tell which methods a change needs; none for one that sends nothing."""
    methods = _CALLS.get(type(change), frozenset())
    if not methods:
        return methods
    if isinstance(change, Restore) and change.item is None:
        methods |= {"market.restore"}
    return methods | {EXECUTE} | (_PHOTO if _has_photo(change) else frozenset())


def _has_photo(change: Change) -> bool:
    match change:
        case Create(draft=draft):
            return draft.photo is not None
        case Update() | Relink() | Restore():
            return Field.PHOTO in change.fields and change.draft.photo is not None
        case AddAlbum(photo=photo) | EditAlbum(photo=photo):
            return photo is not None
        case _:
            return False
