import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.db import accounts, catalog, connections, leases
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.jobs.connections import check_evotor
from evosync.jobs.mirroring import INTERVALS_OF_SILENCE, Mirroring
from tests.flow.stand import Shop
from tests.jobs.stand import Broken, broken_for, quiet, runs_of, set_enabled


async def test_only_those_who_are_due_run(shop: Shop, boris: Shop, mirroring: Mirroring) -> None:
    await set_enabled(boris, is_on=False)
    await mirroring.enqueue_due()
    await quiet()
    assert [run.kind for run in await runs_of(shop)] == [RunKind.MIRROR]
    assert [run.kind for run in await runs_of(boris)] == [RunKind.READING]


async def test_a_long_time_without_a_success_is_told_while_someone_is_due(
    shop: Shop, stopping: asyncio.Event
) -> None:
    opened, passed_s = broken_for(shop.opened, shop.user_id), [0.0]
    mirroring = Mirroring(opened, stopping, monotonic=lambda: passed_s[0])
    passed_s[0] += INTERVALS_OF_SILENCE * opened.settings.catalog_refresh_interval_seconds + 1
    assert not mirroring.is_overdue()  # nobody is due yet
    await mirroring.enqueue_due()
    await quiet()
    assert mirroring.is_overdue()
    Broken.user_ids.clear()
    await mirroring.enqueue_due()
    await quiet()
    assert not mirroring.is_overdue()


@pytest.mark.parametrize("leap", [timedelta(days=1), timedelta(days=-1)], ids=["ahead", "back"])
async def test_a_clock_that_was_set_is_no_silence_and_hides_none(
    leap: timedelta, shop: Shop, stopping: asyncio.Event
) -> None:
    present, passed_s = [shop.opened.clock()], [0.0]
    opened = replace(broken_for(shop.opened, shop.user_id), clock=lambda: present[0])
    mirroring = Mirroring(opened, stopping, monotonic=lambda: passed_s[0])
    await mirroring.enqueue_due()
    await quiet()
    present[0] += leap
    assert not mirroring.is_overdue()
    passed_s[0] += INTERVALS_OF_SILENCE * opened.settings.catalog_refresh_interval_seconds + 1
    assert mirroring.is_overdue()


async def test_a_dead_token_is_its_users_trouble_and_not_the_services(
    shop: Shop, stopping: asyncio.Event
) -> None:
    passed_s = [0.0]
    mirroring = Mirroring(shop.opened, stopping, monotonic=lambda: passed_s[0])
    shop.world.vk.state.tokens.clear()
    passed_s[0] += INTERVALS_OF_SILENCE * shop.opened.settings.catalog_refresh_interval_seconds + 1
    await mirroring.enqueue_due()
    await quiet()
    [run] = await runs_of(shop)
    assert run.status is RunStatus.PAUSED
    assert not mirroring.is_overdue()


async def test_a_user_whom_another_process_works_for_is_no_silence(
    shop: Shop, stopping: asyncio.Event
) -> None:
    passed_s = [0.0]
    mirroring = Mirroring(shop.opened, stopping, monotonic=lambda: passed_s[0])
    lease, elsewhere = leases.mirror_lease(shop.user_id), leases.new_holder()
    await shop.opened.database.write(leases.take, lease, elsewhere)
    passed_s[0] += INTERVALS_OF_SILENCE * shop.opened.settings.catalog_refresh_interval_seconds + 1
    await mirroring.enqueue_due()
    await quiet()
    assert not await runs_of(shop)
    assert not mirroring.is_overdue()


async def test_the_sides_of_a_user_who_is_not_mirrored_are_read_and_nothing_else(
    shop: Shop, mirroring: Mirroring
) -> None:
    await set_enabled(shop, is_on=False)
    shop.world.add_product("Чай, который ждёт выбора", 10)
    writes = shop.world.vk.writes
    await mirroring.enqueue_due()
    await quiet()
    [run] = await runs_of(shop)
    assert (run.kind, run.status) == (RunKind.READING, RunStatus.DONE)
    await mirroring.enqueue_due()
    await quiet()
    [folded] = await runs_of(shop)
    assert (folded.kind, folded.repeats) == (RunKind.READING, 2)
    assert shop.world.vk.writes == writes
    async with shop.opened.database.read() as tx:
        names = [
            product.name
            for store in await catalog.list_stores(tx, shop.user_id)
            for product in await catalog.list_products(tx, shop.user_id, store.store.id)
        ]
    assert "Чай, который ждёт выбора" in names


async def test_a_new_users_shop_is_read_before_anything_is_set(
    shop: Shop, mirroring: Mirroring
) -> None:
    write, now = shop.opened.database.write, shop.opened.clock()
    new = NewUser(email="vera@example.com", status=UserStatus.ACTIVE)
    user_id = await write(accounts.create_user, new, now)
    assert user_id is not None
    evotor = await check_evotor(shop.opened, user_id, shop.world.evotor_token)
    await write(connections.save_evotor, evotor, now)
    await mirroring.enqueue_due()
    await quiet()
    async with shop.opened.database.read() as tx:
        assert await catalog.list_stores(tx, user_id)


async def test_the_last_run_is_known_after_a_restart(shop: Shop, stopping: asyncio.Event) -> None:
    await shop.mirror()
    mirroring = Mirroring(shop.opened, stopping)
    await mirroring.start()
    [run] = await runs_of(shop)
    assert mirroring.last_run_at == run.finished_at
