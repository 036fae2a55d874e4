"""Each way in which VK may break off a request of adds or edits: nothing twice, nothing lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evosync.sandbox.comparison import find_differences, list_wanted
from evosync.sandbox.vk.faults import VkFault
from tests.flow.hours import later, mirror_by_timer
from tests.flow.stand import Shop, product_named

SETTLED_S = 60  # the settle time of these shops is a second
READING = 1  # execute that reads the market before the first one writes
CHANGED = 4
MOST_REQUESTS = 45
MOST_WRITES = 5 * CHANGED  # a lost edit may be sent four times

EXECUTE = VkFault(method="execute", skip=READING)
HALF = CHANGED // 2

FAULTS = {
    "half done, error 6": replace(EXECUTE, calls_done=HALF, error=6),
    "half done, error 36": replace(EXECUTE, calls_done=HALF, error=36),
    "half done, error 13": replace(EXECUTE, calls_done=HALF, error=13),
    "half done, error 14": replace(EXECUTE, calls_done=HALF, error=14),
    "half done, error 9": replace(EXECUTE, calls_done=HALF, error=9),
    "half done, HTTP 502": replace(EXECUTE, calls_done=HALF, status=502, html=True),
    "half done, body cut": replace(EXECUTE, calls_done=HALF, cut=True),
    "all done, body cut": replace(EXECUTE, cut=True),
    "all done, cut in mid-connection": replace(EXECUTE, cut=True, drop=True),
    "dropped before": replace(EXECUTE, drop=True),
    "dropped after": replace(EXECUTE, drop=True, after_work=True),
    "dropped again and again": replace(EXECUTE, drop=True, after_work=True, times=3),
    "HTTP 429": replace(EXECUTE, status=429),
    "HTTP 500 page": replace(EXECUTE, status=500, html=True),
    "HTTP 503 after": replace(EXECUTE, status=503, after_work=True),
    "HTTP 200 page": replace(EXECUTE, status=200, html=True, after_work=True),
    "error 6": replace(EXECUTE, error=6),
    "error 8": replace(EXECUTE, error=8),
    "each add fails with 1": VkFault(method="market.add", error=1, times=2),
    "each add fails with 10, though done": VkFault(
        method="market.add", error=10, times=2, after_work=True
    ),
    "each edit fails with 10, though done": VkFault(
        method="market.edit", error=10, times=2, after_work=True
    ),
}


def add_some(shop: Shop) -> None:
    group = product_named(shop.world, "Чай номер 1").parent_id
    for number in range(CHANGED):
        shop.world.add_product(f"Чай из Уджи {number}", 210, parent_id=group, quantity=3)


def change_some(shop: Shop) -> None:
    for product in [product_named(shop.world, f"Чай номер {number}") for number in (1, 2, 3)]:
        shop.world.set_price(product.id, 333)
    shop.world.set_price(product_named(shop.world, "Чашка белая").id, 333)


# An add sent twice is there twice, an edit is not: of edits CI tries each kind of loss once.
EDITS_IN_CI = {
    "half done, error 6",
    "half done, body cut",
    "all done, body cut",
    "dropped before",
    "dropped again and again",
    "HTTP 503 after",
    "each edit fails with 10, though done",
}
CASES = [
    pytest.param(act, fault, id=f"{word}-{name}", marks=[] if is_in_ci else [pytest.mark.wide])
    for name, fault in FAULTS.items()
    for act, word, is_in_ci in [
        (add_some, "adds", True),
        (change_some, "edits", name in EDITS_IN_CI),
    ]
]


@pytest.mark.parametrize(("act", "fault"), CASES)
async def test_a_broken_request_leaves_one_right_item_for_each_product(
    sqlite_shop: Shop, act: Callable[[Shop], None], fault: VkFault
) -> None:
    shop, vk = sqlite_shop, sqlite_shop.world.vk
    await mirror_by_timer(shop)
    act(shop)
    vk.faults.add(fault)
    requests, writes = vk.requests, vk.writes
    for _ in range(3):
        await mirror_by_timer(shop)
        assert_nothing_twice(shop)
        shop = later(shop, seconds=SETTLED_S)
    assert vk.requests - requests <= MOST_REQUESTS
    assert vk.writes - writes <= MOST_WRITES
    assert not find_differences(shop.world)
    assert len(vk.items(shop.world.community_id)) == len(list_wanted(shop.world))
    vk.faults.clear()
    assert (await mirror_by_timer(shop)).is_empty


def assert_nothing_twice(shop: Shop) -> None:
    skus = [item.sku for item in shop.visible()]
    assert len(skus) == len(set(skus))
