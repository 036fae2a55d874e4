"""Items: each change of one as a conversation with VK."""

from collections.abc import Generator, Mapping, Sequence

import msgspec

from evosync.catalog.item import Draft
from evosync.catalog.money import roubles_from_kopecks
from evosync.engine.changes import (
    ITEM_NOT_FOUND,
    Adopt,
    Create,
    Delete,
    Done,
    Failed,
    Field,
    Hide,
    ItemChange,
    Lose,
    Outcome,
    Relink,
    Restore,
    Uncertain,
    Update,
    Zero,
)
from evosync.vk.api import Param
from evosync.vk.errors import (
    ITEM_NOT_DELETED,
    PHOTO_REFUSALS,
    Unsure,
    VkRefusal,
)
from evosync.vk.execute import Call
from evosync.vk.talk import Ask, PhotoAsk, PhotoWay, SharingRefused, Talk, noted, unmet
from evosync.vk.wire import AddedItem

_Round = Generator[Sequence[Ask], Sequence[object], object]


def talk_about_item(owner_id: int, change: ItemChange) -> Talk:
    """Begin the conversation of one change."""
    match change:
        case Create():
            return _create(owner_id, change)
        case Update() | Relink():
            return _update(owner_id, change)
        case Restore():
            return _restore(owner_id, change)
        case Hide():
            return _edit(change, owner_id, {"deleted": True}, None)
        case Zero():
            return _edit(change, owner_id, {"stock_amount": 0}, None)
        case Delete():
            return _delete(owner_id, change)
        case Adopt() | Lose():
            return noted(Done(change=change, item_id=change.link.item_id))


def _create(owner_id: int, change: Create) -> Talk:
    """Make the item; in doubt is Uncertain, never sent again here."""
    draft = change.draft
    params: dict[str, Param] = {
        "owner_id": owner_id,
        "name": draft.title,
        "description": draft.description,
        "category_id": draft.category_id,
        "price": roubles_from_kopecks(draft.price),
        "sku": draft.product_id,
        "stock_amount": draft.opening_stock if draft.stock is None else draft.stock,
    }
    result = yield from _with_photo("market.add", params, draft.photo)
    if isinstance(result, VkRefusal | Unsure):
        return unmet(change, result)
    try:
        added = msgspec.convert(result, AddedItem)
    except msgspec.ValidationError:
        return Uncertain(change=change, cause="market.add answered without an id")
    return Done(change=change, item_id=added.market_item_id)


def _update(owner_id: int, change: Update | Relink) -> Talk:
    """Send the fields that differ, and no others."""
    params = _fields(change.draft, change.fields)
    photo = change.draft.photo if Field.PHOTO in change.fields else None
    if not params and photo is None:
        return Done(change=change, item_id=change.link.item_id)
    return (yield from _edit(change, owner_id, params, photo))


def _restore(owner_id: int, change: Restore) -> Talk:
    """Show the item again, undeleted first when it stands no more, and send its fields."""
    if change.item is None:
        (result,) = yield (_item_call("market.restore", owner_id, change.link.item_id),)
        is_there = isinstance(result, VkRefusal) and result.code == ITEM_NOT_DELETED
        if isinstance(result, VkRefusal | Unsure) and not is_there:
            return unmet(change, result)
    params: dict[str, Param] = {"deleted": False, **_fields(change.draft, change.fields)}
    photo = change.draft.photo if Field.PHOTO in change.fields else None
    outcome = yield from _edit(change, owner_id, params, photo)
    if change.item is None and isinstance(outcome, Failed):
        # "Failed" would say that nothing was changed, but the item stands again.
        return Uncertain(change=change, cause=f"undeleted, then VK error {outcome.code}")
    return outcome


def _delete(owner_id: int, change: Delete) -> Talk:
    """Remove the item; one that is not found is removed already."""
    (result,) = yield (_item_call("market.delete", owner_id, change.link.item_id),)
    is_gone = isinstance(result, VkRefusal) and result.code == ITEM_NOT_FOUND
    if isinstance(result, VkRefusal | Unsure) and not is_gone:
        return unmet(change, result)
    return Done(change=change, item_id=change.link.item_id)


def _edit(
    change: Update | Relink | Restore | Hide | Zero,
    owner_id: int,
    fields: Mapping[str, Param],
    photo: str | None,
) -> Generator[Sequence[Ask], Sequence[object], Outcome]:
    item_id = change.link.item_id
    params = {"owner_id": owner_id, "item_id": item_id, **fields}
    result = yield from _with_photo("market.edit", params, photo)
    if isinstance(result, VkRefusal | Unsure):
        return unmet(change, result)
    return Done(change=change, item_id=item_id)


def _item_call(method: str, owner_id: int, item_id: int) -> Call:
    return Call(method=method, params={"owner_id": owner_id, "item_id": item_id})


def _fields(draft: Draft, fields: frozenset[Field]) -> dict[str, Param]:
    every: dict[Field, tuple[str, Param]] = {
        Field.TITLE: ("name", draft.title),
        Field.DESCRIPTION: ("description", draft.description),
        Field.PRICE: ("price", roubles_from_kopecks(draft.price)),
        Field.STOCK: ("stock_amount", draft.stock),
        Field.CATEGORY: ("category_id", draft.category_id),
        Field.SKU: ("sku", draft.product_id),
    }
    chosen = (sent for field, sent in every.items() if field in fields)
    return {name: value for name, value in chosen if value is not None}


def _with_photo(method: str, params: Mapping[str, Param], sha: str | None) -> _Round:
    """Make a call with a picture; return its result, or the refusal of the picture.

    An id that VK refuses is taken for stale and the picture uploaded anew;
    when that is refused too, VK does not let items share a photo.
    """
    if sha is None:
        (result,) = yield (Call(method=method, params=params),)
        return result
    way, refused = PhotoWay.SHARED, None
    while True:
        (photo_id,) = yield (PhotoAsk(sha=sha, way=way, refused=refused),)
        if not isinstance(photo_id, int):
            return photo_id
        (result,) = yield (Call(method=method, params={**params, "main_photo_id": photo_id}),)
        is_refused = isinstance(result, VkRefusal) and result.code in PHOTO_REFUSALS
        if not is_refused or way is PhotoWay.OWN:
            break
        way, refused = (PhotoWay.OWN if way is PhotoWay.FRESH else PhotoWay.FRESH), photo_id
    if way is PhotoWay.OWN and not isinstance(result, VkRefusal | Unsure):
        yield (SharingRefused(),)
    return result
