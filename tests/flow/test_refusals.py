"""Products that VK refuses, and its caps: asked once, then left alone, with the reason standing."""

import pytest
from sqlalchemy import select

from evosync.db.problems import list_problems
from evosync.db.tables.market import refusals
from evosync.db.tables.runs import run_changes
from evosync.engine.report import RunReport, RunStatus
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.vk.faults import VkFault
from tests.flow.hours import later, mirror_by_timer, run_by_timer
from tests.flow.stand import Shop, product_named

BAD_LINKS = VkFault(method="market.add", error=1408, times=None)


def add_tea(shop: Shop, number: int = 99) -> ProductState:
    group = product_named(shop.world, "Чай номер 1").parent_id
    return shop.world.add_product(f"Чай номер {number}", 100, parent_id=group, quantity=10)


def codes(report: RunReport) -> list[str]:
    return [problem.code for problem in report.problems if not problem.is_note]


async def tries(shop: Shop) -> list[int]:
    async with shop.opened.database.read() as tx:
        return list((await tx.execute(select(refusals.c.tries))).scalars())


async def test_the_timer_leaves_a_refused_product_alone_and_a_person_does_not(shop: Shop) -> None:
    vk = shop.world.vk
    await shop.mirror()
    tea = add_tea(shop)
    vk.faults.add(BAD_LINKS)

    report = await mirror_by_timer(shop)
    assert (report.status, codes(report)) == (RunStatus.PARTIAL, ["vk_error"])
    assert vk.faults.struck == 1

    # An hour later nothing is sent, nothing is recorded, and the reason still stands.
    finished = await run_by_timer(later(shop, hours=1))
    assert (finished.report.status, codes(finished.report)) == (RunStatus.DONE, ["vk_error"])
    assert "1408" in finished.report.problems[0].reason
    assert vk.faults.struck == 1
    async with shop.opened.database.read() as tx:
        changed = select(run_changes.c.id).where(run_changes.c.run_id == finished.run_id)
        assert not (await tx.execute(changed)).all()

    assert codes(await later(shop, hours=2).mirror()) == ["vk_error"]
    assert vk.faults.struck == 2
    assert await tries(shop) == [2]

    vk.faults.clear()
    await mirror_by_timer(later(shop, hours=25))
    assert not shop.items(tea)
    report = await mirror_by_timer(later(shop, hours=26.5))
    assert (report.status, codes(report)) == (RunStatus.DONE, [])
    assert len(shop.items(tea)) == 1
    assert not await tries(shop)
    assert not find_differences(shop.world)


async def test_a_refused_product_is_sent_again_as_soon_as_it_changes(shop: Shop) -> None:
    vk = shop.world.vk
    await shop.mirror()
    tea = add_tea(shop)
    vk.faults.add(BAD_LINKS)
    await mirror_by_timer(shop)
    vk.faults.clear()
    assert not (await mirror_by_timer(later(shop, hours=1))).counts()["created"]

    tea.name = "Чай без ссылок"
    report = await mirror_by_timer(later(shop, hours=2))
    assert (report.counts()["created"], codes(report)) == (1, [])
    assert shop.item(tea).title == "Чай без ссылок"
    assert (await mirror_by_timer(later(shop, hours=3))).is_empty


async def test_a_refused_edit_does_not_keep_goods_on_sale(shop: Shop) -> None:
    vk = shop.world.vk
    await shop.mirror()
    cup, tea = product_named(shop.world, "Чашка белая"), product_named(shop.world, "Чай номер 1")
    shop.world.set_price(cup.id, 777)
    shop.world.set_price(tea.id, 777)
    vk.faults.add(VkFault(method="market.edit", error=100, times=None))
    assert codes(await mirror_by_timer(shop)) == ["vk_error", "vk_error"]
    assert (await mirror_by_timer(later(shop, hours=1))).status is RunStatus.DONE
    assert vk.faults.struck == 2

    cup.allow_to_sell = False
    vk.faults.clear()
    vk.calls.clear()
    report = await mirror_by_timer(later(shop, hours=2))
    assert vk.calls["market.edit"] == 1  # the tea's price waits, the cup must not be bought
    assert shop.item(cup).stock_amount == 0
    assert codes(report) == ["not_for_sale", "vk_error"]


@pytest.mark.parametrize("code", [1433, 1434, 1435])
async def test_a_refused_crop_is_like_any_other_refusal(sqlite_shop: Shop, code: int) -> None:
    vk = sqlite_shop.world.vk
    vk.faults.add(VkFault(method="market.add", error=code, times=None))
    report = await mirror_by_timer(sqlite_shop)
    assert codes(report) == ["vk_error"] * report.counts()["failed"]
    struck = vk.faults.struck
    assert (await mirror_by_timer(later(sqlite_shop, hours=1))).status is RunStatus.DONE
    assert vk.faults.struck == struck > 0
    vk.faults.clear()
    await sqlite_shop.mirror()
    assert not find_differences(sqlite_shop.world)


async def test_a_full_market_is_asked_once_a_run_by_one_product(shop: Shop) -> None:
    vk = shop.world.vk
    vk.knobs.max_items = 2
    report = await mirror_by_timer(shop)
    assert report.counts()["created"] == 2
    assert codes(report) == ["vk_limit_items"] * 3

    vk.calls.clear()
    report = await mirror_by_timer(later(shop, hours=1))
    assert codes(report) == ["vk_limit_items"] * 3
    assert vk.calls["market.add"] == 1

    vk.knobs.max_items = 100
    report = await mirror_by_timer(later(shop, hours=2))
    assert (report.counts()["created"], codes(report)) == (3, [])
    assert not await tries(shop)
    assert not find_differences(shop.world)


async def test_a_market_with_too_many_albums_is_asked_once_a_run(sqlite_shop: Shop) -> None:
    vk = sqlite_shop.world.vk
    vk.knobs.max_albums = 1
    report = await mirror_by_timer(sqlite_shop)
    assert report.status is RunStatus.DONE
    assert {problem.code for problem in report.problems} == {"vk_limit_albums"}
    vk.calls.clear()
    await mirror_by_timer(later(sqlite_shop, hours=1))
    assert vk.calls["market.addAlbum"] <= 2

    vk.knobs.max_albums = 100
    await mirror_by_timer(later(sqlite_shop, hours=2))
    assert not find_differences(sqlite_shop.world)


async def test_a_full_album_leaves_the_rest_published(sqlite_shop: Shop) -> None:
    vk = sqlite_shop.world.vk
    vk.knobs.max_items_in_album = 2
    report = await mirror_by_timer(sqlite_shop)
    assert report.status is RunStatus.DONE
    assert [problem.code for problem in report.problems] == ["vk_limit_album"]
    assert len(sqlite_shop.visible()) == 5
    vk.calls.clear()
    await mirror_by_timer(later(sqlite_shop, hours=1))
    assert vk.calls["market.addToAlbum"] == 1

    vk.knobs.max_items_in_album = 100
    await mirror_by_timer(later(sqlite_shop, hours=2))
    assert not find_differences(sqlite_shop.world)


async def test_the_reason_of_a_refusal_stays_on_the_page(shop: Shop) -> None:
    await shop.mirror()
    tea = add_tea(shop)
    shop.world.vk.faults.add(BAD_LINKS)
    await mirror_by_timer(shop)
    await mirror_by_timer(later(shop, hours=1))
    async with shop.opened.database.read() as tx:
        [problem] = await list_problems(tx, shop.user_id)
    assert (problem.product_id, problem.code) == (tea.id, "vk_error")
