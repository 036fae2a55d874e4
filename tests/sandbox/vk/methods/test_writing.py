from typing import Any

import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.conftest import HandClock
from tests.sandbox.vk.scene import BORIS, OTHER_SHOP_ID, SHOP, SHOP_ID, Api

GOOD = {
    "owner_id": SHOP,
    "name": "Чай зелёный",
    "description": "Китайский, 50 г",
    "category_id": 40932,
    "price": "129.5",
}


@pytest.mark.parametrize(
    ("params", "refused"),
    [
        pytest.param({"name": "Чай"}, "name", id="name too short"),
        pytest.param({"name": "Ч" * 101}, "name", id="name too long"),
        pytest.param({"name": "Ч" * 96 + "&"}, "name", id="name too long by an entity"),
        pytest.param({"name": "Ч" * 92 + "🍵"}, "name", id="name too long by an emoji"),
        pytest.param({"name": ""}, "name", id="empty name"),
        pytest.param({"description": "Чай 50 гр"}, "description", id="description too short"),
        pytest.param({"category_id": ""}, "category_id", id="no category"),
        pytest.param({"category_id": "-1"}, "category_id", id="negative category"),
        pytest.param({"category_id": "0"}, "category_id", id="category 0"),
        pytest.param({"category_id": "30000"}, "category_id", id="category with children"),
        pytest.param({"price": "12,50"}, "price not float", id="decimal comma"),
        pytest.param({"price": "-1"}, "price", id="negative price"),
        pytest.param({"price": "1000000000000"}, "price", id="price too high"),
        pytest.param({"old_price": "дорого"}, "old_price not float", id="old price in words"),
        pytest.param({"deleted": "да"}, "deleted", id="flag in words"),
        pytest.param({"sku": "s" * 51}, "sku", id="sku too long"),
        pytest.param({"stock_amount": "-2"}, "stock_amount", id="stock too low"),
        pytest.param({"stock_amount": "1000000"}, "stock_amount", id="stock too high"),
        pytest.param({"stock_amount": "1.5"}, "stock_amount", id="fractional stock"),
        pytest.param({"url": "u" * 321}, "url", id="url too long"),
        pytest.param({"weight": "100000001"}, "weight", id="weight too high"),
        pytest.param({"dimension_width": "100001"}, "dimension_width", id="too wide"),
        pytest.param({"photo_ids": "1,2,3,4,5"}, "photo_ids", id="too many photos"),
        pytest.param({"video_ids": "1,2,3"}, "video_ids", id="too many videos"),
        pytest.param({"main_photo_id": "x"}, "main_photo_id", id="photo id in letters"),
    ],
)
async def test_a_misfit_is_refused_by_name_and_adds_nothing(
    api: Api, vk: VkWorld, params: dict[str, str], refused: str
) -> None:
    error = (await api("market.add", **GOOD | params))["error"]
    assert error["error_code"] == 100
    assert f"invalid: {refused}" in error["error_msg"]
    assert vk.items(SHOP_ID) == []


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"name": "Чай!"}, id="short name"),
        pytest.param({"name": "Ч" * 95 + "&"}, id="exactly 100"),
        pytest.param({"price": "0"}, id="price 0"),
        pytest.param({"price": "999999999999"}, id="highest price"),
        pytest.param({"category_id": "1"}, id="category of the oldest generation"),
        pytest.param({"stock_amount": "999999", "sku": "s" * 50}, id="longest sku"),
        pytest.param({"unheard_of": "1"}, id="unknown parameter"),
        pytest.param({"photo_ids": ""}, id="no photos"),
    ],
)
async def test_the_edges_fit(api: Api, params: dict[str, str]) -> None:
    assert "market_item_id" in await api.ok("market.add", **GOOD | params)


@pytest.mark.parametrize("missing", ["owner_id", "name", "description", "category_id"])
async def test_required_parameters_are_required(api: Api, missing: str) -> None:
    error = (await api("market.add", **{k: v for k, v in GOOD.items() if k != missing}))["error"]
    assert error["error_msg"].endswith(f"invalid: {missing} is undefined")


async def test_an_edit_touches_only_what_it_names(api: Api, vk: VkWorld, photo_id: int) -> None:
    item_id = await api.add(sku="tea", stock_amount=5, main_photo_id=photo_id, old_price="200")
    assert await api.ok("market.edit", owner_id=SHOP, item_id=item_id, price="99") == 1
    [item] = vk.items(SHOP_ID)
    assert (item.price, item.old_price, item.stock_amount) == (9900, 20000, 5)
    assert (item.title, item.sku, item.photo_ids) == ("Чай зелёный", "tea", [photo_id])
    await api.ok("market.edit", owner_id=SHOP, item_id=item_id, sku="", dimension_width=10)
    assert (item.sku, item.dimensions) == ("", (10, 0, 0))


