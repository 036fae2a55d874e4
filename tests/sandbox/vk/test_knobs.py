"""Each switch of what is not known of the live VK, thrown both ways."""

from typing import Any, Literal

import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.conftest import HandClock
from tests.sandbox.vk.scene import SHOP, SHOP_ID, Api


async def listed(api: Api, **params: Any) -> list[int]:
    answer = await api.ok("market.get", owner_id=SHOP, **params)
    return [item["id"] for item in answer["items"]]


async def by_id(api: Api, item_id: int) -> list[dict[str, Any]]:
    answer = await api.ok("market.getById", item_ids=f"{SHOP}_{item_id}", extended=1)
    found: list[dict[str, Any]] = answer["items"]
    return found


async def test_listings_show_a_new_item_later(api: Api, vk: VkWorld, clock: HandClock) -> None:
    old = await api.add()
    album = (await api.ok("market.addAlbum", owner_id=SHOP, title="Чаи"))["market_album_id"]
    clock.at += 30
    vk.knobs.list_lag_s = 30
    new = await api.add()
    await api.ok("market.addToAlbum", owner_id=SHOP, item_ids=f"{old},{new}", album_ids=album)
    found = await api.ok("market.search", owner_id=SHOP)
    assert [item["id"] for item in found["items"]] == await listed(api) == [old]
    assert await listed(api, album_id=album) == [old]
    assert (await api.ok("market.get", owner_id=SHOP))["count"] == 1
    assert len(await by_id(api, new)) == 1
    clock.at += 30
    assert await listed(api) == [new, old]


async def test_even_an_id_may_be_known_later(api: Api, vk: VkWorld, clock: HandClock) -> None:
    vk.knobs.get_by_id_lag_s = 5
    item_id = await api.add()
    assert await by_id(api, item_id) == []
    assert await listed(api) == [item_id]
    clock.at += 5
    assert len(await by_id(api, item_id)) == 1


@pytest.mark.parametrize(
    ("switch", "pages"),
    [
        pytest.param("pages_repeating", [[5, 4], [4, 3], [1]], id="one item twice"),
        pytest.param("pages_skipping", [[5, 4], [2, 1], [1]], id="one item never"),
        pytest.param(None, [[5, 4], [3, 2], [1]], id="in order"),
    ],
)
async def test_a_page_may_slip_once(
    api: Api, vk: VkWorld, switch: str | None, pages: list[list[int]]
) -> None:
    ids = [await api.add() for _ in range(5)]
    if switch:
        setattr(vk.knobs, switch, 1)
    read = [await listed(api, count=2, offset=offset) for offset in (0, 2, 4)]
    assert read == [[ids[number - 1] for number in page] for page in pages]


async def test_a_count_may_be_wrong_once(api: Api, vk: VkWorld) -> None:
    await api.add()
    vk.knobs.counts_wrong = 1
    assert [(await api.ok("market.get", owner_id=SHOP))["count"] for _ in range(2)] == [2, 1]


@pytest.mark.parametrize(
    ("switch", "field"), [("returns_sku", "sku"), ("returns_stock", "stock_amount")]
)
async def test_a_field_may_not_be_read_back(api: Api, vk: VkWorld, switch: str, field: str) -> None:
    item_id = await api.add(sku="tea", stock_amount=5)
    for on in (True, False):
        setattr(vk.knobs, switch, on)
        [plain] = (await api.ok("market.get", owner_id=SHOP))["items"]
        [extended] = await by_id(api, item_id)
        assert (field in plain, field in extended) == (on, on)


@pytest.mark.parametrize("method", ["add", "edit"])
async def test_a_shared_photo_may_be_refused(
    api: Api, vk: VkWorld, photo_id: int, method: str
) -> None:
    first = await api.add(main_photo_id=photo_id)
    second = await api.add()
    vk.knobs.refuses_shared_photo = "with_error"
    given: dict[str, Any] = {"owner_id": SHOP, "main_photo_id": photo_id}
    if method == "add":
        given |= {"name": "Чай!", "description": "Китайский, 50 г", "category_id": 1}
    else:
        given["item_id"] = second
    assert await api.code(f"market.{method}", **given) == 129
    vk.knobs.shared_photo_code = 22
    assert await api.code(f"market.{method}", **given) == 22
    assert len(vk.items(SHOP_ID)) == 2
    # Its own photo an item may have again.
    await api.ok("market.edit", owner_id=SHOP, item_id=first, main_photo_id=photo_id)
    vk.knobs.refuses_shared_photo = "no"
    await api.ok(f"market.{method}", **given)


async def test_a_shared_photo_may_be_left_out_in_silence(
    api: Api, vk: VkWorld, photo_id: int
) -> None:
    vk.knobs.refuses_shared_photo = "silently"
    first = await api.add(main_photo_id=photo_id)
    second = await api.add(main_photo_id=photo_id)
    await api.ok("market.edit", owner_id=SHOP, item_id=second, main_photo_id=photo_id)
    shown = [len((await by_id(api, item_id))[0]["photos"]) for item_id in (first, second)]
    assert shown == [1, 0]


@pytest.mark.parametrize("loses", [True, False])
async def test_an_album_may_keep_its_cover(
    api: Api, vk: VkWorld, photo_id: int, loses: bool
) -> None:
    vk.knobs.edit_album_loses_cover = loses
    added = await api.ok("market.addAlbum", owner_id=SHOP, title="Чаи", photo_id=photo_id)
    params = {"owner_id": SHOP, "album_id": added["market_album_id"], "title": "Чай"}
    await api.ok("market.editAlbum", **params)
    [album] = vk.albums(SHOP_ID)
    assert album.photo_id == (0 if loses else photo_id)
    await api.ok("market.editAlbum", **params, photo_id=photo_id)
    assert album.photo_id == photo_id


@pytest.mark.parametrize("frees", [True, False])
async def test_a_deleted_item_may_take_up_room(api: Api, vk: VkWorld, frees: bool) -> None:
    vk.knobs.max_items, vk.knobs.delete_frees_quota = 1, frees
    first = {"owner_id": SHOP, "item_id": await api.add()}
    await api.ok("market.delete", **first)
    good = {"name": "Чай!", "description": "Китайский, 50 г", "category_id": 1}
    answer = await api("market.add", owner_id=SHOP, **good)
    assert ("response" in answer) is frees
    restored = await api("market.restore", **first)
    # An item that was never taken off the count needs no new room.
    assert ("response" in restored) is not frees


@pytest.mark.parametrize("projection", ["null", "dropped"])
async def test_a_field_that_is_not_read_back_is_missing_in_a_projection_too(
    api: Api, vk: VkWorld, projection: Literal["null", "dropped"]
) -> None:
    vk.knobs.returns_sku, vk.knobs.missing_projection = False, projection
    await api.add(sku="tea")
    code = f"return API.market.get({{owner_id: {SHOP}}}).items@.sku;"
    assert await api.ok("execute", code=code) == ([None] if projection == "null" else [])
