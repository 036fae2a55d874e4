"""What a buyer sees: the markets of the fake VK as plain pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from evosync.sandbox.rendering import PAGES, page
from evosync.sandbox.vk.prices import price_text
from evosync.sandbox.vk.state import Album, Community, Item
from evosync.sandbox.vk.world import VkWorld

_CARDS_A_PAGE = 60
_NO_BREAK_SPACE = "\u00a0"
_UNLIMITED = -1  # stock_amount of an item whose stock VK does not count


def storefront_app(world: VkWorld) -> Starlette:
    """Build the shop windows of every community; mounted anywhere, its links are relative."""
    windows = _Windows(world)
    return Starlette(
        routes=[
            Route("/", windows.communities),
            Route("/storefront.css", windows.style),
            Route("/picture/{sha}.jpg", windows.picture),
            Route("/{community_id:int}/", windows.market),
            Route("/{community_id:int}/{item_id:int}", windows.item),
        ],
        exception_handlers={404: _missing},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item as the pages print it; an empty text is not printed."""

    item_id: int
    title: str
    description: str
    price: str
    old_price: str
    stock: str
    in_stock: bool
    pictures: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """An album and how many of its items a buyer sees."""

    album_id: int
    title: str
    count: int


class _Windows:
    def __init__(self, world: VkWorld) -> None:
        self._world = world

    async def communities(self, request: Request) -> Response:
        """All communities with an open market; the only one opens by itself."""
        every = self._world.state.communities.values()
        communities = [community for community in every if community.market_enabled]
        if len(communities) == 1:
            return RedirectResponse(f"{communities[0].community_id}/")
        counted = [(c, len(self._world.visible_items(c.community_id))) for c in communities]
        return page("storefront_index.html", root="", communities=counted)

    async def market(self, request: Request) -> Response:
        """A market or one album of it."""
        community = self._community(request)
        visible = self._world.visible_items(community.community_id)
        shelves, chosen = self._shelves(community, request.query_params.get("album", ""))
        shown = visible
        if chosen is not None:
            by_id = {item.item_id: item for item in visible}
            shown = [by_id[item_id] for item_id in chosen.item_ids if item_id in by_id]
        pages = max(1, -(-len(shown) // _CARDS_A_PAGE))
        number = min(_positive(request.query_params.get("page", "")), pages)
        first = (number - 1) * _CARDS_A_PAGE
        return page(
            "storefront_market.html",
            root="../",
            community=community,
            shelves=shelves,
            chosen=chosen,
            total=len(visible),
            cards=[self._card(item) for item in shown[first : first + _CARDS_A_PAGE]],
            number=number,
            pages=pages,
        )

    async def item(self, request: Request) -> Response:
        """One item that is on sale."""
        community = self._community(request)
        item = community.items.get(request.path_params["item_id"])
        if item is None or not self._world.is_visible(item):
            raise HTTPException(404)
        return page("storefront_item.html", root="../", community=community, card=self._card(item))

    async def picture(self, request: Request) -> Response:
        """The small copy that the fake VK keeps."""
        thumb = self._world.state.pictures.get(request.path_params["sha"])
        if thumb is None:
            raise HTTPException(404)
        return Response(thumb, media_type="image/jpeg")

    async def style(self, request: Request) -> Response:
        """The one style sheet."""
        return FileResponse(PAGES / "storefront.css")

    def _community(self, request: Request) -> Community:
        community = self._world.state.communities.get(request.path_params["community_id"])
        if community is None or not community.market_enabled:
            raise HTTPException(404)
        return community

    def _shelves(self, community: Community, wanted: str) -> tuple[list[Shelf], Album | None]:
        """Albums with something to show, and the one asked for."""
        visible = {item.item_id for item in self._world.visible_items(community.community_id)}
        shelves, chosen = [], None
        for album in self._world.albums(community.community_id):
            count = len(visible.intersection(album.item_ids))
            if album.is_hidden or not count:
                continue
            shelves.append(Shelf(album_id=album.album_id, title=album.title, count=count))
            if str(album.album_id) == wanted:
                chosen = album
        return shelves, chosen

    def _card(self, item: Item) -> Card:
        photos = [self._world.state.photos[photo_id] for photo_id in item.photo_ids]
        old = item.old_price if item.old_price > item.price else 0
        return Card(
            item_id=item.item_id,
            title=item.title,
            description=item.description,
            price=price_text(item.price, space=_NO_BREAK_SPACE),
            old_price=price_text(old, space=_NO_BREAK_SPACE) if old else "",
            stock=_stock_text(item.stock_amount),
            in_stock=item.stock_amount != 0,
            pictures=[f"{photo.sha}.jpg" for photo in photos],
        )


async def _missing(request: Request, error: Exception) -> Response:
    return page("storefront_missing.html", 404, root="../")


def _stock_text(amount: int) -> str:
    if amount == _UNLIMITED:
        return "В наличии"
    return f"В наличии: {amount}" if amount else "Нет в наличии"


def _positive(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() else 1
