"""Questions whether an item of VK is a product of the till, as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from evosync.db import adoption, adoption_pairs
from evosync.db.adoption_pairs import Pair
from evosync.db.links import Place
from evosync.db.runs import Run
from evosync.db.types import Tx
from evosync.engine.memory import Answer
from evosync.vk.addresses import Storefront, storefront
from evosync.web.market_face import picture_of
from evosync.web.paging import Pager, make_pager, page_number
from evosync.web.state import state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNamesake:
    """An item of VK that bears a product's name: its face, and where buyers see it."""

    title: str
    price: int | None
    picture: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPair:
    """A product of the till, and the items that bear its name; `said` is the answer so far."""

    product_id: str
    name: str
    price: int | None
    code: str | None
    namesakes: Sequence[ShownNamesake]
    said: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """A page of the questions whether an item of VK is a product of the till.

    `open` still wait for an answer; the answers to the rest no preview has
    seen yet. `unclear` are those where a yes to all would be a guess.
    """

    pairs: Sequence[ShownPair]
    open: int
    unclear: int
    pager: Pager


async def read_pairs(request: Request, tx: Tx, place: Place, run: Run) -> Pairs:
    """Read a page of the questions that stand; `run` is the preview that asked them."""
    page = page_number(request.query_params.get("pairs"))
    asked = await adoption.list_asked(tx, place.user_id)
    decided = {}
    if asked and run.started_at is not None:
        decided = await adoption.list_decided(tx, place, run.started_at)
    # What is still to be answered comes first.
    asked.sort(key=lambda one: (one.product_id in decided, one.name.casefold(), one.product_id))
    size = adoption_pairs.PAGE
    shown = asked[(page - 1) * size : page * size]
    front = storefront(place.community_id, state_of(request).opened.settings.vk_api_url)
    pairs = await adoption_pairs.list_pairs(tx, place, shown)
    is_open = [one.product_id not in decided for one in asked]
    return Pairs(
        pairs=[_pair(request, front, pair, decided.get(pair.product_id)) for pair in pairs],
        open=sum(is_open),
        unclear=len(adoption.find_unclear(asked)),
        pager=make_pager(request.url.path, {}, page, size, len(asked), name="pairs"),
    )


def _pair(request: Request, front: Storefront, pair: Pair, said: Answer | None) -> ShownPair:
    return ShownPair(
        product_id=pair.product_id,
        name=pair.name,
        price=pair.price,
        code=pair.code,
        namesakes=[
            ShownNamesake(
                title=item.title,
                price=item.price,
                picture=picture_of(request, "item", item.item_id, item.thumb_url),
                url=front.item_url(item.item_id),
            )
            for item in pair.namesakes
        ],
        said=said.value if said else None,
    )
