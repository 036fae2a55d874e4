"""What a change that VK carried out leaves in its link: the values last written (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from evosync.catalog.item import Draft, Link, LinkState, Pending, Written
from evosync.engine.changes import (
    Adopt,
    Change,
    Create,
    Delete,
    Field,
    Hide,
    Restore,
    Update,
    Zero,
)
from evosync.engine.plan.match import adopted_link

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


def new_link(change: Create | Adopt, item_id: int) -> Link:
    """Return the link to an item that is now ours."""
    if isinstance(change, Adopt):
        return adopted_link(change)
    draft = change.draft
    return Link(
        product_id=draft.product_id,
        item_id=item_id,
        store_ids=draft.store_ids,
        written=_written(Written(), values_of(draft, Field)),
    )


def link_after(change: Change) -> Link | None:
    """Return a standing link as the change leaves it; None when it leaves it as it was."""
    match change:
        case Update(link=link, draft=draft, fields=fields):
            return _resent(link, draft, fields)
        case Restore(link=link, draft=draft, fields=fields):
            shown = _resent(link, draft, fields)
            written = replace(shown.written, is_hidden=False)
            return replace(shown, written=written, state=LinkState.LIVE, pending=None)
        case Hide(link=link):
            return replace(link, written=replace(link.written, is_hidden=True), pending=None)
        case Zero(link=link):
            return replace(link, written=_written(link.written, {Field.STOCK: 0}))
        case Delete(link=link):
            return replace(link, state=LinkState.DELETED, pending=None)
        case _:
            return None


def fields_taken(link: Link, fields: Iterable[Field]) -> Link:
    """Return a link whose count of writes begins anew for these fields: VK shows them as wanted."""
    repeats = {**link.written.repeats, **{field.value: 1 for field in fields}}
    return replace(link, written=replace(link.written, repeats=repeats))


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


def values_of(draft: Draft, fields: Iterable[Field]) -> dict[Field, Any]:
    """Return what a draft sends for these fields; an unknown stock opens, a lacking photo stays."""
    values: dict[Field, Any] = {
        Field.TITLE: draft.title,
        Field.DESCRIPTION: draft.description,
        Field.PRICE: draft.price,
        Field.STOCK: draft.opening_stock if draft.stock is None else draft.stock,
        Field.CATEGORY: draft.category_id,
        Field.PHOTO: draft.photo,
        Field.SKU: draft.product_id,
    }
    return {field: values[field] for field in fields if values[field] is not None}


def _resent(link: Link, draft: Draft, fields: Iterable[Field]) -> Link:
    values = values_of(draft, fields)
    # Once our title stands there, it is compared with VK's as any other.
    is_theirs = link.text_is_theirs and Field.TITLE not in values
    return replace(link, written=_written(link.written, values), text_is_theirs=is_theirs)


def _written(before: Written, values: Mapping[Field, Any]) -> Written:
    repeats = dict(before.repeats)
    for field, value in values.items():
        is_same = getattr(before, NAMES[field]) == value
        repeats[field.value] = repeats.get(field.value, 0) + 1 if is_same else 1
    named = {NAMES[field]: value for field, value in values.items()}
    return replace(before, **named, repeats=repeats)
