"""`/vk-catalog/albums/{id}/products`: the items of an album, whose they are and what buyers see."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.db import market_lists
from evosync.db.market_lists import PAGE, Album, ItemSearch, ListedItem, ListedItems, Part, Sight
from evosync.db.types import Tx
from evosync.web.flash import Kind
from evosync.web.market_face import MarketFace, find_face, picture_of
from evosync.web.paging import Pager, make_pager, page_number
from evosync.web.reason_buttons import problem_url
from evosync.web.routing import number_in_path
from evosync.web.state import state_of
from evosync.web.view import redirect, render

LONGEST_WORDS = 200  # characters of a search

_TITLES = {Album.ALL: "Все товары в VK", Album.NONE: "Без подборки"}
_CHIPS = {
    Part.ALL: "Все",
    Part.OURS: "Ведёт EvoSync",
    Part.STRANGERS: "Ваши",
    Part.REJECTED: "Отклонены",
    Part.HIDDEN: "Скрыты",
}
_SIGHTS: dict[Sight, tuple[Kind, str]] = {
    Sight.SHOWN: ("success", "На витрине"),
    Sight.HIDDEN_BY_US: ("secondary", "Скрыт EvoSync"),
    Sight.HIDDEN_BY_PERSON: ("warning", "Скрыт вручную"),
    Sight.NO_STOCK: ("secondary", "Нет в наличии"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is a link, with how many it leaves."""

    label: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    """An item as the list shows it; `problem_url` explains the product that it is of."""

    title: str
    picture: str
    price: int | None
    stock: int | None
    state: Kind
    word: str
    rejected: str | None
    is_ours: bool
    problem_url: str | None
    vk_url: str


async def show(request: Request) -> Response:
    """Show a page of the items."""
    album = _album_in_path(request)
    search = ItemSearch(
        album=album,
        part=_part(request.query_params.get("part")),
        words=request.query_params.get("q", "")[:LONGEST_WORDS],
        page=page_number(request.query_params.get("page")),
    )
    async with state_of(request).database.read() as tx:
        face = await find_face(request, tx)
        if face is None:
            return _nowhere(request, album)
        title = await _title(tx, face, album)
        listed = await market_lists.list_items(tx, face.place, search)
    return render(
        request,
        "vk_catalog/products.html",
        title=title,
        front_url=_front_url(face, album),
        q=search.words,
        part="" if search.part is Part.ALL else search.part.value,
        chips=[_chip(request, part, search, listed) for part in _CHIPS],
        items=_items(request, face, listed.items),
        pager=_pager(request, search, listed),
    )


def _album_in_path(request: Request) -> int | Album:
    text = request.path_params["id"]
    return Album(text) if text in set(Album) else number_in_path(request)


def _nowhere(request: Request, album: int | Album) -> Response:
    """Lead to the page that says how to connect; an album of nobody's is no page."""
    if isinstance(album, Album):
        return redirect(request, "vk-catalog")
    raise HTTPException(404)


async def _title(tx: Tx, face: MarketFace, album: int | Album) -> str:
    if isinstance(album, Album):
        return _TITLES[album]
    title = await market_lists.find_album_title(tx, face.place, album)
    if title is None:
        raise HTTPException(404)
    return title or "Без названия"


def _part(text: str | None) -> Part:
    return Part(text) if text in set(Part) else Part.ALL


def _front_url(face: MarketFace, album: int | Album) -> str:
    return face.front.url if isinstance(album, Album) else face.front.album_url(album)


def _chip(request: Request, part: Part, search: ItemSearch, listed: ListedItems) -> Chip:
    kept = {"q": search.words, "part": "" if part is Part.ALL else part.value}
    query = urlencode({name: value for name, value in kept.items() if value})
    return Chip(
        label=_CHIPS[part],
        url=f"{request.url.path}?{query}" if query else request.url.path,
        count=listed.counts[part],
        is_current=search.part == part,
    )


def _items(request: Request, face: MarketFace, items: list[ListedItem]) -> list[ShownItem]:
    # Where one picture stands for many items, the browser asks for it once.
    first: dict[str, int] = {}
    return [
        _item(request, face, each, first.setdefault(each.thumb_url or "", each.item_id))
        for each in items
    ]


def _item(request: Request, face: MarketFace, item: ListedItem, pictured: int) -> ShownItem:
    state, word = _sight(item)
    return ShownItem(
        title=item.title or "Без названия",
        picture=picture_of(request, "item", pictured, item.thumb_url),
        price=item.price,
        stock=item.stock,
        state=state,
        word=word,
        rejected=item.rejected,
        is_ours=item.product_id is not None,
        problem_url=None
        if item.product_id is None
        else problem_url(request, item.product_id, item.store_id or ""),
        vk_url=face.front.item_url(item.item_id),
    )


def _sight(item: ListedItem) -> tuple[Kind, str]:
    if item.rejected is not None:
        return "danger", "Отклонён VK"
    if item.product_id is None and item.sight is Sight.HIDDEN_BY_PERSON:
        # Of a card that we never wrote nobody knows why it is not to be seen.
        return "secondary", "Не на витрине"
    return _SIGHTS[item.sight]


def _pager(request: Request, search: ItemSearch, listed: ListedItems) -> Pager:
    kept = {"q": search.words, "part": "" if search.part is Part.ALL else search.part.value}
    return make_pager(request.url.path, kept, search.page, PAGE, listed.counts[search.part])
