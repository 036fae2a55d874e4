import asyncio
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from evosync import clock
from evosync.clock import Leaps
from evosync.engine.report import RunStatus
from evosync.outbound.client import Answer, Request, Unreachable
from evosync.sandbox.comparison import find_differences
from tests.flow.stand import Shop, product_named
from tests.flow.wire import Send, carries, tapped


async def test_a_hide_whose_answer_was_lost_is_undone_when_the_product_comes_back(
    sqlite_shop: Shop,
) -> None:
    await sqlite_shop.mirror()
    cup = product_named(sqlite_shop.world, "Чашка белая")
    edits: list[Request] = []

    async def lose(request: Request, send: Send) -> Answer:
        if not carries(request, "market.edit"):
            return await send(request)
        edits.append(request)
        if len(edits) == 1:
            await send(request)
            raise Unreachable("ReadError", is_unsent=False)
        raise Unreachable("ConnectError", is_unsent=True)

    await sqlite_shop.switch_product(cup, is_on=False)
    report = await tapped(sqlite_shop, lose).mirror()
    assert report.error is not None
    assert sqlite_shop.item(cup).hidden

    await sqlite_shop.switch_product(cup, is_on=True)
    # VK cannot be reached at all, which says nothing of the hide before.
    assert (await tapped(sqlite_shop, lose).mirror()).error is not None
    report = await sqlite_shop.mirror()
    assert (report.problems, report.counts()["restored"]) == ((), 1)
    assert not sqlite_shop.item(cup).hidden
    assert (await sqlite_shop.mirror()).is_empty


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "answer lost"])
async def test_a_stock_whose_answer_was_lost_is_sent_again_though_vk_tells_no_stock(
    sqlite_shop: Shop, *, is_killed: bool
) -> None:
    cup = product_named(sqlite_shop.world, "Чашка белая")

    async def tell_no_stock(request: Request, send: Send) -> Answer:
        answer = await send(request)
        if not carries(request, "market.get"):
            return answer
        return Answer(
            status=answer.status,
            headers=answer.headers,
            body=msgspec.json.encode(_without_stock(msgspec.json.decode(answer.body))),
        )

    async def lose(request: Request, send: Send) -> Answer:
        answer = await tell_no_stock(request, send)
        if not carries(request, "market.edit"):
            return answer
        raise asyncio.CancelledError if is_killed else Unreachable("ReadError", is_unsent=False)

    silent = tapped(sqlite_shop, tell_no_stock)
    await silent.mirror()
    stock = silent.item(cup).stock_amount
    cup.allow_to_sell = False
    if is_killed:
        with pytest.raises(asyncio.CancelledError):
            await tapped(sqlite_shop, lose).mirror()
    else:
        await tapped(sqlite_shop, lose).mirror()
    assert silent.item(cup).stock_amount == 0

    cup.allow_to_sell = True
    await silent.mirror()
    assert silent.item(cup).stock_amount == stock
    assert (await silent.mirror()).is_empty
    assert not find_differences(silent.world)


async def test_a_create_in_doubt_is_not_repeated_since_the_clock_leapt(sqlite_shop: Shop) -> None:
    async def lose(request: Request, send: Send) -> Answer:
        if carries(request, "market.add"):
            raise Unreachable("ReadError", is_unsent=False)
        return await send(request)

    assert (await tapped(sqlite_shop, lose).mirror()).status is RunStatus.PARTIAL
    leap, wall = timedelta(days=1), [clock.now()]
    leaps = Leaps(lambda: wall[0], lambda: 0.0)
    wall[0] += leap
    # For VK no time has passed, and it may be about to show what it was sent.
    later = sqlite_shop.later(leap)
    leapt = replace(later, opened=replace(later.opened, leaps=leaps))
    report = await leapt.mirror()
    [doubted] = [each.product_id for each in report.problems if each.code == "checking"]

    def count_items() -> int:
        vk = sqlite_shop.world.vk
        return sum(item.sku == doubted for item in vk.items(sqlite_shop.world.community_id))

    assert count_items() == 0
    await later.mirror()
    assert count_items() == 1


def _without_stock(told: object) -> object:
    match told:
        case dict():
            return {
                name: _without_stock(value)
                for name, value in told.items()
                if name != "stock_amount"
            }
        case list():
            return [_without_stock(each) for each in told]
        case _:
            return told
