"""market.add, edit, delete, restore, reorderItems: changing what stands in a market."""

from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, Struct

from evosync.sandbox.vk.call import Answer, Call, Method
from evosync.sandbox.vk.categories import is_leaf
from evosync.sandbox.vk.moderation import REVIEWED_FIELDS, review
from evosync.sandbox.vk.parameters import Natural
from evosync.sandbox.vk.prices import kopecks
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.state import Community, Item
from evosync.sandbox.vk.texts import NAME_COST_MAX, NAME_COST_MIN, has_links, name_cost

# Limits of the published schema of market.add and market.edit.
Description = Annotated[str, Meta(min_length=10)]
Sku = Annotated[str, Meta(max_length=50)]
Url = Annotated[str, Meta(max_length=320)]
Stock = Annotated[int, Meta(ge=-1, le=999_999)]
Millimetres = Annotated[int, Meta(ge=0, le=100_000)]
Grams = Annotated[int, Meta(ge=0, le=100_000_000)]


class ItemFields(Struct, frozen=True, kw_only=True):
    """What market.add and market.edit share; a field not sent stays as it is."""

    owner_id: int
    name: str | None = None
    description: Description | None = None
    category_id: Natural | None = None
    price: Decimal | None = None
    old_price: Decimal | None = None
    deleted: bool | None = None
    main_photo_id: Natural | None = None
    photo_ids: Annotated[list[Natural], Meta(max_length=4)] | None = None
    video_ids: Annotated[list[Natural], Meta(max_length=2)] | None = None
    url: Url | None = None
    variant_ids: Annotated[list[Natural], Meta(max_length=2)] | None = None
    is_main_variant: bool | None = None
    dimension_width: Millimetres | None = None
    dimension_height: Millimetres | None = None
    dimension_length: Millimetres | None = None
    weight: Grams | None = None
    sku: Sku | None = None
    stock_amount: Stock | None = None


class AddItem(ItemFields, frozen=True, kw_only=True):
    """Parameters of market.add."""

    name: str
    description: Description
    category_id: Natural


class EditItem(ItemFields, frozen=True, kw_only=True):
    """Parameters of market.edit."""

    item_id: Natural


class OneItem(Struct, frozen=True, kw_only=True):
    """Parameters of market.delete and market.restore."""

    owner_id: int
    item_id: Natural


class ReorderItems(OneItem, frozen=True, kw_only=True):
    """Parameters of market.reorderItems."""

    album_id: int = 0
    before: Natural | None = None
    after: Natural | None = None


def add_item(call: Call, params: AddItem) -> Answer:
    """A new item in front of the others."""
    community = call.market_to_write(params.owner_id)
    fields = _checked(call, community, params)
    if call.world.is_full(community):
        raise Refused(1405)
    item = Item(
        item_id=call.world.next_id(),
        title=params.name,
        description=params.description,
        category_id=params.category_id,
        price=0,
        created_at=call.now,
        updated_at=call.now,
    )
    _write(call, item, fields)
    community.items[item.item_id] = item
    community.order.insert(0, item.item_id)
    return {"market_item_id": item.item_id}


def edit_item(call: Call, params: EditItem) -> Answer:
    """Only the fields sent change."""
    community = call.market_to_write(params.owner_id)
    item = live_item(community, params.item_id)
    _write(call, item, _checked(call, community, params, item))
    return 1


def delete_item(call: Call, params: OneItem) -> Answer:
    """Out of every list, kept for a restore."""
    community = call.market_to_write(params.owner_id)
    item = live_item(community, params.item_id)
    item.deleted_at = call.now
    community.order.remove(item.item_id)
    return 1


def restore_item(call: Call, params: OneItem) -> Answer:
    """Back with its albums, in front of the others, within the restore window."""
    community = call.market_to_write(params.owner_id)
    item = community.items.get(params.item_id)
    if item is None:
        raise Refused(1403)
    if item.deleted_at is None:
        raise Refused(1518)
    if call.now - item.deleted_at > call.world.knobs.restore_window_s:
        raise Refused(1400)
    # An item that was never taken off the count needs no room.
    if call.world.knobs.delete_frees_quota and call.world.is_full(community):
        raise Refused(1405)
    item.deleted_at = None
    item.updated_at = call.now
    community.order.insert(0, item.item_id)
    return 1


def reorder_items(call: Call, params: ReorderItems) -> Answer:
    """Put an item before or after another one, in the market or in an album."""
    community = call.market_to_write(params.owner_id)
    order = community.order
    if params.album_id:
        if params.album_id not in community.albums:
            raise Refused(1402)
        order = community.albums[params.album_id].item_ids
    move(order, params.item_id, before=params.before, after=params.after, missing=1403)
    return 1


