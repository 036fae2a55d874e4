"""Goods that leave the till and come back, are switched off and on, or are edited by hand."""

import copy

import pytest

from evosync.db import selection
from evosync.engine.report import RunStatus
from evosync.engine.rules import GonePolicy
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.state import ProductState
from tests.flow.stand import Shop, add_group, product_named, store_of

TEA, CUP = "Чай номер 1", "Чашка белая"


async def mirrored(shop: Shop) -> None:
    report = await shop.mirror()
    assert (report.status, report.problems) == (RunStatus.DONE, ())
    assert not find_differences(shop.world)


def is_offered(shop: Shop, product: ProductState) -> bool:
    """Tell whether a buyer can buy it; there must never be two of it."""
    found = [one for one in shop.visible() if one.sku == product.id]
    assert len(found) <= 1
    return bool(found) and found[0].stock_amount != 0


@pytest.mark.parametrize("policy", list(GonePolicy))
async def test_a_product_that_goes_and_comes_is_one_item_under_each_policy(
    shop: Shop, policy: GonePolicy
) -> None:
    await shop.configure(gone=policy)
    await mirrored(shop)
    tea = product_named(shop.world, TEA)
    first = shop.item(tea).item_id
    for _ in range(2):
        shop.world.delete_product(tea.id)
        assert (await shop.mirror()).status is RunStatus.DONE
        assert is_offered(shop, tea) is (policy is GonePolicy.LEAVE)
        assert len(shop.items(tea)) == (0 if policy is GonePolicy.DELETE else 1)
        writes = shop.world.vk.writes
        await shop.mirror()
        assert shop.world.vk.writes == writes

        store_of(shop.world).products[tea.id] = tea
        await mirrored(shop)
        assert is_offered(shop, tea)
        assert shop.item(tea).item_id == first
        assert (await shop.mirror()).is_empty


async def test_a_product_that_is_not_for_sale_stands_with_stock_0_until_it_is(shop: Shop) -> None:
    await mirrored(shop)
    tea = product_named(shop.world, TEA)
    first = shop.item(tea).item_id
    shop.world.shop.set_for_sale(tea.id, is_for_sale=False)
    await shop.mirror()
    assert not is_offered(shop, tea)
    assert shop.item(tea).stock_amount == 0
    shop.world.shop.set_for_sale(tea.id, is_for_sale=True)
    await mirrored(shop)
    assert is_offered(shop, tea)
    assert shop.item(tea).item_id == first


async def test_a_renamed_group_renames_its_album(shop: Shop) -> None:
    await mirrored(shop)
    tea = product_named(shop.world, TEA)
    assert tea.parent_id is not None
    shop.world.shop.rename_group(tea.parent_id, "Чаи и травы")
    await mirrored(shop)
    assert shop.albums_of(tea) == ["Чаи и травы"]
    assert (await shop.mirror()).is_empty


async def test_a_group_moved_under_another_keeps_its_album_and_its_goods(shop: Shop) -> None:
    await mirrored(shop)
    tea, cup = product_named(shop.world, TEA), product_named(shop.world, CUP)
    assert tea.parent_id is not None
    shop.world.shop.move_group(tea.parent_id, cup.parent_id)
    before = copy.deepcopy(shop.item(tea))
    await mirrored(shop)
    assert (shop.item(tea), shop.albums_of(tea)) == (before, ["Чай"])


async def test_a_group_switched_off_and_on_hides_and_shows_its_goods(shop: Shop) -> None:
    await mirrored(shop)
    tea, cup = product_named(shop.world, TEA), product_named(shop.world, CUP)
    first, store = shop.item(cup).item_id, store_of(shop.world)
    for is_on in (False, True):
        await shop.opened.database.write(
            selection.switch_group,
            shop.user_id,
            store.id,
            cup.parent_id or "",
            is_on=is_on,
            now=shop.opened.clock(),
        )
        assert (await shop.mirror()).status is RunStatus.DONE
        assert (is_offered(shop, cup), is_offered(shop, tea)) == (is_on, True)
    assert shop.item(cup).item_id == first
    assert not find_differences(shop.world)
    assert (await shop.mirror()).is_empty


async def test_a_product_put_in_a_group_that_is_off_is_hidden(sqlite_shop: Shop) -> None:
    await mirrored(sqlite_shop)
    cup = product_named(sqlite_shop.world, CUP)
    sqlite_shop.world.shop.move_product(cup.id, add_group(sqlite_shop.world, "Склад").id)
    await sqlite_shop.mirror()
    assert not is_offered(sqlite_shop, cup)


async def test_a_title_edited_by_hand_goes_back_and_a_description_stays(shop: Shop) -> None:
    await mirrored(shop)
    tea = product_named(shop.world, TEA)
    item_id = shop.item(tea).item_id
    theirs = "Описание, которое владелец написал сам."
    shop.world.vk.hands.edit(item_id, title="Лучший чай", description=theirs)
    await shop.mirror()
    assert (shop.item(tea).title, shop.item(tea).description) == (TEA, theirs)
    assert (await shop.mirror()).is_empty

    tea.description = "Собран весной."
    await mirrored(shop)
    assert shop.item(tea).description.startswith("Собран весной.")
    assert shop.item(tea).item_id == item_id
