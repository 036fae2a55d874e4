import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.conftest import HandClock
from tests.sandbox.vk.scene import OTHER_SHOP_ID, SHOP, SHOP_ID, Api


async def test_a_person_edits_what_they_like(api: Api, vk: VkWorld, clock: HandClock) -> None:
    item_id = await api.add()
    [item] = vk.items(SHOP_ID)
    clock.at += 1
    vk.hands.edit(item_id, title="Чай", roubles="12.50")
    assert (item.title, item.description, item.price) == ("Чай", "Китайский, 50 г", 12_50)
    vk.hands.edit(item_id, description="Самый лучший")
    assert (item.title, item.description) == ("Чай", "Самый лучший")
    assert item.updated_at == clock.at
    assert (vk.requests, vk.writes) == (1, 1)


async def test_what_a_person_writes_is_moderated_too(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    [item] = vk.items(SHOP_ID)
    vk.knobs.rejects_titles = "."
    vk.hands.edit(item_id, roubles=1)
    assert not vk.is_rejected(item)
    vk.hands.edit(item_id, title="Кальян")
    assert vk.is_rejected(item)


async def test_a_person_hides_shows_and_deletes(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    [item] = vk.items(SHOP_ID)
    vk.hands.hide(item_id)
    assert vk.availability(item) == 2
    vk.hands.show(item_id)
    assert vk.availability(item) == 0
    vk.hands.delete(item_id)
    assert vk.items(SHOP_ID) == []
    assert await api.ok("market.restore", owner_id=SHOP, item_id=item_id) == 1


async def test_a_person_adds_in_front(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    made = vk.hands.add(SHOP_ID, "Чайник", 1500, stock_amount=2)
    answer = await api.ok("market.get", owner_id=SHOP)
    assert [item["id"] for item in answer["items"]] == [made.item_id, item_id]
    assert answer["items"][0]["price"]["amount"] == "150000"
    assert made.stock_amount == 2


def test_an_item_is_found_in_any_community(vk: VkWorld) -> None:
    made = vk.hands.add(OTHER_SHOP_ID, "Кофе", 500)
    community, item = vk.hands.find(made.item_id)
    assert (community.community_id, item) == (OTHER_SHOP_ID, made)
    with pytest.raises(KeyError):
        vk.hands.find(9)
