"""Changes and outcomes by short names, as journals and tests tell of them."""

from collections.abc import Iterable

from evosync.catalog.item import AlbumLink
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    EditAlbum,
    Outcome,
    PutInAlbum,
    TakeAlbum,
)

Journal = list[tuple[str, list[str]]]
"""What happened, in order: the method, and its changes as `called` names them."""


def called(change: Change) -> str:
    """Name a change in a journal: "Create assam"."""
    return f"{type(change).__name__} {subject(change)}"


def heard(outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    """Name changes with what became of them: ("Create assam", "Done")."""
    return [(called(one.change), type(one).__name__) for one in outcomes]


def subject(change: Change) -> str:
    """Tell the product id, or the key of the album, that a change is about."""
    match change:
        case Create(draft=draft):
            return draft.product_id
        case AddAlbum(key=key) | PutInAlbum(key=key):
            return key
        case TakeAlbum(link=AlbumLink(key=key)) | EditAlbum(link=AlbumLink(key=key)):
            return key
        case _:
            return change.link.product_id
