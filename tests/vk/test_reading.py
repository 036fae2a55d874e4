"""The whole market: pages, counts that agree or do not, rows that cannot be read."""

from collections.abc import Sequence

import httpx
import pytest
import respx

from evosync.catalog.item import Availability, MarketReading
from evosync.errors import NeedsPerson, TryLater
from evosync.sandbox.vk.state import Album
from evosync.sandbox.vk.world import VkWorld
from evosync.vk.reading import read_market
from tests.vk.cards import stock_up
from tests.vk.stand import (
    COMMUNITY_ID,
    NOON,
    OWNER_ID,
    Stand,
    answer,
    failed,
    form_of,
    refusal,
)


async def read(stand: Stand) -> MarketReading:
    return await read_market(stand.api, owner_id=OWNER_ID, now=stand.watch.now)


def row(item_id: int) -> dict[str, object]:
    return {"id": item_id, "title": f"Чай {item_id}", "availability": 0}


def page(ids: Sequence[int], count: int, **more: object) -> dict[str, object]:
    return {"count": count, "items": [row(item_id) for item_id in ids], **more}


EMPTY = {"count": 0, "items": []}
NO_ALBUMS = [EMPTY, EMPTY]


def first(*pages: object, **more: object) -> httpx.Response:
    """Answer the request that begins both lists, of a market without albums."""
    return answer([*NO_ALBUMS, *pages], **more)


async def test_an_empty_market_is_whole_and_costs_one_request(shop: Stand) -> None:
    reading = await read(shop)
    assert reading == MarketReading(items=(), albums=(), begun_at=NOON, is_whole=True)
    assert shop.api.requests == 1


async def test_many_pages_are_read_hidden_items_too(shop: Stand, world: VkWorld) -> None:
    stock_up(world, 1_234)
    reading = await read(shop)
    assert reading.is_whole
    assert len({item.item_id for item in reading.items}) == 1_234
    assert sum(item.availability is Availability.UNAVAILABLE for item in reading.items) == 1
    assert shop.api.requests == 2  # albums and 600 items, then 634 as columns


async def test_albums_are_read_page_by_page(shop: Stand, world: VkWorld) -> None:
    community = world.state.communities[COMMUNITY_ID]
    for album_id in range(1, 251):
        community.albums[album_id] = Album(
            album_id=album_id, title=f"Подборка {album_id}", updated_at=0, is_hidden=album_id == 9
        )
        community.album_order.append(album_id)
    reading = await read(shop)
    assert reading.is_whole
    assert len(reading.albums) == 250
    assert [album.album_id for album in reading.albums if album.is_hidden] == [9]


async def test_an_answer_above_vks_limit_is_asked_for_in_smaller_parts(
    shop: Stand, world: VkWorld
) -> None:
    stock_up(world, 250)
    world.knobs.execute_answer_bytes = 30_000
    reading = await read(shop)
    assert reading.is_whole
    assert len(reading.items) == 250


async def test_a_market_too_big_even_in_smallest_parts_is_tried_later(
    odd: Stand, vk: respx.Route
) -> None:
    too_big = refusal(13, "response size is too big")
    vk.side_effect = [too_big, answer(NO_ALBUMS)] + [too_big] * 20
    with pytest.raises(TryLater):
        await read(odd)


async def test_variants_are_merged_with_the_main_items(odd: Stand, vk: respx.Route) -> None:
    with_variants = page([1, 2], 3, variants=[row(2), row(3)])
    vk.side_effect = [first(with_variants, EMPTY | {"count": 3}, EMPTY | {"count": 3})]
    reading = await read(odd)
    assert sorted(item.item_id for item in reading.items) == [1, 2, 3]
    assert reading.is_whole


async def test_a_count_may_be_a_text(odd: Stand, vk: respx.Route) -> None:
    rows, nothing = {"count": "1", "items": [row(1)]}, {"count": "1", "items": []}
    vk.side_effect = [first(rows, nothing, nothing)]
    reading = await read(odd)
    assert (reading.is_whole, len(reading.items)) == (True, 1)


async def test_a_shifted_list_is_read_again(odd: Stand, vk: respx.Route) -> None:
    nothing = {"count": 3, "items": []}
    shifted = first(page([1, 2, 2], 3), nothing, nothing)
    vk.side_effect = [shifted, answer([page([1, 2, 3], 3), nothing, nothing])]
    reading = await read(odd)
    assert reading.is_whole
    assert len(reading.items) == 3


