"""`/vk-catalog/albums`: what stands in VK, album by album: ours, and the owner's own."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import catalog_pages, market_lists
from evosync.db.catalog_pages import LastReading
from evosync.db.market_lists import ItemSearch, ListedAlbum, Part
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.spoken import ago, plural
from evosync.web.auth import user_of
from evosync.web.connection_cards import Card, ShownState, read_ends
from evosync.web.market_face import MarketFace, find_face, picture_of
from evosync.web.reading_shown import answer_how_far, in_place_of, shown_reading
from evosync.web.state import state_of
from evosync.web.view import render

WHOLE = "main > div"
PRODUCTS = ("товар", "товара", "товаров")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlbum:
    """An album as a card."""

    title: str
    url: str
    picture: str
    count: int
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the rows say: the albums, the counts of items, and when they were read."""

    albums: list[ListedAlbum]
    counts: dict[Part, int]
    lonely: int
    read_at: datetime | None
    last: LastReading


async def show(request: Request) -> Response:
    """Show the albums; while they are being read the page asks by itself how far that is."""
    how_far = await answer_how_far(request)
    if how_far is not None:
        return how_far
    async with state_of(request).database.read() as tx:
        face = await find_face(request, tx)
        card = (await read_ends(request, tx, user_of(request).id)).card(Service.VK)
        found = None if face is None else await _find(tx, face)
    if face is None or found is None:
        page = render(request, "vk_catalog/albums.html", front=None, card=card)
        return in_place_of(request, page, WHOLE)
    page = render(
        request,
        "vk_catalog/albums.html",
        front=face.front,
        card=card,
        state=_state(request, found, card),
        counts={part.value: number for part, number in found.counts.items()},
        lonely=found.lonely,
        was_read=found.read_at is not None or bool(found.albums),
        reading=shown_reading(found.last),
        trouble=found.last.trouble,
        ours=[_album(request, each) for each in found.albums if each.is_ours],
        others=[_album(request, each) for each in found.albums if not each.is_ours],
    )
    return in_place_of(request, page, WHOLE)


async def _find(tx: Tx, face: MarketFace) -> _Found:
    lonely = ItemSearch(album=market_lists.Album.NONE)
    return _Found(
        albums=await market_lists.list_albums(tx, face.place),
        counts=await market_lists.count_items(tx, face.place, ItemSearch()),
        lonely=(await market_lists.count_items(tx, face.place, lonely))[Part.ALL],
        read_at=await market_lists.find_read_at(tx, face.place),
        last=await catalog_pages.find_last_reading(tx, face.place.user_id),
    )


def _album(request: Request, album: ListedAlbum) -> ShownAlbum:
    return ShownAlbum(
        title=album.title or "Без названия",
        url=str(request.app.url_path_for("vk-catalog-products", id=album.album_id)),
        picture=picture_of(request, "album", album.album_id, album.thumb_url),
        count=album.count,
        is_hidden=album.is_hidden,
    )


def _state(request: Request, found: _Found, card: Card | None) -> ShownState:
    """Say only what the rows tell: VK may have changed since they were read."""
    counts = found.counts
    told = _counted(counts)
    if found.read_at is not None:
        now = state_of(request).desk.clock()
        told += f" Прочитали {ago(found.read_at, now, user_of(request).time_zone)}."
    if card is not None and card.trouble is not None:
        return ShownState(kind=card.kind, sentence=f"{card.trouble.title.rstrip('.')}. {told}")
    if counts[Part.REJECTED]:
        rejected = plural(counts[Part.REJECTED], *PRODUCTS)
        return ShownState(kind="warning", sentence=f"VK отклонил {rejected}. {told}")
    return ShownState(kind="success" if counts[Part.ALL] else "secondary", sentence=told)


def _counted(counts: dict[Part, int]) -> str:
    ours, strangers = counts[Part.OURS], counts[Part.STRANGERS]
    if not counts[Part.ALL]:
        return "Товаров в сообществе нет."
    if not ours:
        return f"{plural(strangers, *PRODUCTS)} в сообществе: все ваши, EvoSync их не меняет."
    rest = f", ещё {plural(strangers, *PRODUCTS)} — ваши" if strangers else ""
    return f"{plural(ours, *PRODUCTS)} ведёт EvoSync{rest}."
