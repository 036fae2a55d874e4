"""The oracle's counting: every wanted product once, none lost, nothing else."""

from collections.abc import Callable

import pytest

from evosync.sandbox.comparison import count_visible, find_differences, find_miscounts, list_wanted
from evosync.sandbox.world import SandboxWorld

IN_FIRST_ONLY = "Тай Пин Хоу Куй, 25 г"


@pytest.fixture
def world() -> SandboxWorld:
    """A seeded till and a market with one item for everything that is wanted."""
    world = SandboxWorld.seeded()
    for one in list_wanted(world):
        world.vk.hands.add(world.community_id, one.names[0], 100, sku=one.product_id)
    return world


def first(world: SandboxWorld) -> tuple[str, int]:
    """Give a wanted product's id and that of its item."""
    item = world.vk.items(world.community_id)[0]
    return item.sku, item.item_id


def set_stock(world: SandboxWorld, item_id: int, amount: int) -> None:
    world.vk.hands.find(item_id)[1].stock_amount = amount


def test_a_market_of_single_items_has_no_miscounts(world: SandboxWorld) -> None:
    counts = count_visible(world)
    assert counts == dict.fromkeys((one.product_id for one in list_wanted(world)), 1)
    assert find_miscounts(world) == []


def test_the_count_does_not_need_vk_to_answer_skus(world: SandboxWorld) -> None:
    world.vk.knobs.returns_sku = False
    assert find_miscounts(world) == []


@pytest.mark.parametrize(
    ("change", "count"),
    [
        pytest.param(lambda world, _sku, item: world.vk.hands.delete(item), 0, id="deleted"),
        pytest.param(lambda world, _sku, item: world.vk.hands.hide(item), 0, id="hidden"),
        pytest.param(lambda world, _sku, item: world.vk.hands.reject(item), 1, id="rejected"),
        pytest.param(lambda world, _sku, item: set_stock(world, item, 0), 1, id="sold out"),
        pytest.param(
            lambda world, sku, _item: world.vk.hands.add(
                world.community_id, "Чай", 1, sku=sku, stock_amount=0
            ),
            2,
            id="a sold-out double",
        ),
    ],
)
def test_every_wanted_product_is_counted(
    world: SandboxWorld, change: Callable[[SandboxWorld, str, int], object], count: int
) -> None:
    sku, item_id = first(world)
    change(world, sku, item_id)
    assert count_visible(world)[sku] == count
    assert len(find_miscounts(world)) == int(count != 1)


@pytest.mark.parametrize(
    ("sku", "stock", "found"),
    [
        pytest.param("gone", 1, ["«gone»: карточек в VK 1, а должно быть 0."], id="sku"),
        pytest.param("", 1, ["«Улун»: карточек в VK 1, а должно быть 0."], id="no sku"),
        pytest.param("gone", 0, [], id="not for sale"),
    ],
)
def test_what_nobody_wants_is_counted_while_it_is_for_sale(
    world: SandboxWorld, sku: str, stock: int, found: list[str]
) -> None:
    world.vk.hands.add(world.community_id, "Улун", 100, sku=sku, stock_amount=stock)
    assert find_miscounts(world) == found


def test_a_rejected_item_is_no_difference_between_till_and_market(world: SandboxWorld) -> None:
    before = find_differences(world, stock=-1)
    world.vk.hands.reject(first(world)[1])
    assert find_differences(world, stock=-1) == before


def test_goods_of_one_name_in_two_stores_are_wanted_once(world: SandboxWorld) -> None:
    first, second = list(world.evotor.stores())[:2]
    one = next(row for row in first.products.values() if row.name == IN_FIRST_ONLY)
    before = len(list_wanted(world))
    world.add_product(f" {one.name.upper()} ", 1, store_id=second.id)

    assert len(list_wanted(world)) == before
    assert find_miscounts(world) == []


def test_two_items_of_twins_are_a_miscount(world: SandboxWorld) -> None:
    first, second = list(world.evotor.stores())[:2]
    one = next(row for row in first.products.values() if row.name == IN_FIRST_ONLY)
    twin = world.add_product(one.name, 1, store_id=second.id)
    world.vk.hands.add(world.community_id, one.name, 100, sku=twin.id)

    assert count_visible(world)[one.id] == 2
    assert len(find_miscounts(world)) == 1


@pytest.mark.parametrize(
    ("barcodes", "more", "wanted"),
    [
        pytest.param(["1"], 0, 0, id="the same barcode"),
        pytest.param(["2"], 0, 1, id="another barcode"),
        pytest.param([], 1, 2, id="twice in one store"),
    ],
)
def test_goods_that_something_tells_apart_are_wanted_each(
    world: SandboxWorld, barcodes: list[str], more: int, wanted: int
) -> None:
    first, second = list(world.evotor.stores())[:2]
    one = next(row for row in first.products.values() if row.name == IN_FIRST_ONLY)
    one.barcodes = ["1"]
    before = len(list_wanted(world))
    for _ in range(1 + more):
        world.add_product(one.name, 1, store_id=second.id, barcodes=list(barcodes))

    assert len(list_wanted(world)) == before + wanted
