"""The whole market of a community: all items and albums, page by page, several pages a request."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from evosync.catalog.item import Availability, MarketItem, MarketReading
from evosync.errors import TryLater
from evosync.vk.api import Param, VkApi
from evosync.vk.errors import Remedy, Unsure, VkRefusal, error_of_request
from evosync.vk.execute import Call, Unpaired, execute
from evosync.vk.wire import ListRow, albums_from, items_from, row_id

log = structlog.get_logger(__name__)

# An extended item is about 5 KB with one photo and 10 KB with three, and an
# execute answer above 5 MB is error 13: three pages of 200 fit nearly always.
ITEM_PAGE = 200  # market.get, the most that "count" may be
ITEM_PAGES = 3
ALBUM_PAGE = 100  # market.getAlbums, likewise
ALBUM_PAGES = 2
SMALLEST_PAGE = 10

# market.getById: the most ids a call may carry, and as many calls as fill no
# more of an answer than the pages above.
IDS_A_CALL = 100
ID_CALLS = 6

# Lists shift under our hands when somebody edits the market meanwhile.
REREADINGS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A method that lists something, and how much of it to ask for at once."""

    method: str
    params: dict[str, Param]
    page: int
    pages: int


@dataclass(slots=True)
class _Rows:
    """The rows of a list, each id once; `agrees` when VK's count says that they are all."""

    rows: list[object]
    agrees: bool


async def read_market(api: VkApi, *, owner_id: int, now: Callable[[], datetime]) -> MarketReading:
    """Read all albums and items, hidden ones and variants too.

    Read again when VK's count and its rows differ; a reading that never
    agrees, or in whose rows something of ours may stand unseen, is not whole.
    Raises TryLater or NeedsPerson.
    """
    begun_at = now()
    album_rows = await _read(
        api,
        _List(
            method="market.getAlbums",
            params={"owner_id": owner_id},
            page=ALBUM_PAGE,
            pages=ALBUM_PAGES,
        ),
    )
    item_rows = await _read(
        api,
        _List(
            method="market.get",
            params={
                "owner_id": owner_id,
                "with_disabled": True,
                "need_variants": True,
                "extended": True,
            },
            page=ITEM_PAGE,
            pages=ITEM_PAGES,
        ),
    )
    items, unread_items = items_from(item_rows.rows)
    albums, unread_albums = albums_from(album_rows.rows)
    if unread_items.ids or unread_albums.ids:
        log.warning("market rows not read", items=unread_items.ids, albums=unread_albums.ids)
    agrees = album_rows.agrees and item_rows.agrees
    return MarketReading(
        items=items,
        albums=albums,
        begun_at=begun_at,
        is_whole=agrees and not unread_items.ids and not unread_albums.ids,
    )


async def read_items(
    api: VkApi, *, owner_id: int, item_ids: Collection[int]
) -> Mapping[int, MarketItem]:
    """Read items by id, those too that the market's list does not show; removed ones are left out.

    Raises TryLater or NeedsPerson, also when a row cannot be read: it might
    be any of those asked for.
    """
    ids = sorted(item_ids)
    chunks = [ids[start : start + IDS_A_CALL] for start in range(0, len(ids), IDS_A_CALL)]
    calls = [
        Call(
            method="market.getById",
            params={
                "item_ids": ",".join(f"{owner_id}_{item_id}" for item_id in chunk),
                "extended": True,
            },
        )
        for chunk in chunks
    ]
    rows: list[object] = []
    for start in range(0, len(calls), ID_CALLS):
        answers = await _ask(api, calls[start : start + ID_CALLS])
        if isinstance(answers, VkRefusal):
            answers = [
                _list_row(_must(await api.call(call.method, call.params)))
                for call in calls[start : start + ID_CALLS]
            ]
        # An id that names nothing was once answered by `false` (VK's PHP SDK, issue 147).
        rows += [row for answer in answers for row in answer.items if row]
    items, unread = items_from(rows)
    if unread.ids:
        raise _unreadable(f"rows of market.getById not read: {unread.ids}")
    return {item.item_id: item for item in items if item.availability is not Availability.REMOVED}


async def _read(api: VkApi, wanted: _List) -> _Rows:
    rows = await _read_once(api, wanted)
    for _ in range(REREADINGS):
        if rows.agrees:
            break
        log.info("market list shifted while read", method=wanted.method)
        rows = await _read_once(api, wanted)
    return rows


async def _read_once(api: VkApi, wanted: _List) -> _Rows:
    main: dict[object, object] = {}
    variants: dict[object, object] = {}
    counts: set[int] = set()
    page, pages, offset = wanted.page, wanted.pages, 0
    while not counts or offset < max(counts):
        offsets = [offset + number * page for number in range(pages)]
        if counts:
            offsets = [start for start in offsets if start < max(counts)]
        answers = await _pages(api, wanted, page, offsets)
        if isinstance(answers, VkRefusal):
            pages, page = _smaller(answers, pages, page)
            continue
        known = len(main)
        for answer in answers:
            counts.add(answer.count)
            _collect(main, answer.items)
            _collect(variants, answer.variants or ())
        offset += page * len(offsets)
        if len(main) == known:
            break
    merged = {**variants, **main}
    # Whether "count" counts variants is not documented: either total will do.
    return _Rows(
        rows=list(merged.values()),
        agrees=len(counts) == 1 and counts <= {len(main), len(merged)},
    )


def _collect(rows: dict[object, object], page: Sequence[object]) -> None:
    for row in page:
        # A row without an id counts as one, though nobody can say which.
        rows.setdefault(row_id(row) or f"unnamed {len(rows)}", row)


def _smaller(refusal: VkRefusal, pages: int, page: int) -> tuple[int, int]:
    """Return how many pages of what size to try when the answer was too big."""
    if pages > 1:
        return pages // 2, page
    if page > SMALLEST_PAGE:
        return 1, page // 2
    raise error_of_request(refusal)


async def _pages(
    api: VkApi, wanted: _List, page: int, offsets: Sequence[int]
) -> list[ListRow] | VkRefusal:
    """Read pages in one request; a VkRefusal when that was too much for VK."""
    calls = [
        Call(method=wanted.method, params={**wanted.params, "count": page, "offset": start})
        for start in offsets
    ]
    return await _ask(api, calls)


async def _ask(api: VkApi, calls: Sequence[Call]) -> list[ListRow] | VkRefusal:
    """Make calls that list something, in one request; a VkRefusal when that was too much for VK."""
    answers = await execute(api, calls)
    if isinstance(answers, VkRefusal):
        if answers.remedy is Remedy.SHRINK:
            return answers
        raise error_of_request(answers)
    if isinstance(answers, Unsure):
        raise _unreadable(answers.cause)
    rows: list[ListRow] = []
    for call, answer in zip(calls, answers, strict=True):
        result = answer
        if isinstance(answer, VkRefusal | Unpaired):
            # Inside an execute an error comes without its subcode and link.
            result = await api.call(call.method, call.params)
        rows.append(_list_row(_must(result)))
    return rows


def _must(result: object) -> object:
    if isinstance(result, VkRefusal):
        raise error_of_request(result)
    return result


def _list_row(answer: object) -> ListRow:
    try:
        return msgspec.convert(answer, ListRow, strict=False)
    except msgspec.ValidationError as error:
        raise _unreadable(str(error)) from None


def _unreadable(cause: str) -> TryLater:
    return TryLater("VK не отдал список товаров. Попробуем позже.", code="vk_busy", cause=cause)
