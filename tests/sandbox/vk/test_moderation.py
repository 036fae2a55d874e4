from collections.abc import Callable
from typing import Any

import httpx
import pytest

from evosync.sandbox.storefront import storefront_app
from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.conftest import HandClock
from tests.sandbox.vk.scene import BORIS, SHOP, SHOP_ID, Api


async def rejected(api: Api, *item_ids: int) -> list[int]:
    """Those of the items that VK says are rejected, in the order of its answer."""
    ids = ",".join(f"{SHOP}_{item_id}" for item_id in item_ids)
    items = (await api.ok("market.getById", item_ids=ids))["items"]
    return [
        item["id"] for item in items if item.get("reject_info", {}).get("moderation_status") == 2
    ]


async def test_a_title_that_is_not_liked_is_rejected_later(
    api: Api, vk: VkWorld, clock: HandClock
) -> None:
    vk.knobs.rejects_titles, vk.knobs.moderation_delay_s = "кальян|табак", 60
    tea, hookah = await api.add("Чай зелёный"), await api.add("Кальянная смесь")
    assert await rejected(api, tea, hookah) == []
    clock.at += 60
    assert await rejected(api, tea, hookah) == [hookah]
    [item] = (await api.ok("market.getById", item_ids=f"{SHOP}_{hookah}"))["items"]
    assert (item["availability"], bool(item["reject_info"]["title"])) == (0, True)


async def test_every_so_many_th_item_is_rejected(api: Api, vk: VkWorld) -> None:
    vk.knobs.rejects_every = 2
    ids = [await api.add() for _ in range(4)]
    assert await rejected(api, *ids) == [ids[1], ids[3]]


async def test_nothing_is_rejected_unless_a_switch_says_so(api: Api) -> None:
    assert await rejected(api, await api.add()) == []


@pytest.mark.parametrize(
    ("edit", "is_looked_at"),
    [
        pytest.param({"name": "Чай чёрный"}, True, id="name"),
        pytest.param({"description": "Индийский, 50 г"}, True, id="text"),
        pytest.param({"photo_ids": ""}, True, id="picture"),
        pytest.param({"price": "10", "stock_amount": 3, "deleted": 1}, False, id="price and stock"),
    ],
)
async def test_moderation_looks_at_names_texts_and_pictures(
    api: Api, vk: VkWorld, edit: dict[str, Any], is_looked_at: bool
) -> None:
    item_id = await api.add()
    vk.knobs.rejects_titles = "Чай"
    await api.ok("market.edit", owner_id=SHOP, item_id=item_id, **edit)
    assert (await rejected(api, item_id) == [item_id]) is is_looked_at


async def test_a_better_name_is_let_through(api: Api, vk: VkWorld) -> None:
    vk.knobs.rejects_titles = "кальян"
    item_id = await api.add("Кальян")
    await api.ok("market.edit", owner_id=SHOP, item_id=item_id, price=10)
    assert await rejected(api, item_id) == [item_id]
    await api.ok("market.edit", owner_id=SHOP, item_id=item_id, name="Чай зелёный")
    assert await rejected(api, item_id) == []


@pytest.mark.parametrize("unlists", [False, True])
async def test_listings_may_leave_rejected_items_out(api: Api, vk: VkWorld, unlists: bool) -> None:
    vk.knobs.unlists_rejected = unlists
    item_id, other = await api.add(), await api.add()
    vk.hands.reject(item_id)
    answer = await api.ok("market.get", owner_id=SHOP, with_disabled=1)
    shown = [other] if unlists else [other, item_id]
    assert [item["id"] for item in answer["items"]] == shown
    assert answer["count"] == len(shown)
    found = await api.ok("market.search", owner_id=SHOP)
    assert [item["id"] for item in found["items"]] == shown
    assert await rejected(api, item_id) == [item_id]


async def ask_by_id(api: Api, item_id: int) -> object:
    return (await api.ok("market.getById", item_ids=f"{SHOP}_{item_id}"))["count"]


async def ask_for_list(api: Api, _item_id: int) -> object:
    return (await api.ok("market.get", owner_id=SHOP))["count"]


@pytest.mark.parametrize("ask", [ask_by_id, ask_for_list])
async def test_a_rejected_item_is_seen_by_its_administrators_only(
    api: Api, vk: VkWorld, ask: Callable[[Api, int], Any]
) -> None:
    item_id = await api.add()
    vk.hands.reject(item_id)
    assert (await ask(api, item_id), await ask(api.by(BORIS), item_id)) == (1, 0)
    assert vk.visible_items(SHOP_ID) == []
    assert [item.item_id for item in vk.offered_items(SHOP_ID)] == [item_id]
    vk.hands.accept(item_id)
    assert await ask(api.by(BORIS), item_id) == 1


async def test_a_buyer_cannot_open_a_rejected_item(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    vk.hands.reject(item_id)
    transport = httpx.ASGITransport(storefront_app(vk))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as buyer:
        assert (await buyer.get(f"/{SHOP_ID}/{item_id}")).status_code == 404


async def test_a_rejection_is_kept_with_the_world(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    vk.hands.reject(item_id)
    copy = VkWorld.load(vk.dump(), clock=vk.clock)
    assert [copy.is_rejected(item) for item in copy.items(SHOP_ID)] == [True]
