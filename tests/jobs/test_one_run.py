from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from evosync.db import connections, problems, runs, selection, sync
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson
from evosync.jobs.lease import hold_user
from evosync.sandbox.shop import LESNAYA_ID
from tests.flow.stand import Shop, add_group, product_named
from tests.flow.wire import once_after, refusing, tapped
from tests.jobs.stand import runs_of, set_enabled

Act = Callable[[Shop], Awaitable[None]]
WAIT = timedelta(minutes=20)  # longer than a run may take
CAPTCHA = 14  # VK API schema, errors: "Captcha needed"


async def switch_off(shop: Shop) -> None:
    await set_enabled(shop, is_on=False)


async def change_settings(shop: Shop) -> None:
    async with shop.opened.database.read() as tx:
        config = await sync.get_config(tx, shop.user_id)
    dearer = replace(config, price_multiplier=Decimal(2))
    await shop.opened.database.write(sync.save_config, dearer, shop.opened.clock())


async def switch_group_off(shop: Shop) -> None:
    async with shop.opened.database.read() as tx:
        chosen = await selection.get_selection(tx, shop.user_id)
    store_id, group_id = min(chosen.groups)
    await shop.opened.database.write(
        selection.switch_group,
        shop.user_id,
        store_id,
        group_id,
        is_on=False,
        now=shop.opened.clock(),
    )


async def disconnect_vk(shop: Shop) -> None:
    await shop.opened.database.write(connections.delete_vk, shop.user_id)


async def disconnect_evotor(shop: Shop) -> None:
    await shop.opened.database.write(connections.delete_evotor, shop.user_id)


async def reconnect_vk(shop: Shop) -> None:
    async with shop.opened.database.read() as tx:
        vk = await connections.find_vk_sign_in(tx, shop.user_id)
    assert vk is not None
    await shop.opened.database.write(connections.save_vk, vk, shop.opened.clock())


async def cancel(shop: Shop) -> None:
    run = (await runs_of(shop))[-1]
    assert await shop.opened.database.write(runs.cancel_run, run.id, shop.opened.clock())


ACTS = pytest.mark.parametrize(
    ("act", "status"),
    [
        pytest.param(switch_off, RunStatus.PARTIAL, id="switched off"),
        pytest.param(change_settings, RunStatus.PARTIAL, id="settings"),
        pytest.param(switch_group_off, RunStatus.PARTIAL, id="switches"),
        pytest.param(disconnect_vk, RunStatus.PARTIAL, id="VK disconnected"),
        pytest.param(disconnect_evotor, RunStatus.PARTIAL, id="Evotor disconnected"),
        pytest.param(reconnect_vk, RunStatus.PARTIAL, id="VK reconnected"),
        pytest.param(cancel, RunStatus.CANCELLED, id="cancelled"),
    ],
)


@ACTS
async def test_what_changes_during_the_readings_stops_a_run_before_it_sends_anything(
    shop: Shop, act: Act, status: RunStatus
) -> None:
    report = await tapped(shop, once_after("market.get", lambda: act(shop))).mirror()
    assert (report.status, report.error) == (status, None)
    # One that was cancelled does not even make a plan.
    assert (report.left > 0) is (status is RunStatus.PARTIAL)
    assert report.left == len(report.plan.changes)
    assert shop.visible() == []


@ACTS
async def test_what_changes_between_two_batches_stops_a_run_there(
    shop: Shop, act: Act, status: RunStatus
) -> None:
    report = await tapped(shop, once_after("market.add", lambda: act(shop))).mirror()
    assert (report.status, report.error, report.counts()["created"]) == (status, None, 1)
    assert report.left > 0
    assert (await runs_of(shop))[-1].status is status


async def test_groups_that_switch_themselves_on_do_not_stop_the_run_that_finds_them(
    shop: Shop,
) -> None:
    await shop.mirror()
    await shop.opened.database.write(
        selection.set_new_groups,
        shop.user_id,
        LESNAYA_ID,
        is_on=True,
        now=shop.opened.clock(),
    )
    group = add_group(shop.world, "Варенье")
    jam = shop.world.add_product("Варенье вишнёвое", 300, parent_id=group.id)
    shop.world.set_price(product_named(shop.world, "Чашка белая").id, 500)
    report = await shop.mirror()
    assert (report.status, report.left) == (RunStatus.DONE, 0)
    assert (report.counts()["updated"], report.counts()["created"]) == (1, 1)
    assert (await shop.mirror()).is_empty
    assert shop.item(jam).price == 30000


async def test_a_run_sees_the_settings_of_the_moment_it_has_its_place(shop: Shop) -> None:
    await switch_off(shop)
    with pytest.raises(NeedsPerson):
        await shop.mirror()
    assert await runs_of(shop) == []
    async with hold_user(shop.opened.database, shop.user_id):
        pass


async def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next(shop: Shop) -> None:
    moments = [shop.opened.clock()]
    slow = replace(shop, opened=replace(shop.opened, clock=lambda: moments[-1]))

    async def dawdle() -> None:
        moments.append(moments[-1] + WAIT)

    report = await tapped(slow, once_after("market.add", dawdle)).mirror()
    assert (report.status, report.error) == (RunStatus.PARTIAL, None)
    assert report.left > 0


async def test_what_a_run_writes_is_dated_by_the_installations_clock(shop: Shop) -> None:
    moment = datetime(2026, 11, 2, 12, 0, tzinfo=shop.opened.clock().tzinfo)
    told = replace(shop, opened=replace(shop.opened, clock=lambda: moment))
    finished = await told.carry_out()
    async with shop.opened.database.read() as tx:
        rows = await runs.list_changes(tx, finished.run_id)
    assert {row["created_at"] for row in rows} == {moment}


async def test_problems_are_told_of_a_run_that_ended_early_and_kept_by_one_that_read_nothing(
    shop: Shop,
) -> None:
    nameless = shop.world.add_product("Чай без цены", 0)

    async def told() -> set[str]:
        async with shop.opened.database.read() as tx:
            return {one.product_id for one in await problems.list_problems(tx, shop.user_id)}

    report = await tapped(shop, refusing("market.add", CAPTCHA)).mirror()
    assert report.status is RunStatus.PAUSED
    assert nameless.id in await told()
    report = await tapped(shop, refusing("market.get", CAPTCHA)).mirror()
    assert report.status is RunStatus.PAUSED
    assert nameless.id in await told()
