"""Where things stand: which item a product has, which album a group, as a run learns it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from evosync.catalog.item import Link, LinkState
from evosync.engine.changes import (
    AddAlbum,
    Adopt,
    Change,
    Create,
    Done,
    Outcome,
    PutInAlbum,
    Relink,
    Restore,
)


class Whereabouts:
    """Which item a product has, and which album a key was given."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._items = {
            link.product_id: link.item_id for link in links if link.state is LinkState.LIVE
        }
        self._albums: dict[str, int] = {}

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        """Note the ids that VK gave."""
        for outcome in outcomes:
            match outcome:
                case Done(change=Create(draft=draft), item_id=int(item_id)):
                    self._items[draft.product_id] = item_id
                case Done(change=Adopt(link=link)):
                    self._items[link.product_id] = link.item_id
                case Done(change=Relink(link=link, draft=draft) | Restore(link=link, draft=draft)):
                    self._items[draft.product_id] = link.item_id
                case Done(change=AddAlbum(key=key), album_id=int(album_id)):
                    self._albums[key] = album_id
                case _:
                    pass

    def resolve(self, batch: Sequence[Change]) -> list[Change]:
        """Fill in the ids; what has none (a refused item, a refused album) is dropped."""
        resolved: list[Change] = []
        for change in batch:
            if not isinstance(change, PutInAlbum):
                resolved.append(change)
                continue
            album_id = self._albums.get(change.key, change.album_id)
            there = [key for key in change.product_ids if key in self._items]
            if album_id is not None and there:
                resolved.append(
                    replace(
                        change,
                        product_ids=tuple(there),
                        album_id=album_id,
                        item_ids=tuple(self._items[key] for key in there),
                    )
                )
        return resolved
