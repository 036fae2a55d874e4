"""A database from an old backup, and a VK that went on: no item twice, none left wrong."""

from collections.abc import Sequence
from pathlib import Path

from evosync.catalog.item import Wish
from evosync.engine.report import RunReport, RunStatus
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.state import ProductState
from tests.backup.copies import make, put_back
from tests.flow.stand import Shop, open_shop, product_named, small_world


def hidden_albums(shop: Shop) -> list[str]:
    return [each.title for each in shop.albums() if each.is_hidden]


def seen(shop: Shop, products: Sequence[ProductState]) -> list[str]:
    return [each.name for each in products if shop.item(each) in shop.visible()]


def codes(report: RunReport, product: ProductState) -> list[str]:
    return [each.code for each in report.problems if each.product_id == product.id]


async def test_the_run_after_a_restore_makes_vk_equal_to_the_till(
    sqlite_url: str, tmp_path: Path
) -> None:
    world = small_world()
    cup, pie = product_named(world, "Чашка белая"), product_named(world, "Пирог с вишней")
    async with open_shop(world, tmp_path, sqlite_url) as shop:
        await shop.mirror()
        await shop.switch_product(cup, is_on=False)
        await shop.mirror()
        assert seen(shop, (cup, pie)) == [pie.name]
        assert hidden_albums(shop) == ["Посуда"]
        copy = (await make(sqlite_url, tmp_path / "copy.zip")).path
        # What the backup does not know of: new products, another price, one that is gone, one
        # that is hidden, one that is shown, and with them their albums.
        group_id = product_named(world, "Чай номер 1").parent_id
        added = [
            world.add_product(f"Чай новый {number}", 500, parent_id=group_id, quantity=7)
            for number in range(3)
        ]
        world.set_price(product_named(world, "Чай номер 2").id, 155)
        world.delete_product(product_named(world, "Чай номер 3").id)
        await shop.switch_product(cup, is_on=True)
        await shop.switch_product(pie, is_on=False)
        assert (await shop.mirror()).status is RunStatus.DONE
        assert seen(shop, (cup, pie)) == [cup.name]
        assert hidden_albums(shop) == ["Пироги"]
        before = {one.id: shop.item(one).item_id for one in added}
        assert len(before) == 3
        world.set_price(added[0].id, 510)
        # Nobody will know whose its card is: no till has it, and no row names it.
        world.delete_product(added[2].id)
    await put_back(sqlite_url, copy, tmp_path, force=True)
    async with open_shop(world, tmp_path, sqlite_url) as shop:
        report = await shop.mirror()
        assert report.counts()["created"] == 0
        assert {one.id: shop.item(one).item_id for one in added} == before
        # Off again are the switch and the card; what somebody hid since, be it us, is asked of.
        assert seen(shop, (cup, pie)) == []
        assert hidden_albums(shop) == ["Посуда"]
        assert codes(report, pie) == ["hidden_in_vk"]
        await shop.wish(pie, Wish.SHOW)
        await shop.switch_product(cup, is_on=True)
        await shop.mirror()
        assert find_differences(world) == ["В VK продаётся «Чай новый 2», чего в кассе нет."]
        assert not (await shop.mirror()).plan.changes
