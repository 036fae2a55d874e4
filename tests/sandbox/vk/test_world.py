from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import SHOP, SHOP_ID, Api


async def test_a_world_survives_being_written_down(api: Api, vk: VkWorld, photo_id: int) -> None:
    item_id = await api.add(main_photo_id=photo_id, dimension_width=5)
    album = await api.ok("market.addAlbum", owner_id=SHOP, title="Чаи")
    await api.ok(
        "market.addToAlbum", owner_id=SHOP, item_ids=item_id, album_ids=album["market_album_id"]
    )
    await api.ok("market.delete", owner_id=SHOP, item_id=await api.add())
    copy = VkWorld.load(vk.dump())
    assert copy.state == vk.state
    assert [item.item_id for item in copy.visible_items(SHOP_ID)] == [item_id]
    assert copy.requests == 0