async def test_a_list_that_never_agrees_with_its_count_is_not_whole(
    odd: Stand, vk: respx.Route
) -> None:
    nothing = {"count": 3, "items": []}
    short = [page([1, 2], 3), nothing, nothing]
    vk.side_effect = [first(*short), answer(short), answer(short)]
    reading = await read(odd)
    assert not reading.is_whole
    assert [item.item_id for item in reading.items] == [1, 2]
    assert vk.call_count == 3


async def test_a_count_without_rows_does_not_read_for_ever(odd: Stand, vk: respx.Route) -> None:
    nothing = {"count": 10**9, "items": []}
    vk.side_effect = [first(nothing, nothing, nothing), *[answer([nothing] * 3)] * 2]
    assert not (await read(odd)).is_whole


@pytest.mark.parametrize(
    "odd_row",
    [
        pytest.param({"id": 2, "albums_ids": None, "availability": 0}, id="no albums"),
        pytest.param({"id": 2, "availability": 3}, id="unknown availability"),
        pytest.param({"id": 2}, id="an id alone"),
    ],
)
async def test_an_odd_card_leaves_the_reading_whole(
    odd: Stand, vk: respx.Route, odd_row: object
) -> None:
    rows = {"count": 2, "items": [row(1), odd_row], "variants": None}
    vk.side_effect = [first(rows, EMPTY | {"count": 2}, EMPTY | {"count": 2})]
    reading = await read(odd)
    assert reading.is_whole
    assert [item.item_id for item in reading.items] == [1, 2]


@pytest.mark.parametrize(
    "hiding",
    [
        pytest.param(False, id="no row at all"),
        pytest.param({"title": "Чай"}, id="no id"),
        pytest.param({"id": 3, "sku": []}, id="unreadable sku"),
    ],
)
async def test_a_row_that_may_be_ours_unseen_makes_the_reading_not_whole(
    odd: Stand, vk: respx.Route, hiding: object
) -> None:
    rows = {"count": 2, "items": [row(1), hiding]}
    nothing = {"count": 2, "items": []}
    vk.side_effect = [first(rows, nothing, nothing)]
    reading = await read(odd)
    assert not reading.is_whole
    assert reading.items[0].item_id == 1
    assert vk.call_count == 1


async def test_a_page_that_failed_inside_execute_is_asked_for_alone(
    odd: Stand, vk: respx.Route
) -> None:
    lost = first(False, EMPTY, EMPTY, execute_errors=[failed("market.get", 10)])
    vk.side_effect = [lost, answer(page([], 0))]
    assert (await read(odd)).is_whole
    alone = vk.calls[-1].request
    assert alone.url.path == "/method/market.get"
    assert form_of(alone)["offset"] == "0"


async def test_a_page_refused_alone_too_ends_the_reading(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [first(False, EMPTY, EMPTY), refusal(100, "offset")]
    with pytest.raises(TryLater):
        await read(odd)


async def test_the_page_asked_for_alone_tells_the_exact_error(odd: Stand, vk: respx.Route) -> None:
    denied = [failed("market.getAlbums", 15)] * 2
    vk.side_effect = [
        answer([False, False, EMPTY, EMPTY, EMPTY], execute_errors=denied),
        refusal(15, "Access denied", error_subcode=1133),
    ]
    with pytest.raises(NeedsPerson) as raised:
        await read(odd)
    assert raised.value.code == "vk_no_right"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        pytest.param(refusal(29), "vk_busy", id="quota of the day"),
        pytest.param(refusal(8), "vk_error", id="our request is bad"),
        pytest.param(refusal(100), "vk_error", id="a parameter is bad"),
        pytest.param(answer([1, 2]), "vk_busy", id="no lists"),
        pytest.param(httpx.Response(502), "vk_busy", id="bad gateway"),
    ],
)
async def test_a_market_that_cannot_be_read_is_tried_later(
    odd: Stand, vk: respx.Route, word: httpx.Response, code: str
) -> None:
    vk.side_effect = [word] * 9
    with pytest.raises(TryLater) as raised:
        await read(odd)
    assert raised.value.code == code


async def test_a_market_switched_off_needs_the_person(shop: Stand, world: VkWorld) -> None:
    world.state.communities[COMMUNITY_ID].market_enabled = False
    with pytest.raises(NeedsPerson) as raised:
        await read(shop)
    assert raised.value.code == "vk_market_off"
