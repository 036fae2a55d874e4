"""VK asks for a rest, or for a person: what waits, what goes on, and how often VK is asked."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from evosync.db import connections
from evosync.db.tables.market import parked
from evosync.engine.report import RunReport, RunStatus
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.connections import check_vk
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.vk.faults import VkFault
from tests.flow.hours import later, mirror_by_timer
from tests.flow.stand import Shop, product_named

HOUR = timedelta(hours=1)
MANY_REQUESTS = 60  # in an hour of flood control, readings and all


def refusing(method: str, code: int) -> VkFault:
    return VkFault(method=method, error=code, times=None)


async def parks(shop: Shop) -> dict[str, int]:
    async with shop.opened.database.read() as tx:
        rows = await tx.execute(select(parked.c.method, parked.c.wait_s))
        return {row.method: row.wait_s for row in rows}


def wait_of(report: RunReport, shop: Shop) -> timedelta:
    assert report.retry_at is not None
    return report.retry_at - shop.opened.clock()


async def woken(shop: Shop, report: RunReport) -> Shop:
    """Give the shop at the moment when the service would wake its run."""
    return later(shop, seconds=wait_of(report, shop).total_seconds() + 0.01)


@pytest.mark.parametrize(
    ("method", "limit"), [("market.add", 12), ("execute", 12)], ids=["a call", "every request"]
)
async def test_an_hour_of_flood_control_costs_few_requests(
    shop: Shop, method: str, limit: int
) -> None:
    vk = shop.world.vk
    vk.faults.add(replace(refusing(method, 9), skip=1 if method == "execute" else 0))
    requests = vk.requests
    began: datetime = shop.opened.clock()
    report = await mirror_by_timer(shop)
    waits = [wait_of(report, shop)]
    while shop.opened.clock() < began + HOUR:
        shop = await woken(shop, report)
        report = await mirror_by_timer(shop)
        waits.append(wait_of(report, shop))
    assert len(waits) <= limit
    assert timedelta(seconds=29) < waits[0] <= timedelta(seconds=30)
    assert timedelta(minutes=14) < max(waits) <= timedelta(minutes=15)
    assert vk.requests - requests <= MANY_REQUESTS

    vk.faults.clear()
    report = await mirror_by_timer(await woken(shop, report))
    assert (report.status, report.retry_at) == (RunStatus.DONE, None)
    assert not find_differences(shop.world)
    assert not await parks(shop)


async def test_while_creating_rests_everything_else_goes_on(shop: Shop) -> None:
    vk = shop.world.vk
    await shop.mirror()
    group = product_named(shop.world, "Чай номер 1").parent_id
    tea = shop.world.add_product("Чай новый", 100, parent_id=group, quantity=10)
    vk.faults.add(refusing("market.add", 29))
    report = await mirror_by_timer(shop)
    assert isinstance(report.error, TryLater)
    assert await parks(shop) == {"market.add": 3600}

    cup = product_named(shop.world, "Чашка белая")
    shop.world.set_price(cup.id, 444)
    struck = vk.faults.struck
    report = await mirror_by_timer(later(shop, seconds=600))
    assert (report.status, report.error) == (RunStatus.PARTIAL, None)
    assert report.counts()["updated"] == 1
    assert shop.item(cup).price == 444_00
    assert vk.faults.struck == struck
    assert [(one.product_id, one.code) for one in report.problems] == [(tea.id, "vk_busy")]
    assert timedelta(minutes=49) < wait_of(report, later(shop, seconds=600)) <= HOUR

    vk.faults.clear()
    report = await mirror_by_timer(later(shop, hours=1.1))
    assert (report.status, report.counts()["created"]) == (RunStatus.DONE, 1)
    assert not await parks(shop)
    assert not find_differences(shop.world)


@pytest.mark.parametrize("code", [9, 29, 601])
async def test_while_every_request_rests_the_timer_sends_none_and_a_person_one(
    shop: Shop, code: int
) -> None:
    vk = shop.world.vk
    vk.faults.add(refusing("execute", code))
    report = await mirror_by_timer(shop)
    assert isinstance(report.error, TryLater)
    assert report.retry_at is not None

    requests = vk.requests
    report = await mirror_by_timer(later(shop, seconds=5))
    assert isinstance(report.error, TryLater)
    assert report.retry_at is not None
    assert vk.requests == requests
    assert isinstance((await shop.mirror()).error, TryLater)
    assert vk.requests == requests + 1

    vk.faults.clear()
    assert (await later(shop, seconds=5).mirror()).status is RunStatus.DONE
    assert not await parks(shop)
    assert not find_differences(shop.world)


async def test_a_run_by_hand_probes_a_resting_method_with_one_change(shop: Shop) -> None:
    vk = shop.world.vk
    vk.faults.add(refusing("market.add", 29))
    await mirror_by_timer(shop)
    struck = vk.faults.struck
    assert isinstance((await shop.mirror()).error, TryLater)
    assert vk.faults.struck == struck + 1
    assert await parks(shop) == {"market.add": 3600}

    vk.faults.clear()
    report = await shop.mirror()
    assert (report.status, report.counts()["created"]) == (RunStatus.DONE, 5)
    assert not await parks(shop)


@pytest.mark.parametrize("method", ["market.add", "execute"])
async def test_a_captcha_pauses_with_its_link_and_the_next_run_tries_one_call(
    shop: Shop, method: str
) -> None:
    vk = shop.world.vk
    # Reading takes one execute; the second one writes.
    skip = 1 if method == "execute" else 0
    vk.faults.add(VkFault(method=method, error=14, times=None, skip=skip))
    report = await mirror_by_timer(shop)
    assert report.status is RunStatus.PAUSED
    assert isinstance(report.error, NeedsPerson)
    assert report.error.code == "vk_captcha"
    assert report.error.link is not None
    assert "session_token" in report.error.link
    vk.faults.clear()

    vk.faults.add(VkFault(method="market.add", error=14, times=None))
    struck = vk.faults.struck
    report = await mirror_by_timer(later(shop, seconds=5))
    assert report.status is RunStatus.PAUSED
    # One change: within its execute, and once more for the link.
    assert vk.faults.struck == struck + 2
    vk.faults.clear()
    report = await mirror_by_timer(later(shop, seconds=10))
    assert (report.status, report.counts()["created"]) == (RunStatus.DONE, 5)
    assert not find_differences(shop.world)


@pytest.mark.parametrize("code", [5, 1117])
@pytest.mark.parametrize("is_first", [True, False], ids=["before the first", "between two"])
async def test_a_token_that_dies_in_mid_run_pauses_and_nothing_is_made_twice(
    shop: Shop, code: int, *, is_first: bool
) -> None:
    vk = shop.world.vk
    died = VkFault(method="market.add", error=code, ends_token=True, skip=0 if is_first else 2)
    vk.faults.add(died)
    report = await mirror_by_timer(shop)
    assert report.status is RunStatus.PAUSED
    assert isinstance(report.error, NeedsPerson)
    assert report.error.code == "connection_broken"

    # Paused is no lock, but a dead token is asked once.
    requests = vk.requests
    assert (await mirror_by_timer(later(shop, seconds=5))).status is RunStatus.PAUSED
    assert vk.requests == requests + 1

    vk.add_user("vk1.a.anew", vk.state.tokens[shop.world.vk_token].bearer_id)
    opened = shop.opened
    checked = await check_vk(opened, shop.user_id, shop.world.community_id, "vk1.a.anew")
    await opened.database.write(connections.save_vk, checked, opened.clock())
    report = await mirror_by_timer(later(shop, seconds=10))
    assert report.status in {RunStatus.DONE, RunStatus.PARTIAL}
    await mirror_by_timer(later(shop, seconds=200))
    assert len(vk.items(shop.world.community_id)) == 5
    assert not find_differences(shop.world)
