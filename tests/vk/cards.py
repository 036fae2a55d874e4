"""Items of VK: in a market of the sandbox, and as rows, in full, with oddities, as columns."""

from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st

from evosync.sandbox.vk.state import Item, Photo
from evosync.sandbox.vk.world import VkWorld
from tests.vk.stand import ANNA_ID, COMMUNITY_ID

FULL: dict[str, object] = {
    "id": 11,
    "owner_id": -225,
    "title": "Чай &quot;Кёр&quot; &amp; Ко, pen&notebook",
    "description": "Чай, просто чай",
    "availability": 2,
    "price": {"amount": "19990", "currency": {"id": 643}, "text": "199 ₽"},
    "category": {"id": 40015, "name": "Чай", "parent": {"id": 30000}},
    "sku": "p1",
    "stock_amount": 7,
    "photos": [{"id": 5, "sizes": []}, {"id": 6}],
    "albums_ids": [1, 2],
    "date": 1_772_366_400,
    "likes": {"count": 0},
}


def raw(row: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(row))


Path = tuple[str | int, ...]

FIELDS: tuple[st.SearchStrategy[Path], st.SearchStrategy[object]] = (
    st.sampled_from(
        [
            *(("title",), ("description",), ("availability",), ("price",), ("price", "amount")),
            *(("sku",), ("stock_amount",), ("category",), ("category", "id"), ("photos",)),
            *(("photos", 0), ("photos", 0, "id"), ("photos", 0, "sizes"), ("photos", 1, "id")),
            *(("photos", 0, "sizes", 0, "url"), ("photos", 0, "sizes", 1, "width")),
            *(("photos", 0, "sizes", 1), ("albums_ids",), ("albums_ids", 1), ("date",)),
            *(("thumb_photo",), ("reject_info",), ("reject_info", "title")),
            *(("reject_info", "moderation_status"),),
        ]
    ),
    st.sampled_from([None, [], {}, "", "7", "чай", 0, 7, -1, 1.5, True, False, 2**31, 2**63]),
)
"""Paths into an item's row, and what may stand there."""


def changed(item_id: int, changes: Mapping[Path, object]) -> dict[str, Any]:
    """Make a full row and change what stands at some paths."""
    sizes = [{"url": f"https://v.test/{x}", "width": x, "height": x} for x in (100, 300)]
    words = {"title": "Отклонён", "description": "Укажите цену", "moderation_status": 2}
    more = {"id": item_id, "thumb_photo": "https://v.test/thumb", "reject_info": words}
    photos = {"photos": [{"id": 5, "sizes": sizes}, {"id": 6}]}
    row: dict[str, Any] = msgspec.json.decode(raw(FULL | more | photos))
    for path, value in sorted(changes.items(), key=lambda change: -len(change[0])):
        holder: Any = row
        for step in path[:-1]:  # the longest paths come first, so all are still there
            holder = holder[step]
        holder[path[-1]] = value
    return row


PATHS = {
    **{name: name for name in ("id", "title", "description", "availability", "sku", "date")},
    **{name: name for name in ("stock_amount", "thumb_photo", "albums_ids", "reject_info")},
    "amount": "price.amount",
    "category": "category.id",
}


def project(rows: object, path: str, *, drops: bool) -> object:
    """Do what VK may do for `rows@.a@.b`."""
    for name in path.split("."):
        if not isinstance(rows, list):
            return None
        rows = [row.get(name) if isinstance(row, dict) else None for row in rows]
        if drops:
            rows = [row for row in rows if row is not None]
    return rows


def columns_of(
    rows: object, variants: object = None, *, drops: bool = False, count: int = 2
) -> dict[str, object]:
    """Make what VK answers of a page of columns."""
    lists = {"items": rows, "variants": variants}
    columns: dict[str, object] = {
        of: {name: project(listed, path, drops=drops) for name, path in PATHS.items()}
        for of, listed in lists.items()
    }
    return {"count": count, **columns}


def stock_up(world: VkWorld, count: int) -> None:
    """Put so many items into Anna's community, the first one hidden, each with a picture."""
    community = world.state.communities[COMMUNITY_ID]
    photo_id = world.next_id()
    world.state.photos[photo_id] = Photo(
        photo_id=photo_id,
        community_id=COMMUNITY_ID,
        user_id=ANNA_ID,
        use="product",
        width=400,
        height=400,
        sha="a1",
        created_at=0,
    )
    for number in range(count):
        item = Item(
            item_id=world.next_id(),
            title=f"Чай {number}",
            description="Чай, просто чай",
            category_id=40932,
            price=100_00,
            created_at=0,
            updated_at=0,
            hidden=number == 0,
            photo_ids=[photo_id],
            sku=f"p{number}",
        )
        community.items[item.item_id] = item
        community.order.append(item.item_id)
