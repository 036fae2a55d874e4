"""Each way in which Evotor may fail: nothing of what is for sale leaves VK by mistake."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from evosync.engine.report import RunStatus
from evosync.errors import EvoSyncError
from evosync.evotor import calls
from evosync.outbound.client import Answer, Request
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.evotor.knobs import Knobs
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID
from tests.flow.hours import later, mirror_by_timer
from tests.flow.stand import Shop, product_named, store_of
from tests.flow.wire import TappedClient

PATIENT_TIMEOUT_S = 0.2
LESNAYA = f"/stores/{LESNAYA_ID}/**"
PRODUCTS = f"/stores/{LESNAYA_ID}/products"
LASTING = EvotorFault(path=PRODUCTS, times=None)


async def mirrored_before(shop: Shop) -> Shop:
    """Mirror once with all the time there is; gives the shop with less for answers that hang."""
    await shop.mirror()

    async def hurry(request: Request, send: Callable[[Request], Awaitable[Answer]]) -> Answer:
        path = request.url.partition("?")[0]
        hanging = [fault.path for fault in shop.world.evotor.faults.waiting() if fault.hang]
        if path.endswith(tuple(hanging)):
            request = replace(request, timeout_s=PATIENT_TIMEOUT_S)
        return await send(request)

    evotor = TappedClient(shop.opened.evotor, hurry)
    return replace(shop, opened=replace(shop.opened, evotor=evotor))


def visible_ids(shop: Shop) -> set[int]:
    return {item.item_id for item in shop.visible()}


def spoil(shop: Shop, **knobs: object) -> None:
    for name, value in knobs.items():
        setattr(shop.world.evotor.knobs, name, value)


FAULTS = {
    "403 of one store": replace(LASTING, path=LESNAYA, status=403),
    "500 page": replace(LASTING, status=500, html=True),
    "body cut": replace(LASTING, cut=True),
    "hanging": replace(LASTING, hang=True),
    "429 for ever": replace(LASTING, status=429, retry_after_s=1),
}
SPOILT: dict[str, dict[str, object]] = {
    "a cursor that repeats": {"page_size": 2, "cursors": "repeat"},
    "cursors without an end": {"page_size": 2, "cursors": "grow"},
    "half a catalog": {"listed_share": 0.5},
    "an empty catalog": {"listed_share": 0.0},
    "a store that is not listed": {"unlisted_stores": (MIRA_ID,)},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_store_that_cannot_be_read_hides_nothing(
    sqlite_shop: Shop, fault: EvotorFault
) -> None:
    shop = await mirrored_before(sqlite_shop)
    shown = visible_ids(shop)
    pie = product_named(shop.world, "Пирог с вишней")
    shop.world.set_price(pie.id, 300)
    shop.world.evotor.faults.add(fault)
    report = await mirror_by_timer(shop)
    # The other store goes on, and the run says that it is not all.
    assert report.status is RunStatus.PARTIAL
    assert [one.code for one in report.problems if not one.product_id] == ["store_unreadable"]
    assert shop.item(pie).price == 300_00
    assert visible_ids(shop) == shown

    shop.world.evotor.faults.clear()
    await mirror_by_timer(later(shop, hours=1))
    assert not find_differences(shop.world)


@pytest.mark.parametrize("knobs", SPOILT.values(), ids=SPOILT.keys())
async def test_a_list_that_is_wrong_hides_nothing(
    sqlite_shop: Shop, knobs: dict[str, object]
) -> None:
    shop = sqlite_shop
    await shop.mirror()
    shown = visible_ids(shop)
    spoil(shop, **knobs)
    await mirror_by_timer(shop)
    await mirror_by_timer(later(shop, hours=1))
    assert visible_ids(shop) == shown

    shop.world.evotor.knobs = Knobs()
    spoil(shop, **{name: getattr(Knobs(), name) for name in knobs})
    await mirror_by_timer(later(shop, hours=2))
    assert visible_ids(shop) == shown
    assert not find_differences(shop.world)


async def test_an_item_on_two_pages_is_one_item(sqlite_shop: Shop) -> None:
    spoil(sqlite_shop, page_size=2, repeats_rows=True)
    assert (await sqlite_shop.mirror()).status is RunStatus.DONE
    assert len(sqlite_shop.visible()) == 5
    assert not find_differences(sqlite_shop.world)


@pytest.mark.parametrize("unit", ["seconds", "epoch"])
async def test_a_spent_quota_is_waited_for_in_either_unit(sqlite_shop: Shop, unit: str) -> None:
    fault = EvotorFault(
        path=PRODUCTS,
        status=429,
        reset_in_s=1,
        reset_unit="epoch" if unit == "epoch" else "seconds",
    )
    sqlite_shop.world.evotor.faults.add(fault)
    assert (await sqlite_shop.mirror()).status is RunStatus.DONE
    assert not find_differences(sqlite_shop.world)


@pytest.mark.parametrize(
    "fault",
    [
        EvotorFault(path="/stores", status=403, times=None),
        EvotorFault(path="/stores", status=503, html=True, times=None),
        EvotorFault(path="/stores", hang=True, times=None),
        EvotorFault(path="/stores", cut=True, times=None),
    ],
    ids=["403", "503", "hanging", "cut"],
)
async def test_a_list_of_stores_that_cannot_be_read_ends_the_run_within_its_deadline(
    sqlite_shop: Shop, fault: EvotorFault
) -> None:
    shop = await mirrored_before(sqlite_shop)
    shown, requests = visible_ids(shop), shop.world.vk.requests
    shop.world.evotor.faults.add(fault)
    report = await mirror_by_timer(shop)
    assert isinstance(report.error, EvoSyncError)
    assert report.status in {RunStatus.FAILED, RunStatus.PAUSED}
    assert shop.world.evotor.faults.struck <= calls.BACKOFF.tries
    assert shop.world.vk.requests == requests
    assert visible_ids(shop) == shown


async def test_a_store_unpaid_for_a_year_keeps_its_goods_and_every_run_is_done(shop: Shop) -> None:
    await shop.mirror()
    shown = visible_ids(shop)
    store_of(shop.world, LESNAYA_ID).is_paid = False
    for months in (1, 4, 12):
        report = await mirror_by_timer(later(shop, hours=months * 30 * 24))
        assert report.status is RunStatus.DONE
        assert [one.code for one in report.problems] == ["store_not_paid"]
    assert visible_ids(shop) == shown

    store_of(shop.world, LESNAYA_ID).is_paid = True
    report = await mirror_by_timer(later(shop, hours=13 * 30 * 24))
    assert (report.status, visible_ids(shop)) == (RunStatus.DONE, shown)
    assert not find_differences(shop.world)
