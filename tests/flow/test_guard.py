"""What a shrunken, empty or mispriced till may do to the market: nothing without a yes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evosync.db import approvals, runs
from evosync.db.approvals import Answerer
from evosync.db.links import Place
from evosync.db.memory import recall
from evosync.db.runs import RunKind
from evosync.engine.held import Held
from evosync.engine.memory import Verdict
from evosync.engine.report import RunReport, RunStatus
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.state import ProductState
from tests.flow.stand import Shop, open_shop, small_world, store_of

TEAS = 18  # with the cup and the pie: 20 goods
ANNA = Answerer(name="anna@example.com")


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """Give a shop of 20 products that stand in VK."""
    async with open_shop(small_world(TEAS), tmp_path, database_url) as opened:
        await done(opened)
        yield opened


async def done(shop: Shop) -> RunReport:
    report = await shop.mirror()
    assert (report.status, report.held) == (RunStatus.DONE, None)
    assert not find_differences(shop.world)
    return report


async def held(shop: Shop) -> Held:
    """Run once and give what it held."""
    report = await shop.mirror()
    assert report.status is RunStatus.HELD
    assert report.held is not None
    return report.held


def teas(shop: Shop) -> list[ProductState]:
    found = store_of(shop.world).products.values()
    return sorted((one for one in found if one.name.startswith("Чай")), key=lambda one: one.id)


def lose(shop: Shop, products: list[ProductState]) -> None:
    for product in products:
        shop.world.delete_product(product.id)


def place(shop: Shop) -> Place:
    return Place(user_id=shop.user_id, community_id=shop.world.community_id)


async def answer(shop: Shop, digest: str, verdict: Verdict) -> None:
    now = shop.opened.clock()
    write = shop.opened.database.write
    assert await write(approvals.answer, place(shop), digest, verdict, ANNA, now)


async def high_mark(shop: Shop) -> int:
    async with shop.opened.database.read() as tx:
        return (await recall(tx, place(shop), shop.opened.clock())).high_mark


async def test_60_percent_gone_waits_for_a_yes_and_the_rest_is_done(shop: Shop) -> None:
    gone, dearer = teas(shop)[:12], teas(shop)[12]
    lose(shop, gone)
    shop.world.set_price(dearer.id, 150)

    waiting = await held(shop)

    assert waiting.members == tuple(sorted(("hide", product.id) for product in gone))
    assert len(shop.visible()) == 20
    assert shop.item(dearer).price == 15000
    # An hour later nothing is different, and nothing is written.
    writes = shop.world.vk.writes
    assert (await held(shop)).digest == waiting.digest
    assert shop.world.vk.writes == writes

    finished = await shop.carry_out(approve=waiting.digest)

    assert (finished.report.status, finished.is_stale) == (RunStatus.DONE, False)
    assert finished.report.counts()["hidden"] == 12
    assert not find_differences(shop.world)
    # What the yes left is what the shop is held to from now on.
    assert await high_mark(shop) == len(shop.visible()) == 8
    lose(shop, teas(shop)[:2])
    await done(shop)


async def test_a_dry_run_names_what_a_later_yes_is_for(shop: Shop) -> None:
    lose(shop, teas(shop)[:12])

    dry = (await shop.carry_out(RunKind.PREVIEW)).report

    assert dry.held is not None
    assert dry.status is RunStatus.DONE
    report = (await shop.carry_out(approve=dry.held.digest)).report
    assert (report.status, report.counts()["hidden"]) == (RunStatus.DONE, 12)


async def test_an_empty_answer_takes_nothing_off_sale(shop: Shop) -> None:
    stores = list(shop.world.evotor.stores())
    before = {store.id: (dict(store.products), dict(store.groups)) for store in stores}
    for store in stores:
        store.products.clear()
        store.groups.clear()

    waiting = await held(shop)

    assert waiting.counts == {"hide": 20}
    assert "ни одного товара" in waiting.sentences[0]
    assert len(shop.visible()) == 20
    assert not any(album.is_hidden for album in shop.albums())
    for store in stores:
        products, groups = before[store.id]
        store.products.update(products)
        store.groups.update(groups)
    assert (await done(shop)).is_empty


async def test_prices_a_hundred_times_as_high_wait_and_the_rest_is_done(shop: Shop) -> None:
    for product in teas(shop):
        shop.world.set_price(product.id, 100 * 100)
    named = teas(shop)[0]
    named.name = "Чай переименованный"
    prices = sorted(item.price for item in shop.visible())

    waiting = await held(shop)

    assert waiting.counts == {"price": TEAS}
    assert sorted(item.price for item in shop.visible()) == prices
    assert shop.item(named).title == "Чай переименованный"
    assert (await shop.carry_out(approve=waiting.digest)).report.status is RunStatus.DONE
    assert not find_differences(shop.world)


async def test_a_new_member_asks_again_about_all(shop: Shop) -> None:
    lose(shop, teas(shop)[:12])
    first = await held(shop)
    lose(shop, teas(shop)[:1])

    finished = await shop.carry_out(approve=first.digest)

    assert (finished.report.status, finished.is_stale) == (RunStatus.HELD, True)
    assert len(shop.visible()) == 20
    assert finished.report.held is not None
    assert len(finished.report.held.members) == 13
    again = await shop.carry_out(approve=finished.report.held.digest)
    assert again.report.counts()["hidden"] == 13


async def test_a_yes_covers_what_is_left_of_what_it_was_for(shop: Shop) -> None:
    gone = teas(shop)[:12]
    products = store_of(shop.world).products
    lose(shop, gone)
    waiting = await held(shop)
    await answer(shop, waiting.digest, Verdict.APPLY)
    for product in gone[:2]:
        products[product.id] = product

    assert (await done(shop)).counts()["hidden"] == 10


async def test_what_was_left_stays_and_is_not_asked_about_again(shop: Shop) -> None:
    gone, other = teas(shop)[:12], teas(shop)[12]
    lose(shop, gone)
    await answer(shop, (await held(shop)).digest, Verdict.LEAVE)
    shop.world.set_price(other.id, 150)

    report = await shop.mirror()

    assert (report.status, report.held) == (RunStatus.DONE, None)
    assert [one.code for one in report.problems] == ["left"] * 12
    assert len(shop.visible()) == 20
    assert shop.item(other).price == 15000
    assert (await shop.mirror()).is_empty
    # Another one gone is no question of its own, and the others stay.
    lose(shop, [other])
    report = await shop.mirror()
    assert (report.counts()["hidden"], len(shop.visible())) == (1, 19)


async def test_what_a_switch_was_turned_for_goes_without_a_question(shop: Shop) -> None:
    off = teas(shop)[:15]
    members = [("hide", product.id) for product in off]
    now = shop.opened.clock()
    await shop.opened.database.write(approvals.state, place(shop), members, ANNA, now)
    for product in off:
        await shop.switch_product(product, is_on=False)

    report = await shop.mirror()

    assert (report.status, report.counts()["hidden"]) == (RunStatus.DONE, 15)
    assert len(shop.visible()) == 5
    assert (await shop.mirror()).is_empty


async def test_a_small_shop_does_not_go_to_none_without_a_yes(
    database_url: str, tmp_path: Path
) -> None:
    async with open_shop(small_world(3), tmp_path, database_url) as shop:
        await done(shop)
        lose(shop, teas(shop))
        await done(shop)
        assert len(shop.visible()) == 2
        for store in shop.world.evotor.stores():
            for product in store.products.values():
                product.allow_to_sell = False
        waiting = await held(shop)
        assert waiting.counts == {"zero": 2}
        assert min(item.stock_amount for item in shop.visible()) > 0
        assert (await shop.carry_out(approve=waiting.digest)).report.status is RunStatus.DONE
        assert [item.stock_amount for item in shop.visible()] == [0, 0]


async def test_goods_rebuilt_under_their_old_names_do_not_stand_twice(shop: Shop) -> None:
    gone = teas(shop)[:12]
    lose(shop, gone)
    for product in gone:
        shop.world.add_product(f"{product.name} ", 100, parent_id=product.parent_id)
    await shop.mirror()
    titles = [item.title for item in shop.visible()]
    assert len(titles) == len(set(titles)) == 20


async def test_an_unknown_digest_approves_of_nothing(shop: Shop) -> None:
    lose(shop, teas(shop)[:12])
    await held(shop)

    finished = await shop.carry_out(approve="0" * 64)

    assert (finished.report.status, finished.is_stale) == (RunStatus.HELD, True)
    assert len(shop.visible()) == 20


async def test_what_a_slow_leak_leaves_is_compared_with_the_day_before(shop: Shop) -> None:
    for _ in range(3):
        lose(shop, teas(shop)[:2])
        await done(shop)
    lose(shop, teas(shop)[:2])

    waiting = await held(shop)

    assert waiting.sentences == (
        "С продажи ушло бы товаров: 2, осталось бы: 12 (за последние сутки было 20).",
    )
    async with shop.opened.database.read() as tx:
        latest = (await runs.list_runs(tx, shop.user_id))[0]
    assert (latest.status, latest.digest) == (RunStatus.HELD, waiting.digest)
