"""The shapes of the fake VK's answers: items, albums, photos, communities and people as JSON."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from evosync.sandbox.vk.call import Call
from evosync.sandbox.vk.categories import category_json
from evosync.sandbox.vk.moderation import reject_info
from evosync.sandbox.vk.pictures import THUMB_SIDE
from evosync.sandbox.vk.prices import price_json
from evosync.sandbox.vk.state import Album, Community, Item, Person, Photo

MARKET_PHOTOS_ALBUM = -53  # album_id of market photos in recorded answers
MARKET_PHOTOS_USER = 100  # their user_id: the community itself


def items_json(
    call: Call, community: Community, items: Sequence[Item], *, extended: bool
) -> list[dict[str, Any]]:
    """Items in the order given, with albums, photos and rights when extended."""
    if not extended:
        return [item_json(call, community, item) for item in items]
    albums = _albums_by_item(community, {item.item_id for item in items})
    return [
        item_json(call, community, item) | _extension(call, community, item, albums[item.item_id])
        for item in items
    ]


def item_json(call: Call, community: Community, item: Item) -> dict[str, Any]:
    """The fields every listing of items has."""
    answer: dict[str, Any] = {
        "id": item.item_id,
        "owner_id": -community.community_id,
        "title": item.title,
        "description": item.description,
        "price": price_json(item.price, item.old_price),
        "category": category_json(item.category_id),
        "date": int(item.created_at),
        "availability": call.world.availability(item),
        "is_favorite": False,
        "is_owner": call.administers(community),
        "is_adult": False,
    }
    knobs = call.world.knobs
    if knobs.returns_stock:
        answer["stock_amount"] = item.stock_amount
    if item.sku and knobs.returns_sku:
        answer["sku"] = item.sku
    if item.url:
        answer["url"] = item.url
    if item.photo_ids:
        cover = call.world.state.photos[item.photo_ids[0]]
        answer["thumb_photo"] = picture_url(call, cover)
    if call.world.is_rejected(item):  # then none but administrators come here
        answer["reject_info"] = reject_info()
    return answer


def album_json(call: Call, community: Community, album: Album) -> dict[str, Any]:
    """A collection; `count` is of items not deleted."""
    answer: dict[str, Any] = {
        "id": album.album_id,
        "owner_id": -community.community_id,
        "title": album.title,
        "count": len(items_of_album(community, album)),
        "updated_time": int(album.updated_at),
        "is_main": album.is_main,
        "is_hidden": album.is_hidden,
        "type": 0,
    }
    if album.photo_id:
        answer["photo"] = photo_json(call, call.world.state.photos[album.photo_id])
    return answer


def photo_json(call: Call, photo: Photo) -> dict[str, Any]:
    """A photo with one size, the thumbnail the fake VK keeps."""
    scale = min(1.0, THUMB_SIDE / max(photo.width, photo.height))
    width, height = (max(1, round(side * scale)) for side in (photo.width, photo.height))
    size = {"type": "x", "url": picture_url(call, photo), "width": width, "height": height}
    return {
        "id": photo.photo_id,
        "owner_id": -photo.community_id,
        "album_id": MARKET_PHOTOS_ALBUM,
        "user_id": MARKET_PHOTOS_USER,
        "date": int(photo.created_at),
        "text": "",
        "has_tags": False,
        "sizes": [size],
        "web_view_token": photo.sha[:20],
    }


def community_json(call: Call, community: Community, *, fields: Sequence[str]) -> dict[str, Any]:
    """A community as groups.getById shows it; of the extra fields only `market` is known here."""
    is_admin = call.administers(community)
    answer: dict[str, Any] = {
        "id": community.community_id,
        "name": community.name,
        "screen_name": community.short_name or f"club{community.community_id}",
        "type": "group",
        "is_closed": 0,
        "is_admin": int(is_admin),
        "is_member": int(is_admin),
        "is_advertiser": int(is_admin),
    }
    if is_admin:
        answer["admin_level"] = 3  # administrator
    if "market" in fields:
        answer["market"] = {"enabled": int(community.market_enabled)}
    return answer


def person_json(person: Person) -> dict[str, Any]:
    """A person as users.get shows them."""
    return {
        "id": person.user_id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "can_access_closed": True,
        "is_closed": False,
    }


def items_of_album(community: Community, album: Album) -> list[Item]:
    """Items of an album that are not deleted, in its order."""
    items = [community.items[item_id] for item_id in album.item_ids]
    return [item for item in items if item.deleted_at is None]


def picture_url(call: Call, photo: Photo) -> str:
    """Where the fake VK serves a photo's picture."""
    return f"{call.base_url}/picture/{photo.sha}.jpg"


def _extension(
    call: Call, community: Community, item: Item, album_ids: list[int]
) -> dict[str, Any]:
    is_admin = call.administers(community)
    width, height, length = item.dimensions
    return {
        "albums_ids": album_ids,
        "photos": [
            photo_json(call, call.world.state.photos[photo_id]) for photo_id in item.photo_ids
        ],
        "can_comment": 1,
        "can_repost": 1,
        "can_edit": is_admin,
        "can_delete": is_admin,
        "can_recover": is_admin and item.deleted_at is not None,
        "can_show_convert_to_service": False,
        "likes": {"count": 0, "user_likes": 0},
        "reposts": {"count": 0, "user_reposted": 0},
        "views_count": 0,
        "orders_count": 0,
        "weight": item.weight,
        "dimensions": {"width": width, "height": height, "length": length},
    }


def _albums_by_item(community: Community, item_ids: set[int]) -> defaultdict[int, list[int]]:
    albums: defaultdict[int, list[int]] = defaultdict(list)
    for album_id in community.album_order:
        for item_id in item_ids.intersection(community.albums[album_id].item_ids):
            albums[item_id].append(album_id)
    return albums