def live_item(community: Community, item_id: int) -> Item:
    """An item that is not deleted, else 1403."""
    item = community.items.get(item_id)
    if item is None or item.deleted_at is not None:
        raise Refused(1403)
    return item


def move(
    order: list[int], moved: int, *, before: int | None, after: int | None, missing: int
) -> None:
    """Move one id of a list; `missing` is the error for an id that is not in it."""
    neighbour = before or after
    if neighbour is None:
        raise bad_parameter("before", "or after is undefined")
    if moved not in order or neighbour not in order:
        raise Refused(missing)
    if moved != neighbour:
        order.remove(moved)
        order.insert(order.index(neighbour) + (0 if before else 1), moved)


def own_photo(call: Call, community: Community, photo_id: int) -> int:
    """The id back if the community may use the photo, else 129."""
    photo = call.world.state.photos.get(photo_id)
    if photo is None or photo.community_id != community.community_id:
        raise Refused(129)
    return photo_id


def _checked(
    call: Call, community: Community, params: ItemFields, item: Item | None = None
) -> dict[str, Any]:
    """Fields of an Item to write, all of them checked before the first is written."""
    _check_texts(params)
    if params.variant_ids:
        raise Refused(1416)  # this market has no variants to name
    plain: dict[str, Any] = {
        "title": params.name,
        "description": params.description,
        "category_id": params.category_id,
        "hidden": params.deleted,
        "url": params.url,
        "sku": params.sku,
        "stock_amount": params.stock_amount,
        "weight": params.weight,
    }
    fields = {name: value for name, value in plain.items() if value is not None}
    if params.price is not None:
        fields["price"] = kopecks("price", params.price)
    if params.old_price is not None:
        fields["old_price"] = kopecks("old_price", params.old_price)
    if params.main_photo_id is not None or params.photo_ids is not None:
        fields["photo_ids"] = _photos(call, community, params, item)
    sides = (params.dimension_width, params.dimension_height, params.dimension_length)
    if any(side is not None for side in sides):
        fields["dimensions"] = tuple(side or 0 for side in sides)
    return fields


def _check_texts(params: ItemFields) -> None:
    if params.name is not None:
        cost = name_cost(params.name)
        if cost < NAME_COST_MIN:
            raise bad_parameter("name", f"is too short, {cost} of at least {NAME_COST_MIN}")
        if cost > NAME_COST_MAX:
            raise bad_parameter("name", f"is too long, {cost} of at most {NAME_COST_MAX}")
    if params.description is not None and has_links(params.description):
        raise Refused(1408)
    if params.category_id is not None and not is_leaf(params.category_id):
        raise bad_parameter("category_id", "is not a category for goods")


def _photos(call: Call, community: Community, params: ItemFields, item: Item | None) -> list[int]:
    """The main photo, then the others; a part that was not sent stays."""
    standing = item.photo_ids if item is not None else []
    main = standing[:1] if params.main_photo_id is None else [params.main_photo_id]
    others = standing[1:] if params.photo_ids is None else params.photo_ids
    wanted = [photo_id for photo_id in [*main, *others] if photo_id]
    knobs = call.world.knobs
    if knobs.refuses_shared_photo != "no" and _is_anothers(community, params.main_photo_id, item):
        if knobs.refuses_shared_photo == "with_error":
            raise Refused(knobs.shared_photo_code)
        wanted = [photo_id for photo_id in wanted if photo_id != params.main_photo_id]
    return [own_photo(call, community, photo_id) for photo_id in dict.fromkeys(wanted)]


def _is_anothers(community: Community, photo_id: int | None, item: Item | None) -> bool:
    """Whether a photo stands at another item, deleted ones included."""
    return any(
        photo_id in other.photo_ids and other is not item for other in community.items.values()
    )


def _write(call: Call, item: Item, fields: dict[str, Any]) -> None:
    """Write the fields, and let moderation see them if they are its business."""
    for name, value in fields.items():
        setattr(item, name, value)
    item.updated_at = call.now
    if not REVIEWED_FIELDS.isdisjoint(fields):
        review(item, call.world.state, call.world.knobs, call.now)


METHODS = (
    Method(name="market.add", params=AddItem, run=add_item, scope="market", writes=True),
    Method(name="market.edit", params=EditItem, run=edit_item, scope="market", writes=True),
    Method(name="market.delete", params=OneItem, run=delete_item, scope="market", writes=True),
    Method(name="market.restore", params=OneItem, run=restore_item, scope="market", writes=True),
    Method(
        name="market.reorderItems",
        params=ReorderItems,
        run=reorder_items,
        scope="market",
        writes=True,
    ),
)
