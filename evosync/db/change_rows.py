"""Outcomes as the rows of a run's record: what was changed, from which value to which."""

import re
from dataclasses import dataclass, field
from typing import Any

from evosync.catalog.item import Draft, MarketItem
from evosync.db.types import folded
from evosync.engine.changes import (
    AddAlbum,
    Adopt,
    Change,
    Create,
    Delete,
    Done,
    EditAlbum,
    Failed,
    Field,
    Hide,
    Lose,
    Outcome,
    PutInAlbum,
    Relink,
    Restore,
    TakeAlbum,
    TakeFromAlbum,
    Uncertain,
    Update,
    Zero,
)
from evosync.engine.sent import values_of

# A description or a picture's hash would fill the log and tell nobody anything.
_TOLD = frozenset({Field.TITLE, Field.PRICE, Field.STOCK, Field.CATEGORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What a change is about; `changes` maps a field to its old and its new value."""

    name: str
    product_id: str | None = None
    item_id: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)


def change_row(outcome: Outcome) -> dict[str, Any]:
    """Return the columns of `run_changes` that tell of one outcome."""
    row = planned_row(outcome.change, _snake(type(outcome).__name__))
    code, message = None, None
    match outcome:
        case Done():
            row["item_id"] = outcome.item_id or row["item_id"]
        case Failed():
            code, message = str(outcome.code), outcome.message
        case Uncertain():
            message = outcome.cause
    return row | {"code": code, "message": message}


def planned_row(change: Change, outcome: str) -> dict[str, Any]:
    """Return the columns of `run_changes` that tell of a change that was not sent."""
    subject = _subject(change)
    return {
        "kind": name_of_kind(change),
        "product_id": subject.product_id,
        "item_id": subject.item_id,
        "name": subject.name,
        "name_folded": folded(subject.name),
        "changes": subject.changes,
        "outcome": outcome,
    }


def name_of_kind(change: Change) -> str:
    """Name a kind of change as rows do: `put_in_album`."""
    return _snake(type(change).__name__)


def _subject(change: Change) -> _Subject:
    match change:
        case Create() | Update() | Relink() | Restore():
            return _drafted(change)
        case Lose(link=link):
            return _Subject(
                name=link.written.title or "", product_id=link.product_id, item_id=link.item_id
            )
        case (
            Adopt(link=link, item=item) | Hide(link=link, item=item) | Delete(link=link, item=item)
        ):
            return _Subject(name=item.title, product_id=link.product_id, item_id=item.item_id)
        case Zero(link=link, item=item):
            return _Subject(
                name=item.title,
                product_id=link.product_id,
                item_id=item.item_id,
                changes={"stock": [item.stock, 0]},
            )
        case _:
            return _of_album(change)


def _drafted(change: Create | Update | Relink | Restore) -> _Subject:
    draft = change.draft
    match change:
        case Create():
            item_id, item, fields = None, None, frozenset(Field)
        case _:
            item_id, item, fields = change.link.item_id, change.item, change.fields
    return _Subject(
        name=draft.name,
        product_id=draft.product_id,
        item_id=item_id,
        changes=_values(draft, item, fields) | _taken_over(change),
    )


def _taken_over(change: Change) -> dict[str, Any]:
    """Tell whose item a product was given."""
    match change:
        case Relink(link=link, draft=draft):
            return {Field.SKU.value: [link.product_id, draft.product_id]}
        case _:
            return {}


def _values(draft: Draft, item: MarketItem | None, fields: frozenset[Field]) -> dict[str, Any]:
    before: dict[Field, Any] = {}
    if item is not None:
        before = {
            Field.TITLE: item.title,
            Field.PRICE: item.price,
            Field.STOCK: item.stock,
            Field.CATEGORY: item.category_id,
        }
    return {
        each.value: [before.get(each), value] if each in _TOLD else []
        for each, value in values_of(draft, sorted(fields)).items()
    }


def _of_album(change: Change) -> _Subject:
    match change:
        case AddAlbum(title=title):
            return _Subject(name=title)
        case TakeAlbum(link=link):
            return _Subject(name=link.title, changes={"album_id": [None, link.album_id]})
        case EditAlbum(link=link):
            return _Subject(
                name=link.title,
                changes={
                    "title": [link.title, change.title],
                    "is_hidden": [link.is_hidden, change.is_hidden],
                },
            )
        case PutInAlbum(key=key):
            return _Subject(
                name=key,
                changes={
                    "album_id": [None, change.album_id],
                    "product_ids": [None, list(change.product_ids)],
                },
            )
        case TakeFromAlbum(link=link):
            return _Subject(
                name=link.written.title or "",
                product_id=link.product_id,
                item_id=link.item_id,
                changes={"album_ids": [list(change.album_ids), None]},
            )
        case _:
            raise TypeError(type(change).__name__)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
