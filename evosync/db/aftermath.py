"""What a change sets in its link: before it is sent, and once VK did or refused it (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from evosync.catalog.item import AlbumLink, Link, LinkState, Pending, Written
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    Delete,
    Done,
    EditAlbum,
    Field,
    Hide,
    Lose,
    Outcome,
    Plan,
    PutInAlbum,
    Relink,
    Restore,
    TakeAlbum,
    Update,
    Zero,
    is_erasure,
    is_unfound,
)
from evosync.engine.sent import values_of

NAMES: Mapping[Field, str] = {
    Field.TITLE: "title",
    Field.DESCRIPTION: "description",
    Field.PRICE: "price",
    Field.STOCK: "stock",
    Field.CATEGORY: "category_id",
    Field.PHOTO: "photo",
    Field.SKU: "sku",
}
"""Under what name `Written` keeps each field."""

_LinkedChange = Update | Relink | Hide | Zero | Delete | Restore


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPatch:
    """What is to be set in the link of an item; everything else stays as it is found there.

    `link` and `written` are attributes of `Link` and of `Written`, `repeats`
    counts by field (None = forget it).
    """

    item_id: int
    link: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    repeats: Mapping[str, int | None] = field(default_factory=dict)

    def applied(self, link: Link) -> Link:
        """Return the link with this set."""
        counts = {**link.written.repeats, **self.repeats}
        repeats = {name: count for name, count in counts.items() if count is not None}
        return replace(
            link, **self.link, written=replace(link.written, **self.written, repeats=repeats)
        )


def new_link(change: Create, item_id: int) -> Link:
    """Return the link to an item that we made."""
    draft = change.draft
    values = values_of(draft, Field)
    return Link(
        product_id=draft.product_id,
        item_id=item_id,
        store_ids=draft.store_ids,
        members=draft.members,
        written=Written(
            **{NAMES[each]: value for each, value in values.items()},
            repeats=_counted(Written(), values),
        ),
    )


def link_begun(change: Change) -> LinkPatch | None:
    """Return what has to be noted in a link before a change of it is sent.

    An act is pending, and what was last written to the fields that are sent
    is not known from now on: cut short, they are sent again.
    """
    if not isinstance(change, _LinkedChange):
        return None
    act, sent, repeats = pending_of(change), _sent(change), change.link.written.repeats
    return LinkPatch(
        item_id=change.link.item_id,
        link={"pending": act} if act else {},
        written={NAMES[each]: None for each in sent},
        # A count, even of 0, is what tells such a field from one never sent.
        repeats={each.value: repeats.get(each.value, 0) for each in sent},
    )


def link_refused(change: Change) -> LinkPatch | None:
    """Return what takes back `link_begun`, for a change that VK surely did not carry out."""
    if not isinstance(change, _LinkedChange):
        return None
    before, sent = change.link, _sent(change)
    return LinkPatch(
        item_id=before.item_id,
        link={"pending": before.pending} if pending_of(change) else {},
        written={NAMES[each]: getattr(before.written, NAMES[each]) for each in sent},
        repeats={each.value: before.written.repeats.get(each.value) for each in sent},
    )


def album_links_after(done: Done) -> Sequence[AlbumLink]:
    """Make the links of the album that a change made, took or edited; none for other changes."""
    match done:
        case Done(change=AddAlbum(key=key, title=title, photo=photo), album_id=int(album_id)):
            return (AlbumLink(key=key, album_id=album_id, title=title, is_made=True, photo=photo),)
        case Done(change=TakeAlbum(link=link)):
            return (link,)
        case Done(change=EditAlbum(link=link) as change):
            return (
                replace(link, title=change.title, is_hidden=change.is_hidden, photo=change.photo),
            )
        case _:
            return ()


def links_settled(plan: Plan, known: Iterable[Link]) -> list[LinkPatch]:
    """Return what a plan found out of links without a call."""
    taken, missing = dict(plan.taken), dict(plan.missing)
    patches: list[LinkPatch] = []
    for link in known:
        key = link.product_id
        noted: dict[str, Any] = {}
        repeats = {each.value: 1 for each in taken.get(key, ())}
        if key in missing:
            noted["missing_since_at"] = missing[key]
        if key in plan.found:
            state = LinkState.LIVE if link.state is LinkState.LOST else link.state
            noted |= {"missing_since_at": None, "state": state}
        if key in plan.spent:
            noted["wish"] = None
        if noted or repeats:
            patches.append(LinkPatch(item_id=link.item_id, link=noted, repeats=repeats))
    return patches


def links_unfound(outcome: Outcome, now: datetime) -> list[LinkPatch]:
    """Return what it sets in links that VK did not find an item: missing, or erased for good."""
    item_ids: tuple[int, ...] = ()
    match outcome.change:
        case Restore(link=link) if is_erasure(outcome):
            erased = {"state": LinkState.ERASED, "pending": None}
            return [LinkPatch(item_id=link.item_id, link=erased)]
        case Update() | Relink() | Hide() | Zero() | Restore() as change:
            item_ids = (change.link.item_id,)
        case PutInAlbum():
            item_ids = outcome.change.item_ids
        case _:
            pass
    missing = {"missing_since_at": now}
    return [LinkPatch(item_id=each, link=missing) for each in item_ids if is_unfound(outcome)]


def link_after(change: Change) -> LinkPatch | None:
    """Return what a change that VK carried out sets in its link; None when it sets nothing."""
    match change:
        case Update(link=link) | Zero(link=link):
            return _resent(link, _sent(change), {}, {})
        case Relink(link=link, draft=draft):
            moved = {
                "product_id": draft.product_id,
                "store_ids": draft.store_ids,
                "members": draft.members,
            }
            return _resent(link, _sent(change), moved, {})
        case Lose(link=link):
            lost = {"state": LinkState.LOST, "pending": None, "wish": None}
            return LinkPatch(item_id=link.item_id, link=lost)
        case Restore(link=link):
            shown = {
                "state": LinkState.LIVE,
                "pending": None,
                "wish": None,
                "missing_since_at": None,
            }
            return _resent(link, _sent(change), shown, {"is_hidden": False})
        case Hide(link=link):
            return LinkPatch(
                item_id=link.item_id,
                link={"pending": None, "wish": None},
                written={"is_hidden": True},
            )
        case Delete(link=link):
            gone = {"state": LinkState.DELETED, "pending": None, "wish": None}
            return LinkPatch(item_id=link.item_id, link=gone)
        case _:
            return None


def pending_of(change: Change) -> Pending | None:
    """Return what is to be noted on a link before the change is sent."""
    match change:
        case Hide():
            return Pending.HIDE
        case Delete():
            return Pending.DELETE
        case Restore(item=None):
            return Pending.UNDELETE
        case Restore():
            return Pending.SHOW
        case _:
            return None


def _sent(change: Change) -> Mapping[Field, Any]:
    """Return what an edit of a linked item sends, by field."""
    match change:
        case Update() | Relink() | Restore():
            draft, fields = change.draft, change.fields
            return values_of(draft, fields)
        case Zero():
            return {Field.STOCK: 0}
        case _:
            return {}


def _resent(
    link: Link, values: Mapping[Field, Any], state: Mapping[str, Any], sight: Mapping[str, Any]
) -> LinkPatch:
    # Once our title stands there, it is compared with VK's as any other.
    text = {"text_is_theirs": False} if Field.TITLE in values else {}
    return LinkPatch(
        item_id=link.item_id,
        link={**state, **text},
        written={**sight, **{NAMES[each]: value for each, value in values.items()}},
        repeats=_counted(link.written, values),
    )


def _counted(before: Written, values: Mapping[Field, Any]) -> dict[str, int]:
    """Count the writes of these values, each field's from what was written before this run."""
    return {
        each.value: before.repeats.get(each.value, 0) + 1
        if getattr(before, NAMES[each]) == value
        else 1
        for each, value in values.items()
    }