async def test_a_refused_edit_changes_nothing(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    params = {
        "owner_id": SHOP,
        "item_id": item_id,
        "price": "1",
        "description": "Купите на chai.ru",
    }
    assert await api.code("market.edit", **params) == 1408
    assert vk.items(SHOP_ID)[0].price == 12950


async def test_photos_of_an_item_are_the_main_one_and_the_others(
    api: Api, vk: VkWorld, photo_id: int
) -> None:
    photo = vk.state.photos[photo_id]
    vk.state.photos |= dict.fromkeys((1, 2, 3), photo)
    item_id = await api.add(main_photo_id=photo_id, photo_ids="1,2")
    [item] = vk.items(SHOP_ID)
    edits: list[tuple[dict[str, Any], list[int]]] = [
        ({"photo_ids": "3"}, [photo_id, 3]),
        ({"main_photo_id": 1}, [1, 3]),
        ({"main_photo_id": 2, "photo_ids": ""}, [2]),
    ]
    for params, standing in edits:
        await api.ok("market.edit", owner_id=SHOP, item_id=item_id, **params)
        assert item.photo_ids == standing


async def test_a_photo_of_another_community_is_refused(
    api: Api, vk: VkWorld, photo_id: int
) -> None:
    vk.state.photos[photo_id].community_id = OTHER_SHOP_ID
    assert await api.code("market.add", **GOOD, main_photo_id=photo_id) == 129
    assert await api.code("market.add", **GOOD, main_photo_id=1) == 129


async def test_variants_are_not_known_here(api: Api) -> None:
    assert await api.code("market.add", **GOOD, variant_ids="1") == 1416


@pytest.mark.parametrize(
    ("writes", "availability"),
    [
        pytest.param([("edit", {"deleted": 1})], 2, id="hidden"),
        pytest.param([("edit", {"deleted": 1}), ("edit", {"deleted": 0})], 0, id="shown again"),
        pytest.param([("edit", {"stock_amount": 0})], 0, id="sold out"),
        pytest.param([("delete", {})], 1, id="deleted"),
        pytest.param([("delete", {}), ("restore", {})], 0, id="restored"),
        pytest.param(
            [("edit", {"deleted": 1}), ("delete", {}), ("restore", {})], 2, id="restored as hidden"
        ),
    ],
)
async def test_availability_follows_the_writes(
    api: Api, writes: list[tuple[str, dict[str, int]]], availability: int
) -> None:
    item_id = await api.add()
    for method, params in writes:
        assert await api.ok(f"market.{method}", owner_id=SHOP, item_id=item_id, **params) == 1
    [item] = (await api.ok("market.getById", item_ids=f"{SHOP}_{item_id}"))["items"]
    assert item["availability"] == availability


async def test_no_stock_can_mean_unavailable(api: Api, vk: VkWorld) -> None:
    await api.add(stock_amount=0)
    assert len(vk.visible_items(SHOP_ID)) == 1
    vk.knobs.stock_zero_disables = True
    assert vk.visible_items(SHOP_ID) == []
    assert (await api.ok("market.get", owner_id=SHOP, with_disabled=1))["items"][0][
        "availability"
    ] == 2


async def test_an_item_is_restored_only_in_time_and_once(
    api: Api, vk: VkWorld, clock: HandClock
) -> None:
    item_id = await api.add()
    restore = {"owner_id": SHOP, "item_id": item_id}
    assert await api.code("market.restore", **restore) == 1518
    await api.ok("market.delete", **restore)
    clock.at += 3_600
    await api.ok("market.restore", **restore)
    await api.ok("market.delete", **restore)
    clock.at += 3_601
    assert await api.code("market.restore", **restore) == 1400
    assert vk.items(SHOP_ID) == []


@pytest.mark.parametrize("method", ["edit", "delete", "restore"])
async def test_an_unknown_item_is_not_found(api: Api, method: str) -> None:
    assert await api.code(f"market.{method}", owner_id=SHOP, item_id=9) == 1403


@pytest.mark.parametrize("method", ["edit", "delete"])
async def test_a_deleted_item_is_not_found(api: Api, method: str) -> None:
    params = {"owner_id": SHOP, "item_id": await api.add()}
    await api.ok("market.delete", **params)
    assert await api.code(f"market.{method}", **params) == 1403


async def test_only_administrators_write(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    stranger = api.by(BORIS)
    assert await stranger.code("market.add", **GOOD) == 205
    for method in ("edit", "delete", "restore"):
        assert await stranger.code(f"market.{method}", owner_id=SHOP, item_id=item_id) == 205
    assert await api.code("market.add", **GOOD | {"owner_id": -999}) == 205
    assert len(vk.items(SHOP_ID)) == 1


async def test_a_closed_market_takes_nothing(api: Api, vk: VkWorld) -> None:
    vk.state.communities[SHOP_ID].market_enabled = False
    assert await api.code("market.add", **GOOD) == 1438


async def test_a_market_has_room_for_so_many_items(api: Api, vk: VkWorld) -> None:
    vk.knobs.max_items = 2
    first = await api.add()
    await api.add()
    assert await api.code("market.add", **GOOD) == 1405
    await api.ok("market.delete", owner_id=SHOP, item_id=first)
    await api.add()
    assert await api.code("market.restore", owner_id=SHOP, item_id=first) == 1405


async def test_items_are_reordered(api: Api, vk: VkWorld) -> None:
    first, second, third = [await api.add() for _ in range(3)]
    await api.ok("market.reorderItems", owner_id=SHOP, item_id=first, before=third)
    assert [item.item_id for item in vk.items(SHOP_ID)] == [first, third, second]
    await api.ok("market.reorderItems", owner_id=SHOP, item_id=first, after=second)
    assert [item.item_id for item in vk.items(SHOP_ID)] == [third, second, first]
    assert await api.code("market.reorderItems", owner_id=SHOP, item_id=first) == 100
    assert await api.code("market.reorderItems", owner_id=SHOP, item_id=9, before=first) == 1403
    assert (
        await api.code(
            "market.reorderItems", owner_id=SHOP, album_id=9, item_id=first, before=second
        )
        == 1402
    )
