"""The whole market of a community, all items and albums, and items by their ids."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog

from evosync.catalog.item import Album, Availability, MarketItem, MarketReading
from evosync.vk.api import VkApi
from evosync.vk.columns import is_same, read_columns
from evosync.vk.execute import Call
from evosync.vk.listing import (
    Columns,
    Lister,
    Listing,
    ask,
    ask_alone,
    collect,
    unread_of,
    unreadable,
    values_of,
)
from evosync.vk.rows import Row, read_album, read_item, read_listed_item

log = structlog.get_logger(__name__)

# An extended item is about 5 KB with one photo and 10 KB with three, and an
# execute answer above 5 MB is error 13: three pages of 200 fit nearly always.
ITEM_PAGE = 200  # market.get, the most that "count" may be
ITEM_PAGES = 3
ALBUM_PAGE = 100  # market.getAlbums, likewise
ALBUM_PAGES = 2

# market.getById: the most ids a call may carry, and as many calls as fill no
# more of an answer than the pages above.
IDS_A_CALL = 100
ID_CALLS = 6

# An id that names nothing was once answered by `false` (VK's PHP SDK, issue 147).
_NOTHING = frozenset({b"false", b"null", b"[]", b"{}", b"0", b'""'})


async def read_market(api: VkApi, *, owner_id: int, now: Callable[[], datetime]) -> MarketReading:
    """Read all albums and items, hidden ones and variants too.

    Read again when VK's count and its rows differ; a reading that never
    agrees, or in whose rows something of ours may stand unseen, is not whole.
    Raises TryLater or NeedsPerson.
    """
    begun_at = now()
    all_albums = Lister(api, listing_of_albums(owner_id))
    all_items = Lister(api, listing_of_items(owner_id))
    await _begin(api, all_albums, all_items)
    albums, items = await all_albums.read(), await all_items.read()
    if items.unread or albums.unread:
        log.warning("market rows not read", items=items.unread, albums=albums.unread)
    return MarketReading(
        items=items.values,
        albums=albums.values,
        begun_at=begun_at,
        is_whole=items.agrees and albums.agrees and not items.unread and not albums.unread,
    )


async def _begin(api: VkApi, albums: Lister[Album], items: Lister[MarketItem]) -> None:
    """Read the beginnings of both lists, which of most markets is all, in one request."""
    album_calls, item_calls = albums.first_calls(), items.first_calls()
    answers = await ask(api, [*album_calls, *item_calls])
    if isinstance(answers, list):  # else it was too much for VK: each begins by itself
        await albums.begin_with(answers[: len(album_calls)])
        await items.begin_with(answers[len(album_calls) :])


def listing_of_albums(owner_id: int) -> Listing[Album]:
    """Tell how the albums of a market are listed."""
    return Listing(
        method="market.getAlbums",
        read=read_album,
        params={"owner_id": owner_id},
        page=ALBUM_PAGE,
        pages=ALBUM_PAGES,
    )


def listing_of_items(owner_id: int) -> Listing[MarketItem]:
    """Tell how the items of a market are listed, hidden ones and variants too."""
    return Listing(
        method="market.get",
        read=read_listed_item,
        params={
            "owner_id": owner_id,
            "with_disabled": True,
            "need_variants": True,
            "extended": True,
        },
        page=ITEM_PAGE,
        pages=ITEM_PAGES,
        columns=Columns(read=read_columns, is_same=is_same),
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
        # One call needs no execute around it.
        answers = await ask(api, wanted) if len(wanted) > 1 else None
        if not isinstance(answers, list):
            answers = [await ask_alone(api, call) for call in wanted]
        for answer in answers:
            named = (raw for raw in answer.items if bytes(raw) not in _NOTHING)
            collect(rows, map(read_item, named))
    if unread := unread_of(rows.values()):
        raise unreadable(f"rows of market.getById not read: {unread}")
    return {
        item.item_id: item
        for item in values_of(rows.values())
        if item.availability is not Availability.REMOVED
    }
