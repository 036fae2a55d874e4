"""A database from an old backup, and a VK that went on: no item twice, none left wrong."""

from pathlib import Path

from evosync.engine.report import RunStatus
from evosync.sandbox.comparison import find_differences
from tests.backup.copies import make, put_back
from tests.flow.stand import open_shop, product_named, small_world


async def test_the_run_after_a_restore_makes_vk_equal_to_the_till(
    sqlite_url: str, tmp_path: Path
) -> None:
    world = small_world()
    async with open_shop(world, tmp_path, sqlite_url) as shop:
        await shop.mirror()
        copy = (await make(sqlite_url, tmp_path / "copy.zip")).path
        # What the backup does not know of: new products, another price, one that is gone.
        group_id = product_named(world, "Чай номер 1").parent_id
        added = [
            world.add_product(f"Чай новый {number}", 500, parent_id=group_id, quantity=7)
            for number in range(3)
        ]
        world.set_price(product_named(world, "Чай номер 2").id, 155)
        world.delete_product(product_named(world, "Чай номер 3").id)
        assert (await shop.mirror()).status is RunStatus.DONE
        assert find_differences(world) == []
        before = {one.id: shop.item(one).item_id for one in added}
        assert len(before) == 3
        world.set_price(added[0].id, 510)
    await put_back(sqlite_url, copy, tmp_path, force=True)
    async with open_shop(world, tmp_path, sqlite_url) as shop:
        assert (await shop.mirror()).counts()["created"] == 0
        assert {one.id: shop.item(one).item_id for one in added} == before
        assert find_differences(world) == []
        assert not (await shop.mirror()).plan.changes
