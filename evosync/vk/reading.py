"""The whole market of a community: all items and albums, page by page, several pages a request."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

import msgspec
import structlog

from evosync.catalog.item import Availability, MarketItem, MarketReading
from evosync.errors import TryLater
from evosync.vk.api import Param, VkApi
from evosync.vk.errors import Remedy, Unsure, VkRefusal, error_of_request
from evosync.vk.execute import Call, Unpaired, execute
from evosync.vk.rows import Row, T, read_album, read_item
from evosync.vk.wire import A_LIST, LISTS, ListRow

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

# An id that names nothing was once answered by `false` (VK's PHP SDK, issue 147).
_NOTHING = frozenset({b"false", b"null", b"[]", b"{}", b"0", b'""'})

# Lists shift under our hands when somebody edits the market meanwhile.
REREADINGS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _List(Generic[T]):
    """A method that lists something, how a row is read, and how much to ask for at once."""

    method: str
    read: Callable[[msgspec.Raw], Row[T]]
    params: dict[str, Param]
    page: int
    pages: int


@dataclass(slots=True)
class _Rows(Generic[T]):
    """The rows of a list, each id once.

    `unread` are the ids of those in which something of ours may stand unseen,
    None where that was missing. `agrees` when VK's count says that they are all.
    """

    values: tuple[T, ...]
    unread: tuple[int | None, ...]
    agrees: bool


async def read_market(api: VkApi, *, owner_id: int, now: Callable[[], datetime]) -> MarketReading:
    """Read all albums and items, hidden ones and variants too.

    Read again when VK's count and its rows differ; a reading that never
    agrees, or in whose rows something of ours may stand unseen, is not whole.
    Raises TryLater or NeedsPerson.
    """
    begun_at = now()
    albums = await _read(
        api,
        _List(
            method="market.getAlbums",
            read=read_album,
            params={"owner_id": owner_id},
            page=ALBUM_PAGE,
            pages=ALBUM_PAGES,
        ),
    )
    items = await _read(
        api,
        _List(
            method="market.get",
            read=read_item,
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
    if items.unread or albums.unread:
        log.warning("market rows not read", items=items.unread, albums=albums.unread)
    return MarketReading(
        items=items.values,
        albums=albums.values,
        begun_at=begun_at,
        is_whole=items.agrees and albums.agrees and not items.unread and not albums.unread,
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
    rows: dict[object, Row[MarketItem]] = {}
    for start in range(0, len(calls), ID_CALLS):
        wanted = calls[start : start + ID_CALLS]
        answers = await _ask(api, wanted)
        if isinstance(answers, VkRefusal):
            answers = [await _ask_alone(api, call) for call in wanted]
        for answer in answers:
            named = (raw for raw in answer.items if bytes(raw) not in _NOTHING)
            _collect(rows, map(read_item, named))
    if unread := _unread(rows.values()):
        raise _unreadable(f"rows of market.getById not read: {unread}")
    return {
        item.item_id: item
        for item in _values(rows.values())
        if item.availability is not Availability.REMOVED
    }


async def _read(api: VkApi, wanted: _List[T]) -> _Rows[T]:
    rows = await _read_once(api, wanted)
    for _ in range(REREADINGS):
        if rows.agrees:
            break
        log.info("market list shifted while read", method=wanted.method)
        rows = await _read_once(api, wanted)
    return rows


async def _read_once(api: VkApi, wanted: _List[T]) -> _Rows[T]:
    main: dict[object, Row[T]] = {}
    variants: dict[object, Row[T]] = {}
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
            _collect(main, map(wanted.read, answer.items))
            _collect(variants, map(wanted.read, answer.variants or ()))
        offset += page * len(offsets)
        if len(main) == known:
            break
    merged = {**variants, **main}
    # Whether "count" counts variants is not documented: either total will do.
    return _Rows(
        values=_values(merged.values()),
        unread=_unread(merged.values()),
        agrees=len(counts) == 1 and counts <= {len(main), len(merged)},
    )


def _collect(rows: dict[object, Row[T]], page: Iterable[Row[T]]) -> None:
    for row in page:
        # A row without an id counts as one, though nobody can say which.
        rows.setdefault(row.id or f"unnamed {len(rows)}", row)


def _values(rows: Iterable[Row[T]]) -> tuple[T, ...]:
    return tuple([row.value for row in rows if row.value is not None])


def _unread(rows: Iterable[Row[T]]) -> tuple[int | None, ...]:
    return tuple([row.id for row in rows if not row.is_clear])


def _smaller(refusal: VkRefusal, pages: int, page: int) -> tuple[int, int]:
    """Return how many pages of what size to try when the answer was too big."""
    if pages > 1:
        return pages // 2, page
    if page > SMALLEST_PAGE:
        return 1, page // 2
    raise error_of_request(refusal)


async def _pages(
    api: VkApi, wanted: _List[T], page: int, offsets: Sequence[int]
) -> list[ListRow] | VkRefusal:
    """Read pages in one request; a VkRefusal when that was too much for VK."""
    calls = [
        Call(method=wanted.method, params={**wanted.params, "count": page, "offset": start})
        for start in offsets
    ]
    return await _ask(api, calls)


async def _ask(api: VkApi, calls: Sequence[Call]) -> list[ListRow] | VkRefusal:
    """Make calls that list something, in one request; a VkRefusal when that was too much for VK."""
    answers = await execute(api, calls, reader=LISTS)
    if isinstance(answers, VkRefusal):
        if answers.remedy is Remedy.SHRINK:
            return answers
        raise error_of_request(answers)
    if isinstance(answers, Unsure):
        raise _unreadable(answers.cause)
    rows: list[ListRow] = []
    for call, answer in zip(calls, answers, strict=True):
        if isinstance(answer, VkRefusal | Unpaired):
            # Inside an execute an error comes without its subcode and link.
            rows.append(await _ask_alone(api, call))
        else:
            rows.append(_list_row(answer))
    return rows


async def _ask_alone(api: VkApi, call: Call) -> ListRow:
    answer = await api.call(call.method, call.params, reader=A_LIST)
    if isinstance(answer, VkRefusal):
        raise error_of_request(answer)
    return _list_row(answer)


def _list_row(answer: object) -> ListRow:
    if isinstance(answer, ListRow):
        return answer
    raise _unreadable("no list where one was asked for")


def _unreadable(cause: str) -> TryLater:
    return TryLater("VK не отдал список товаров. Попробуем позже.", code="vk_busy", cause=cause)
