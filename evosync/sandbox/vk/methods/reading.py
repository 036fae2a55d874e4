"""market.get, getById, search, getCategories: what stands in a market."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from evosync.sandbox.vk.answers import items_json, items_of_album
from evosync.sandbox.vk.call import Answer, Call, Method
from evosync.sandbox.vk.categories import category_tree
from evosync.sandbox.vk.parameters import Natural, Positive
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.state import Community, Item

COUNT_MAX = 200  # market.get and market.search, parameter "count"


class GetItems(Struct, frozen=True, kw_only=True):
    """Parameters of market.get."""

    owner_id: int
    album_id: int = 0
    count: Natural = 100
    offset: Natural = 0
    extended: bool = False
    date_from: str = ""
    date_to: str = ""
    need_variants: bool = False
    with_disabled: bool = False


class GetById(Struct, frozen=True, kw_only=True):
    """Parameters of market.getById; ids are `<owner_id>_<item_id>`."""

    item_ids: Annotated[list[str], Meta(min_length=1, max_length=100)]
    extended: bool = False


class Search(Struct, frozen=True, kw_only=True):
    """Parameters of market.search; prices are kopecks."""

    owner_id: int
    album_id: Natural = 0
    q: str = ""
    price_from: Natural = 0
    price_to: Natural | None = None
    sort: Literal[0, 1, 2, 3] = 0
    rev: Literal[0, 1] = 1
    offset: Natural = 0
    count: Natural = 20
    extended: bool = False
    status: Annotated[list[int], Meta(max_length=2)] | None = None
    need_variants: bool = False


class GetCategories(Struct, frozen=True, kw_only=True):
    """Parameters of market.getCategories."""

    group_id: Positive | None = None
    album_id: Positive | None = None


def get_items(call: Call, params: GetItems) -> Answer:
    """A page of a market or of an album; hidden items only for an administrator who asks."""
    community = call.market_to_read(params.owner_id)
    items = _listed(call, community, params.album_id)
    if not (params.with_disabled and call.administers(community)):
        items = [item for item in items if call.world.availability(item) == 0]
    items = _updated_between(items, params.date_from, params.date_to)
    page = _page(call, items, _slipped(call, params.offset), params.count)
    answer: dict[str, Any] = {
        "count": len(items) + _counts_wrong(call),
        "items": items_json(call, community, page, extended=params.extended),
    }
    if params.need_variants:
        answer["variants"] = []  # goods are never grouped here
    return answer


def get_by_id(call: Call, params: GetById) -> Answer:
    """Items by full id, deleted ones for administrators only; unknown ids are left out."""
    found: list[tuple[Community, Item]] = []
    for full_id in params.item_ids:
        owner_id, item_id = _parted(full_id)
        community = call.world.state.communities.get(-owner_id)
        if community is None:
            continue
        if not community.market_enabled:
            raise Refused(1525)
        item = community.items.get(item_id)
        if item is not None and _answers_by_id(call, community, item):
            found.append((community, item))
    shown: list[dict[str, Any]] = []
    # A community's albums are gone through once for all items of it that stand in a row.
    for _, row in groupby(found, lambda one: one[0].community_id):
        same = list(row)
        items = [item for _, item in same]
        shown += items_json(call, same[0][0], items, extended=params.extended)
    return {"count": len(shown), "items": shown}


def search(call: Call, params: Search) -> Answer:
    """Items whose title, description or sku holds the words of `q`."""
    community = call.market_to_read(params.owner_id)
    statuses = {0} if params.status is None else set(params.status)
    words = params.q.casefold().split()
    top = params.price_to
    items = [
        item
        for item in _listed(call, community, params.album_id)
        if call.world.availability(item) in statuses
        and item.price >= params.price_from
        and (top is None or item.price <= top)
        and all(word in f"{item.title} {item.description} {item.sku}".casefold() for word in words)
    ]
    keys: dict[int, Callable[[Item], float]] = {
        1: lambda item: item.created_at,
        2: lambda item: item.price,
    }
    if params.sort in keys:
        items.sort(key=keys[params.sort], reverse=params.rev == 1)
    page = _page(call, items, params.offset, params.count)
    return {
        "count": len(items),
        "view_type": 1,
        "items": items_json(call, community, page, extended=params.extended),
    } | ({"variants": []} if params.need_variants else {})


def get_categories(_call: Call, _params: GetCategories) -> Answer:
    """The whole tree, whatever community is asked for."""
    return {"items": category_tree()}


def _listed(call: Call, community: Community, album_id: int) -> Sequence[Item]:
    """Items of the market or of an album that this caller's listings hold at all."""
    if album_id:
        album = community.albums.get(album_id)
        if album is None:
            raise Refused(1402)
        items = items_of_album(community, album)
    else:
        items = call.world.items(community.community_id)
        if call.world.knobs.listing_order == "oldest":
            items = items[::-1]
    newest_at = call.now - call.world.knobs.list_lag_s
    shows_rejected = call.administers(community) and not call.world.knobs.unlists_rejected
    return [
        item
        for item in items
        if item.created_at <= newest_at and (shows_rejected or not call.world.is_rejected(item))
    ]


def _answers_by_id(call: Call, community: Community, item: Item) -> bool:
    if item.created_at > call.now - call.world.knobs.get_by_id_lag_s:
        return False
    return call.administers(community) or call.world.is_visible(item)


def _slipped(call: Call, offset: int) -> int:
    """The offset, or one beside it while a switch says so."""
    knobs = call.world.knobs
    if offset and knobs.pages_repeating:
        knobs.pages_repeating -= 1
        return offset - 1
    if offset and knobs.pages_skipping:
        knobs.pages_skipping -= 1
        return offset + 1
    return offset


def _counts_wrong(call: Call) -> int:
    """1 for an answer that is to count wrong, else 0."""
    knobs = call.world.knobs
    if not knobs.counts_wrong:
        return 0
    knobs.counts_wrong -= 1
    return 1


def _updated_between(items: Sequence[Item], date_from: str, date_to: str) -> Sequence[Item]:
    if not (date_from or date_to):
        return items  # fifteen thousand dates are not worth a look
    first = _day("date_from", date_from) or date.min
    last = _day("date_to", date_to) or date.max
    return [item for item in items if first <= _day_of(item) <= last]


def _day_of(item: Item) -> date:
    return datetime.fromtimestamp(item.updated_at, UTC).date()


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad_parameter(name, "should be a date like 2026-01-31") from None


def _page(call: Call, items: Sequence[Item], offset: int, count: int) -> Sequence[Item]:
    if count > COUNT_MAX and not call.world.knobs.clamps_count:
        raise bad_parameter("count", f"should be at most {COUNT_MAX}")
    return items[offset : offset + min(count, COUNT_MAX)]


def _parted(full_id: str) -> tuple[int, int]:
    owner, _, item = full_id.partition("_")
    if not (item.isdecimal() and owner.removeprefix("-").isdecimal()):
        raise bad_parameter("item_ids", f"has a wrong id {full_id!r}")
    return int(owner), int(item)


METHODS = (
    Method(name="market.get", params=GetItems, run=get_items, scope="market"),
    Method(name="market.getById", params=GetById, run=get_by_id, scope="market"),
    Method(name="market.search", params=Search, run=search, scope="market"),
    Method(name="market.getCategories", params=GetCategories, run=get_categories, scope="market"),
)
