"""What is done at once: a reading of what was just connected, a check where a run was paused."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from evosync.db import catalog, connections
from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.errors import EvoSyncError
from evosync.jobs.alarms import look_after_pause
from evosync.jobs.checks import Checks
from evosync.jobs.lease import hold_user
from evosync.jobs.mirroring import Mirroring
from evosync.sandbox.evotor.faults import EvotorFault
from tests.flow.stand import Shop, until
from tests.jobs.stand import DELAY_S, quiet, runs_of, set_enabled

NEW = "Чай, которого ещё не видели"


async def names(shop: Shop) -> set[str]:
    """Give the names of all products that are kept."""
    async with shop.opened.database.read() as tx:
        return {
            product.name
            for store in await catalog.list_stores(tx, shop.user_id)
            for product in await catalog.list_products(tx, shop.user_id, store.store.id)
        }


async def test_what_was_just_connected_is_read_and_not_mirrored(
    shop: Shop, mirroring: Mirroring
) -> None:
    await set_enabled(shop, is_on=False)
    shop.world.add_product(NEW, 10)
    await mirroring.read_soon(shop.user_id)
    await quiet()
    assert NEW in await names(shop)
    assert [run.kind for run in await runs_of(shop)] == [RunKind.READING]
    assert shop.visible() == []


async def test_whose_mirror_is_on_gets_a_run_which_reads_first(
    shop: Shop, mirroring: Mirroring
) -> None:
    await mirroring.read_soon(shop.user_id)
    await quiet()
    assert [run.status for run in await runs_of(shop)] == [RunStatus.DONE]


async def test_one_side_alone_is_read(shop: Shop, mirroring: Mirroring) -> None:
    await set_enabled(shop, is_on=False)
    await shop.opened.database.write(connections.delete_vk, shop.user_id)
    shop.world.add_product(NEW, 10)
    requests = shop.world.vk.requests
    await mirroring.read_soon(shop.user_id)
    await quiet()
    assert NEW in await names(shop)
    assert shop.world.vk.requests == requests


async def test_a_reading_that_is_asked_for_during_a_run_comes_after_it(
    shop: Shop, mirroring: Mirroring
) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    await until(lambda: bool(shop.visible()), "the run creates")
    await set_enabled(shop, is_on=False)
    shop.world.add_product(NEW, 10)
    await mirroring.read_soon(shop.user_id)
    await quiet()
    assert NEW in await names(shop)


async def test_a_run_that_is_asked_for_takes_the_place_of_a_reading(
    shop: Shop, mirroring: Mirroring
) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    await until(lambda: bool(shop.visible()), "the run creates")
    await set_enabled(shop, is_on=False)
    await mirroring.read_soon(shop.user_id)
    await set_enabled(shop, is_on=True)
    mirroring.enqueue(shop.user_id)
    await quiet()
    statuses = [run.status for run in await runs_of(shop)]
    assert statuses[-1] is RunStatus.DONE
    assert len(statuses) == 2


async def test_nothing_is_read_after_a_stop(
    shop: Shop, mirroring: Mirroring, stopping: asyncio.Event
) -> None:
    await set_enabled(shop, is_on=False)
    shop.world.add_product(NEW, 10)
    stopping.set()
    await mirroring.read_soon(shop.user_id)
    await quiet()
    assert NEW not in await names(shop)


async def test_a_reading_that_hangs_does_not_delay_a_stop(
    shop: Shop, mirroring: Mirroring, stopping: asyncio.Event
) -> None:
    await set_enabled(shop, is_on=False)
    asked = shop.world.evotor.requests
    shop.world.evotor.faults.add(EvotorFault(path="/**", delay_s=60, times=None))
    await mirroring.read_soon(shop.user_id)
    await until(lambda: shop.world.evotor.requests > asked, "Evotor is asked")
    stopping.set()
    async with asyncio.timeout(15):  # sooner than Evotor is given up
        await mirroring.stop()
    shop.world.evotor.faults.clear()
    async with hold_user(shop.opened.database, shop.user_id):
        pass  # what it held is free


@pytest.fixture
async def checking(shop: Shop, stopping: asyncio.Event) -> AsyncIterator[Mirroring]:
    look = partial(look_after_pause, shop.opened, Checks(shop.opened))
    made = Mirroring(shop.opened, stopping, on_paused=look)
    yield made
    stopping.set()
    await made.stop()


async def test_where_a_run_was_paused_its_connections_are_looked_at_at_once(
    shop: Shop, checking: Mirroring
) -> None:
    shop.world.vk.state.tokens.clear()
    checking.enqueue(shop.user_id)
    await quiet()
    assert [run.status for run in await runs_of(shop)] == [RunStatus.PAUSED]
    async with shop.opened.database.read() as tx:
        vk = await connections.find_vk(tx, shop.user_id)
        evotor = await connections.find_evotor(tx, shop.user_id)
    assert vk is not None
    assert evotor is not None
    assert (vk.health.is_online, evotor.health.is_online) == (False, True)


async def test_where_a_run_went_well_nothing_more_is_asked(shop: Shop, checking: Mirroring) -> None:
    calls = shop.world.vk.calls["users.get"]
    checking.enqueue(shop.user_id)
    await quiet()
    assert shop.world.vk.calls["users.get"] == calls
    assert [run.status for run in await runs_of(shop)] == [RunStatus.DONE]


async def test_a_check_that_breaks_is_no_end_of_the_registry(
    shop: Shop, stopping: asyncio.Event
) -> None:
    async def break_(_user_id: int, _error: EvoSyncError | None) -> None:
        raise ZeroDivisionError("nobody thought of this")

    mirroring = Mirroring(shop.opened, stopping, on_paused=break_)
    token = shop.world.vk.state.tokens.pop(shop.world.vk_token)
    mirroring.enqueue(shop.user_id)
    await quiet()
    shop.world.vk.state.tokens[shop.world.vk_token] = token
    mirroring.enqueue(shop.user_id)
    await quiet()
    assert [run.status for run in await runs_of(shop)] == [RunStatus.PAUSED, RunStatus.DONE]


async def test_a_disconnected_side_is_no_reason_to_read(shop: Shop, mirroring: Mirroring) -> None:
    for delete in (connections.delete_evotor, connections.delete_vk):
        await shop.opened.database.write(delete, shop.user_id)
    requests = shop.world.vk.requests
    await mirroring.read_soon(shop.user_id)
    await quiet()
    assert shop.world.vk.requests == requests
