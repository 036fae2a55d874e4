"""Limits of the market that VK refused by: each is met once in a run, then nothing more is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evosync.engine.changes import AddAlbum, Change, Create, Failed, Outcome, PutInAlbum, Restore

# VK API schema, errors.json: too many items, too many items in an album, too many albums.
ITEMS = 1405
ALBUM = 1406
ALBUMS = 1407


@dataclass(slots=True, kw_only=True)
class Caps:
    """Which limits a run has met, with VK's words for each."""

    _met: dict[tuple[int, str], Failed] = field(default_factory=dict)

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        """Note the limits that VK's answers tell of."""
        for outcome in outcomes:
            if isinstance(outcome, Failed):
                cap = _cap_of(outcome.change)
                if cap is not None and cap[0] == outcome.code:
                    self._met.setdefault(cap, outcome)

    def split(self, batch: Sequence[Change]) -> tuple[list[Change], list[Outcome]]:
        """Divide a batch: what may be sent, and the outcomes of what VK would refuse the same."""
        sent: list[Change] = []
        refused: list[Outcome] = []
        for change in batch:
            cap = _cap_of(change)
            first = self._met.get(cap) if cap is not None else None
            if first is None:
                sent.append(change)
            else:
                refused.append(Failed(change=change, code=first.code, message=first.message))
        return sent, refused


def _cap_of(change: Change) -> tuple[int, str] | None:
    """Tell which limit a change may meet: its code, and the album's key if it is one album's."""
    match change:
        case Create() | Restore(item=None):
            return ITEMS, ""
        case AddAlbum():
            return ALBUMS, ""
        case PutInAlbum(key=key):
            return ALBUM, key
        case _:
            return None
