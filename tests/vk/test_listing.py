"""A list in columns: it says what whole rows say, and where that is in doubt it is not believed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import httpx
import pytest
import respx

from evosync.catalog.item import MarketItem
from evosync.errors import TryLater
from evosync.sandbox.vk.state import Album
from evosync.sandbox.vk.world import VkWorld
from evosync.vk.listing import Lister, Rows
from evosync.vk.reading import listing_of_items
from tests.vk.cards import columns_of, stock_up
from tests.vk.stand import COMMUNITY_ID, OWNER_ID, Stand, answer, refusal

ROWS: list[dict[str, object]] = [
    {"id": number, "title": f"Чай {number}", "thumb_photo": "https://v.test/a"}
    for number in range(1, 1_401)
]
PAGES = [ROWS[start : start + 200] for start in range(0, 1_400, 200)]
WHOLE = [{"count": 1_400, "items": page} for page in PAGES]


async def read(stand: Stand) -> Rows[MarketItem]:
    return await Lister(stand.api, listing_of_items(OWNER_ID)).read()


@pytest.mark.parametrize(
    ("missing", "odd", "requests"),
    [
        pytest.param("null", range(0, 1_300, 100), 1 + 1, id="null for what is missing"),
        pytest.param("dropped", [], 1 + 1, id="nothing for what all lack"),
        # Pages that do not line up are read whole; if more than half of them, so are the others.
        pytest.param("dropped", [-2, -250], 1 + 1 + 1, id="two odd pages"),
        pytest.param("dropped", range(0, 1_300, 100), 1 + 1 + 2, id="odd ones on each page"),
    ],
)
async def test_columns_and_whole_rows_say_the_same(
    shop: Stand,
    world: VkWorld,
    missing: Literal["null", "dropped"],
    odd: Sequence[int],
    requests: int,
) -> None:
    stock_up(world, 1_300)
    community = world.state.communities[COMMUNITY_ID]
    items = world.items(COMMUNITY_ID)
    album = Album(album_id=1, title="Чай", updated_at=0, item_ids=[one.item_id for one in items])
    community.albums[1] = album
    community.album_order.append(1)
    for number in odd:
        items[number].sku, items[number].rejected_at = "", 1.0
    world.knobs.missing_projection = missing
    rows = await read(shop)
    assert rows.agrees
    assert shop.api.requests == requests
    by_id = {item.item_id: item for item in rows.values}
    whole = await Lister(shop.api, replace(listing_of_items(OWNER_ID), columns=None)).read()
    assert by_id == {item.item_id: item for item in whole.values}
    assert sum(item.rejected is not None for item in by_id.values()) == len(odd)


async def test_columns_without_pictures_are_not_taken(shop: Stand, world: VkWorld) -> None:
    stock_up(world, 1_300)
    for item in world.items(COMMUNITY_ID):
        item.photo_ids.clear()
    rows = await read(shop)
    assert rows.agrees
    assert len(rows.values) == 1_300
    assert shop.api.requests == 1 + 1 + 2  # the columns, then 700 items whole


async def test_columns_of_too_many_pages_are_asked_for_in_smaller_parts(
    shop: Stand, world: VkWorld
) -> None:
    stock_up(world, 5_000)
    world.knobs.execute_answer_bytes = 700_000
    rows = await read(shop)
    assert rows.agrees
    assert len(rows.values) == 5_000
    assert shop.api.requests < 5_000 / 600


async def test_columns_that_say_otherwise_than_whole_rows_are_not_believed(
    odd: Stand, vk: respx.Route
) -> None:
    columns = [columns_of(page, count=1_400) for page in [PAGES[0], *PAGES[3:]]]
    vk.side_effect = [answer(WHOLE[:3]), answer(columns)]
    expected = await read(odd)
    assert (expected.agrees, len(expected.values), vk.call_count) == (True, 1_400, 2)
    otherwise = [*ROWS[:199], ROWS[199] | {"title": "Кофе"}]
    for sample in (otherwise, ROWS[:199], []):
        columns = [columns_of([], count=1_400)] * 5
        columns[0] = columns_of(sample, count=1_400)
        first, second = answer(WHOLE[:3]), answer(columns)
        vk.side_effect = [first, second, answer(WHOLE[3:6]), answer(WHOLE[6:])]
        assert await read(odd) == expected


@pytest.mark.parametrize("code", [12, 100], ids=["does not compile", "bad parameter"])
async def test_columns_that_vk_refuses_are_not_asked_for_again(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    parts = [answer(WHOLE[start : start + 3]) for start in (0, 3, 6)]
    vk.side_effect = [parts[0], refusal(code), *parts[1:]]
    rows = await read(odd)
    assert (rows.agrees, len(rows.values)) == (True, 1_400)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        pytest.param(refusal(29), "vk_busy", id="quota of the day"),
        pytest.param(httpx.Response(502), "vk_busy", id="bad gateway"),
    ],
)
async def test_columns_that_vk_cannot_give_now_end_the_reading(
    odd: Stand, vk: respx.Route, word: httpx.Response, code: str
) -> None:
    vk.side_effect = [answer(WHOLE[:3])] + [word] * 9
    with pytest.raises(TryLater) as raised:
        await read(odd)
    assert raised.value.code == code
