"""The first push into a community, over real sockets, and moderation's word on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evosync.catalog.money import price_text
from evosync.db import connections, sync
from evosync.engine.report import RunReport, RunStatus
from evosync.jobs.connections import check_vk
from evosync.outbound.client import Answer, Request
from evosync.sandbox.comparison import find_differences, list_wanted
from evosync.sandbox.vk.state import Item
from tests.flow.hours import later
from tests.flow.stand import Shop, open_shop, product_named, small_world
from tests.flow.wire import Send, Tap, carries, once_after, tapped

OTHER_COMMUNITY_ID = 217_000_999
CUP = "Чашка белая"
TEAS = 20
GOODS = TEAS + 2  # a cup and a pie

Sizes = list[int]


def counting(sizes: Sizes, tap: Tap | None = None) -> Tap:
    """Note how many items each request makes."""

    async def count(request: Request, send: Send) -> Answer:
        if made := (request.form or {}).get("code", "").count("market.add("):
            sizes.append(made)
        return await (tap(request, send) if tap else send(request))

    return count


def showing(change: Callable[[dict[str, Any]], None]) -> Tap:
    """Let VK show every item otherwise than it keeps it."""

    async def show(request: Request, send: Send) -> Answer:
        answer = await send(request)
        if not (carries(request, "market.get") or carries(request, "market.getById")):
            return answer
        told = msgspec.json.decode(answer.body)
        # A lone call is answered with its page, an execute with a list of them.
        pages = told["response"] if isinstance(told["response"], list) else [told["response"]]
        for page in pages:
            for item in page["items"]:
                if "availability" in item:
                    change(item)
        return replace(answer, body=msgspec.json.encode(told))

    return show


def dearer(item: dict[str, Any]) -> None:
    item["price"] = {**item["price"], "amount": item["price"]["amount"] + "00"}


def renamed(item: dict[str, Any]) -> None:
    item["title"] = "Товар дня"


def codes(report: RunReport) -> set[str]:
    return {problem.code for problem in report.problems}


@pytest.fixture
async def teas(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """Give a shop of more goods than a first push makes with care."""
    async with open_shop(small_world(TEAS), tmp_path, database_url) as opened:
        yield opened


async def test_a_first_push_makes_one_item_then_five_then_25_at_a_time(tea_shop: Shop) -> None:
    sizes: Sizes = []
    shop = tapped(tea_shop, counting(sizes))
    goods, calls = len(list_wanted(shop.world)), shop.world.vk.calls
    assert (await shop.mirror()).status is RunStatus.DONE
    assert not find_differences(shop.world)
    full, rest = divmod(goods - 6, 25)
    assert sizes == [1, 5, *[25] * full, rest]
    # Two looks, and moderation's word on 100 items a call.
    assert calls["market.getById"] == 2 + -(-goods // 100)

    calls.clear()
    shop.world.add_product("Чай новый", 100)
    shop.world.add_product("Чай новейший", 100)
    assert (await shop.mirror()).counts()["created"] == 2
    assert sizes[-1] == 2
    assert calls["market.getById"] == 1
    assert (await shop.mirror()).is_empty
    assert calls["market.getById"] == 1


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        pytest.param(
            dearer,
            lambda one: f"цена — «{price_text(one.price * 100)}» вместо «{price_text(one.price)}»",
            id="price",
        ),
        pytest.param(
            renamed, lambda one: f"название — «Товар дня» вместо «{one.title}»", id="title"
        ),
    ],
)
async def test_a_value_that_vk_shows_otherwise_holds_the_first_push_until_a_yes(
    change: Callable[[dict[str, Any]], None], shown: Callable[[Item], str], teas: Shop
) -> None:
    wrong = tapped(teas, showing(change))
    report = await wrong.mirror()
    assert (report.status, report.counts()["created"]) == (RunStatus.HELD, 1)
    [first] = teas.visible()
    [problem] = [one for one in report.problems if one.code == "canary_differs"]
    assert shown(first) in problem.reason
    assert not teas.albums()

    # Asked again, nothing more is made.
    report = await wrong.mirror()
    assert (report.status, len(teas.visible())) == (RunStatus.HELD, 1)

    # The five are asked about too: they may differ by another measure.
    for made in (6, GOODS):
        assert report.held is not None
        report = (await wrong.carry_out(approve=report.held.digest)).report
        assert len(teas.visible()) == made
    assert report.held is None
    assert len(teas.world.vk.items(teas.world.community_id)) == GOODS


async def test_nobody_is_asked_once_vk_shows_what_was_sent(teas: Shop) -> None:
    assert (await tapped(teas, showing(dearer)).mirror()).status is RunStatus.HELD
    assert (await teas.mirror()).status is RunStatus.DONE
    assert not find_differences(teas.world)


async def test_a_wrong_value_that_is_written_right_holds_nothing_up_for_long(teas: Shop) -> None:
    async def spoil() -> None:
        [item] = teas.visible()
        teas.world.vk.hands.edit(item.item_id, roubles=1)

    report = await tapped(teas, once_after("market.add", spoil)).mirror()
    assert (report.status, codes(report)) == (RunStatus.HELD, {"canary_differs"})
    report = await teas.mirror()
    assert (report.status, report.counts()["created"]) == (RunStatus.DONE, GOODS - 1)
    assert not find_differences(teas.world)


@pytest.mark.parametrize("is_sent", [True, False], ids=["sent", "not sent"])
async def test_a_first_push_killed_at_the_five_goes_on_at_its_stage(
    teas: Shop, *, is_sent: bool
) -> None:
    sizes: Sizes = []
    # Longer than any machine may stall: what is in doubt is waited for by our clock alone.
    settings = msgspec.structs.replace(teas.opened.settings, vk_settle_seconds=60)
    teas = replace(teas, opened=replace(teas.opened, settings=settings))

    async def kill(request: Request, send: Send) -> Answer:
        if not (carries(request, "market.add") and sizes[-1] == 5):
            return await send(request)
        if is_sent:
            await send(request)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await tapped(teas, counting(sizes, kill)).mirror()
    assert sizes == [1, 5]

    going_on = tapped(teas, counting(sizes))
    await going_on.mirror()
    if not is_sent:  # what may yet show up is waited for
        assert sizes == [1, 5, 5, GOODS - 1 - 2 * 5]
        settle_s = teas.opened.settings.vk_settle_seconds
        await later(going_on, seconds=settle_s).mirror()
    assert sizes == [1, 5, GOODS - 6] if is_sent else [1, 5, 5, GOODS - 11, 5]
    assert not find_differences(teas.world)
    assert len(teas.world.vk.items(teas.world.community_id)) == GOODS


async def test_another_community_is_pushed_to_as_carefully(shop: Shop) -> None:
    sizes: Sizes = []
    shop = tapped(shop, counting(sizes))
    await shop.mirror()
    assert sizes == [1, 4]
    world, write, now = shop.world, shop.opened.database.write, shop.opened.clock
    world.vk.add_community(OTHER_COMMUNITY_ID, "Вторая чайная", world.vk.state.people)
    vk = await check_vk(shop.opened, shop.user_id, OTHER_COMMUNITY_ID, world.vk_token)
    await write(connections.save_vk, vk, now())
    async with shop.opened.database.read() as tx:
        config = await sync.get_config(tx, shop.user_id)
    await write(sync.save_config, replace(config, enabled=True, confirmed_at=now()), now())
    await shop.mirror()
    assert sizes == [1, 4, 1, 4]
    assert len(world.vk.visible_items(OTHER_COMMUNITY_ID)) == 5


async def test_pictures_that_vk_silently_dropped_are_each_uploaded_anew(teas: Shop) -> None:
    vk = teas.world.vk
    vk.knobs.refuses_shared_photo = "silently"
    report = await teas.mirror()
    assert (report.status, codes(report)) == (RunStatus.DONE, set())
    pictures = [item.photo_ids for item in teas.visible()]
    assert len(pictures) == len({tuple(ids) for ids in pictures}) == GOODS
    assert all(pictures)
    # The five were edited, the others made with a picture of their own.
    assert vk.calls["market.edit"] == 5
    assert (await teas.mirror()).is_empty

    # It is remembered: a later item is made with its own at once.
    teas.world.add_product("Чай новый", 100)
    await teas.mirror()
    assert vk.calls["market.edit"] == 5
    assert len({tuple(item.photo_ids) for item in teas.visible()}) == GOODS + 1


@pytest.mark.parametrize(
    "knobs",
    [
        pytest.param({"returns_sku": False, "returns_stock": False}, id="neither sku nor stock"),
        pytest.param({"stock_zero_disables": True}, id="sold out is unavailable"),
        pytest.param({"get_by_id_lag_s": 0.3}, id="shown late"),
    ],
)
async def test_what_vk_may_do_either_way_holds_no_first_push(
    knobs: dict[str, Any], sqlite_shop: Shop
) -> None:
    for name, value in knobs.items():
        setattr(sqlite_shop.world.vk.knobs, name, value)
    report = await sqlite_shop.mirror()
    assert (report.status, report.counts()["created"]) == (RunStatus.DONE, 5)


async def test_an_item_that_vk_does_not_show_in_time_is_not_made_twice(sqlite_shop: Shop) -> None:
    sqlite_shop.world.vk.knobs.get_by_id_lag_s = sqlite_shop.world.vk.knobs.list_lag_s = 3600
    for _ in range(2):
        report = await sqlite_shop.mirror()
        assert report.status is RunStatus.PARTIAL
        assert report.retry_at is not None
        assert "checking" in codes(report)
        assert len(sqlite_shop.visible()) == 1
    sqlite_shop.world.vk.knobs.get_by_id_lag_s = sqlite_shop.world.vk.knobs.list_lag_s = 0
    assert (await sqlite_shop.mirror()).status is RunStatus.DONE
    assert not find_differences(sqlite_shop.world)


@pytest.mark.parametrize("unlists", [False, True], ids=["listed", "not listed"])
async def test_an_item_that_moderation_rejects_is_told_with_vks_words(
    shop: Shop, *, unlists: bool
) -> None:
    vk, cup = shop.world.vk, product_named(shop.world, CUP)
    vk.knobs.unlists_rejected = unlists
    vk.knobs.rejects_titles = CUP
    assert rejections(await shop.mirror()) == [cup.id]  # at once

    vk.knobs.rejects_titles = ""
    vk.hands.accept(shop.item(cup).item_id)
    assert rejections(await shop.mirror()) == []

    vk.hands.reject(shop.item(cup).item_id)  # later
    for _ in range(2):
        assert rejections(await shop.mirror()) == [cup.id]
    assert len(shop.items(cup)) == 1


def rejections(report: RunReport) -> list[str]:
    told = [one for one in report.problems if one.code == "vk_rejected"]
    assert all("Товар не соответствует правилам" in one.reason for one in told)
    return [one.product_id for one in told]


async def test_nothing_is_asked_of_moderation_when_nothing_was_written(sqlite_shop: Shop) -> None:
    await sqlite_shop.mirror()
    asked = sqlite_shop.world.vk.calls["market.getById"]
    assert (await sqlite_shop.mirror()).is_empty
    assert sqlite_shop.world.vk.calls["market.getById"] == asked
