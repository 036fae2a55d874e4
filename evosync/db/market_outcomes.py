"""What a run did to the market, noted in the cached rows: pages show it before the next reading."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from evosync.catalog.item import Availability, Draft
from evosync.db.differences import Scope, save_rows
from evosync.db.links import Place
from evosync.db.tables.market import vk_cached_albums, vk_cached_products
from evosync.db.types import Tx, folded
from evosync.engine.changes import (
    AddAlbum,
    Create,
    Delete,
    Done,
    EditAlbum,
    Field,
    Hide,
    PutInAlbum,
    Relink,
    Restore,
    TakeFromAlbum,
    Update,
    Zero,
)
from evosync.engine.sent import values_of

Values = dict[str, Any]

# VK shows what is hidden and what has run out alike.
_UNAVAILABLE = int(Availability.UNAVAILABLE)
_COLUMNS: Mapping[Field, str] = {
    Field.TITLE: "title",
    Field.DESCRIPTION: "description",
    Field.PRICE: "price",
    Field.STOCK: "stock",
    Field.CATEGORY: "category_id",
    Field.SKU: "sku",
}


async def note_done(tx: Tx, place: Place, done: Sequence[Done], now: datetime) -> None:
    """Bring the cached rows to what VK has carried out.

    They are as we sent it; the next reading puts right what VK shows otherwise.
    """
    await _note_new(tx, place, done, now)
    edits: dict[int, Values] = defaultdict(dict)
    for one in done:
        for item_id, values in _edit(one):  # an item may have got two edits
            edits[item_id] |= values
    await _update_items(tx, place, edits, now)
    gone = [one.change.link.item_id for one in done if isinstance(one.change, Delete)]
    if gone:
        items = vk_cached_products
        await tx.execute(delete(items).where(*place.rows_of(items), items.c.item_id.in_(gone)))
    await _note_albums(tx, place, done, now)
    await _note_members(tx, place, done, now)


async def _note_new(tx: Tx, place: Place, done: Iterable[Done], now: datetime) -> None:
    rows: dict[tuple[Any, ...], Values] = {}
    for one in done:
        match one:
            case Done(change=Create(draft=draft), item_id=int(item_id)):
                rows[(item_id,)] = {
                    **_values(draft, frozenset(_COLUMNS)),
                    "availability": int(Availability.AVAILABLE),
                    "photo_ids": [],
                    "thumb_url": None,
                    "album_ids": [],
                    "item_created_at": now,
                    "rejected": None,
                }
            case _:
                pass
    await save_rows(tx, Scope(table=vk_cached_products, fixed=place.values()), rows, now)


def _edit(one: Done) -> Iterable[tuple[int, Values]]:
    """Tell what an edit made of an item."""
    match one.change:
        case Update(link=link, draft=draft, item=item, fields=fields):
            values = _values(draft, fields)
            if "stock" in values and not (item.stock and values["stock"]):
                # What had run out is to be had again, or what was to be had ran out.
                values["availability"] = (
                    int(Availability.AVAILABLE) if values["stock"] else _UNAVAILABLE
                )
            yield link.item_id, values
        case Relink(link=link, draft=draft, fields=fields):
            yield link.item_id, _values(draft, fields)
        case Restore(link=link, draft=draft, fields=fields):
            shown = {"availability": int(Availability.AVAILABLE)}
            yield link.item_id, shown | _values(draft, fields)
        case Hide(link=link):
            yield link.item_id, {"availability": _UNAVAILABLE}
        case Zero(link=link):
            yield link.item_id, {"stock": 0, "availability": _UNAVAILABLE}
        case _:
            pass


def _values(draft: Draft, fields: frozenset[Field]) -> Values:
    values = {_COLUMNS[each]: v for each, v in values_of(draft, fields & _COLUMNS.keys()).items()}
    return values | ({"name_folded": folded(draft.title)} if "title" in values else {})


async def _update_items(tx: Tx, place: Place, edits: Mapping[int, Values], now: datetime) -> None:
    """Write by the columns that change, many rows a statement."""
    alike: dict[tuple[str, ...], list[Values]] = defaultdict(list)
    for item_id, values in edits.items():
        if values:
            alike[tuple(sorted(values))].append({"of_item": item_id} | values)
    items = vk_cached_products
    for columns, rows in alike.items():
        sets: Values = {name: bindparam(name) for name in columns}
        await tx.execute(
            update(items)
            .where(*place.rows_of(items), items.c.item_id == bindparam("of_item"))
            .values(**sets, updated_at=now),
            rows,
        )


async def _note_albums(tx: Tx, place: Place, done: Iterable[Done], now: datetime) -> None:
    new: dict[tuple[Any, ...], Values] = {}
    albums = vk_cached_albums
    for one in done:
        match one:
            case Done(change=AddAlbum(title=title), album_id=int(album_id)):
                new[(album_id,)] = {
                    "title": title,
                    "name_folded": folded(title),
                    "item_count": 0,
                    "is_hidden": False,
                    "photo_id": None,
                    "thumb_url": None,
                }
            case Done(change=EditAlbum(link=link, title=title, is_hidden=is_hidden)):
                await tx.execute(
                    update(albums)
                    .where(*place.rows_of(albums), albums.c.album_id == link.album_id)
                    .values(
                        title=title, name_folded=folded(title), is_hidden=is_hidden, updated_at=now
                    )
                )
            case _:
                pass
    await save_rows(tx, Scope(table=albums, fixed=place.values()), new, now)


async def _note_members(tx: Tx, place: Place, done: Iterable[Done], now: datetime) -> None:
    """Write down which items came into which albums, and which left them."""
    moves = _moves(done)
    if not moves:
        return
    items, albums = vk_cached_products, vk_cached_albums
    found = await tx.execute(
        select(items.c.item_id, items.c.album_ids).where(
            *place.rows_of(items), items.c.item_id.in_(list(moves))
        )
    )
    edits: dict[int, Values] = {}
    grown: dict[int, int] = defaultdict(int)
    for item_id, was in found.all():
        come, left = moves[item_id]
        stands_in = (set(was) | come) - left
        edits[item_id] = {"album_ids": sorted(stands_in)}
        for album_id in stands_in.symmetric_difference(was):
            grown[album_id] += 1 if album_id in stands_in else -1
    await _update_items(tx, place, edits, now)
    for album_id, by in sorted(grown.items()):
        await tx.execute(
            update(albums)
            .where(*place.rows_of(albums), albums.c.album_id == album_id)
            .values(item_count=albums.c.item_count + by, updated_at=now)
        )


def _moves(done: Iterable[Done]) -> Mapping[int, tuple[set[int], set[int]]]:
    """Tell of each item which albums it came into, and which it left."""
    moves: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for one in done:
        match one.change:
            case PutInAlbum(album_id=int(album_id), item_ids=item_ids):
                for item_id in item_ids:
                    moves[item_id][0].add(album_id)
            case TakeFromAlbum(link=link, album_ids=album_ids):
                moves[link.item_id][1].update(album_ids)
            case _:
                pass
    return moves
