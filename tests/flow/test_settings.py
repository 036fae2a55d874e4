"""What an owner sets on the page of the mirror, and what it does to the goods in VK."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from evosync.accounts.desk import nothing_to_stop, open_desk
from evosync.db import accounts, pictures
from evosync.db.sync import SyncConfig
from evosync.engine.report import RunStatus
from evosync.engine.rules import StockMode
from evosync.jobs.settings import Change, Settings
from evosync.sandbox.comparison import find_differences
from evosync.web.sync_words import differences
from tests.flow.stand import Shop, open_shop, product_named, small_world, store_of

TEAS = 18  # with the cup and the pie: 20 goods


def drawn(name: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 400), name).save(out, "PNG")
    return out.getvalue()


async def settings_of(shop: Shop) -> Settings:
    opened = shop.opened
    desk = open_desk(
        opened.settings, opened.database, opened.vault, opened.clock, stop_work=nothing_to_stop
    )
    async with opened.database.read() as tx:
        user = await accounts.find_user(tx, shop.user_id)
    assert user is not None
    return Settings(opened=opened, desk=desk, user=user)


def photos(shop: Shop) -> set[str]:
    """List the pictures that buyers see, each once, by VK's own hash: it draws them anew."""
    return {shop.world.vk.state.photos[item.photo_ids[0]].sha for item in shop.visible()}


def is_red(shop: Shop, sha: str) -> bool:
    with Image.open(io.BytesIO(shop.world.vk.state.pictures[sha])) as image:
        red, green, blue = image.convert("RGB").resize((1, 1)).tobytes()
    return red > 200 and max(green, blue) < 50


async def test_an_own_picture_is_uploaded_once_stands_at_all_goods_and_goes_again(
    shop: Shop,
) -> None:
    await shop.mirror()
    [usual] = photos(shop)
    vk, database = shop.world.vk, shop.opened.database
    red, now = drawn("red"), shop.opened.clock()
    await database.write(pictures.save_picture, shop.user_id, red, "image/png", now)
    uploads = vk.calls["market.saveProductPhoto"]
    assert (await shop.mirror()).status is RunStatus.DONE
    [own] = photos(shop)
    assert is_red(shop, own)
    assert not is_red(shop, usual)
    assert vk.calls["market.saveProductPhoto"] == uploads + 1
    assert not (await shop.mirror()).plan.changes
    assert await database.write(pictures.drop_picture, shop.user_id, now)
    await shop.mirror()
    assert photos(shop) == {usual}
    assert vk.calls["market.saveProductPhoto"] == uploads + 1
    assert not find_differences(shop.world)


@pytest.fixture
async def large(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """Give a shop of 20 products that stand in VK and were not read there since."""
    async with open_shop(small_world(TEAS), tmp_path, sqlite_url) as opened:
        assert (await opened.mirror()).status is RunStatus.DONE
        yield opened


def times(number: int) -> Change:
    return lambda config: replace(config, price_multiplier=Decimal(number))


def with_stock(config: SyncConfig) -> SyncConfig:
    return replace(config, stock_mode=StockMode.REAL)


async def test_prices_far_from_those_in_vk_are_foreseen_and_go_after_a_yes(large: Shop) -> None:
    settings = await settings_of(large)
    assert not (await settings.foresee(times(2))).members
    foreseen = await settings.foresee(times(4))
    assert (foreseen.prices, foreseen.off_sale, foreseen.own) == (20, 0, 20)
    assert await settings.save(times(4), differences, foreseen)
    report = await large.mirror()
    assert (report.status, report.held) == (RunStatus.DONE, None)
    assert report.counts()["updated"] == 20
    assert not (await settings.foresee(times(5))).members


async def test_a_yes_to_prices_ends_when_the_multiplier_is_put_back(large: Shop) -> None:
    settings = await settings_of(large)
    assert await settings.save(times(4), differences, await settings.foresee(times(4)))
    await large.configure(enabled=False)  # it ends all the same while nothing is sent
    assert await settings.save(times(1), differences, await settings.foresee(times(1)))
    await large.configure(enabled=True)
    for one in store_of(large.world).products.values():
        large.world.set_price(one.id, 1)
    report = await large.mirror()
    assert report.status is RunStatus.HELD
    assert report.held is not None
    assert report.held.counts == {"price": 19}


async def test_without_a_yes_the_run_asks_itself(large: Shop) -> None:
    settings = await settings_of(large)
    assert await settings.save(times(4), differences)
    report = await large.mirror()
    assert report.status is RunStatus.HELD
    foreseen = await settings.foresee(with_stock)
    assert not foreseen.members  # what is asked about already is not this setting's doing


async def test_goods_that_a_setting_takes_off_sale_are_foreseen(large: Shop) -> None:
    for one in store_of(large.world).products.values():
        one.quantity = Decimal(0)
    await large.mirror()
    settings = await settings_of(large)
    foreseen = await settings.foresee(with_stock)
    assert (foreseen.off_sale, foreseen.prices, foreseen.live) == (19, 0, 20)
    assert await settings.save(with_stock, differences, foreseen)
    assert (await large.mirror()).held is None
    assert large.item(product_named(large.world, "Чашка белая")).stock_amount == 0


async def test_nothing_is_foreseen_while_nothing_is_sent(large: Shop) -> None:
    settings = await settings_of(large)
    await large.configure(enabled=False)
    assert not (await settings.foresee(times(4))).members
