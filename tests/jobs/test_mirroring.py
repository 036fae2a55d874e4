import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import msgspec
import pytest
from structlog.testing import capture_logs

from evosync.catalog.item import Intent
from evosync.db import intents
from evosync.db.links import Place
from evosync.db.tables.runs import leases
from evosync.engine.report import RunStatus
from evosync.jobs.mirroring import Mirroring
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.vk.faults import VkFault
from tests.flow.stand import Shop, product_named, until
from tests.jobs.stand import DELAY_S, Broken, broken_for, quiet, runs_of


@pytest.fixture
async def silent_url() -> AsyncIterator[str]:
    """Give the address of a server that takes requests and never answers."""
    closing = asyncio.Event()

    async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await closing.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        closing.set()


async def test_a_request_makes_a_run(shop: Shop, mirroring: Mirroring) -> None:
    assert mirroring.last_run_at is None
    mirroring.enqueue(shop.user_id)
    await quiet()
    assert not find_differences(shop.world)
    assert mirroring.last_run_at is not None


async def test_what_is_asked_for_during_a_run_becomes_one_more(
    shop: Shop, mirroring: Mirroring
) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    await until(lambda: bool(shop.visible()), "the first run creates")
    product = shop.world.add_product("Чай, пришедший позже", 10)
    for _ in range(5):
        mirroring.enqueue(shop.user_id)
    await quiet()
    first, second = await runs_of(shop)
    assert (first.counts["created"], second.counts["created"]) == (5, 1)
    assert first.finished_at is not None
    assert second.started_at is not None
    assert first.finished_at <= second.started_at
    assert shop.item(product).price == 1000


async def test_two_users_run_at_once(shop: Shop, boris: Shop, mirroring: Mirroring) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    mirroring.enqueue(boris.user_id)
    await quiet()
    [annas], [boriss] = await runs_of(shop), await runs_of(boris)
    assert annas.finished_at is not None
    assert boriss.started_at is not None
    assert boriss.started_at < annas.finished_at


async def test_no_more_users_run_at_once_than_the_setting_says(
    shop: Shop, boris: Shop, stopping: asyncio.Event
) -> None:
    settings = msgspec.structs.replace(shop.opened.settings, sync_concurrency=1)
    mirroring = Mirroring(replace(shop.opened, settings=settings), stopping)
    mirroring.enqueue(shop.user_id)
    mirroring.enqueue(boris.user_id)
    await quiet()
    [annas], [boriss] = await runs_of(shop), await runs_of(boris)
    assert annas.finished_at is not None
    assert boriss.started_at is not None
    assert annas.finished_at <= boriss.started_at


async def test_a_run_that_breaks_is_recorded_and_stops_nobody_else(
    shop: Shop, boris: Shop, stopping: asyncio.Event
) -> None:
    mirroring = Mirroring(broken_for(shop.opened, boris.user_id), stopping)
    with capture_logs() as events:
        mirroring.enqueue(boris.user_id)
        mirroring.enqueue(shop.user_id)
        await quiet()
    assert [run.status for run in await runs_of(shop)] == [RunStatus.DONE]
    [run] = await runs_of(boris)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "internal")
    assert "ZeroDivisionError" not in (run.error_text or "")
    assert [event["event"] for event in events if event["log_level"] == "error"] == ["run broke"]

    Broken.user_ids.clear()
    mirroring.enqueue(boris.user_id)
    await quiet()
    assert [run.status for run in await runs_of(boris)] == [RunStatus.FAILED, RunStatus.DONE]


async def test_what_breaks_outside_a_runs_record_frees_the_users_place(
    shop: Shop, stopping: asyncio.Event
) -> None:
    moments: list[datetime] = []

    def clock() -> datetime:
        moments.append(shop.opened.clock())
        if len(moments) == 1:  # that of a run's beginning
            raise ZeroDivisionError("nobody thought of this")
        return moments[-1]

    mirroring = Mirroring(replace(shop.opened, clock=clock), stopping)
    with capture_logs() as events:
        mirroring.enqueue(shop.user_id)
        await quiet()
    assert "run broke outside its record" in {event["event"] for event in events}
    assert await runs_of(shop) == []
    mirroring.enqueue(shop.user_id)
    await quiet()
    assert [run.status for run in await runs_of(shop)] == [RunStatus.DONE]


async def test_a_lost_create_is_looked_for_by_another_run_at_its_time(
    shop: Shop, mirroring: Mirroring
) -> None:
    # As a kill leaves it: the intent is committed, the item was never made.
    product = product_named(shop.world, "Чашка белая")
    intent = Intent(
        product_id=product.id, run_id=0, sent_at=shop.opened.clock(), title=product.name, price=1
    )
    place = Place(user_id=shop.user_id, community_id=shop.world.community_id)
    await shop.opened.database.write(intents.open_intents, place, [intent], None)
    mirroring.enqueue(shop.user_id)
    await until(lambda: bool(shop.items(product)), "another run creates it")
    await quiet()
    assert not find_differences(shop.world)
    assert sorted(run.counts["created"] for run in await runs_of(shop)) == [1, 4]


async def test_a_stop_lets_the_batch_in_hand_finish_and_leaves_the_rest(
    shop: Shop, mirroring: Mirroring, stopping: asyncio.Event
) -> None:
    for number in range(60):
        shop.world.add_product(f"Пряник {number}", 10)
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    await until(lambda: bool(shop.visible()), "the first batch stands")
    stopping.set()
    await mirroring.stop()
    [run] = await runs_of(shop)
    assert run.status is RunStatus.PARTIAL
    assert run.counts["created"] == len(shop.visible()) < 65
    place = Place(user_id=shop.user_id, community_id=shop.world.community_id)
    async with shop.opened.database.read() as tx:
        assert not await intents.list_open_intents(tx, place)


async def test_nothing_begins_after_a_stop(
    shop: Shop, mirroring: Mirroring, stopping: asyncio.Event
) -> None:
    stopping.set()
    await mirroring.stop()
    mirroring.enqueue(shop.user_id)
    await quiet()
    assert await runs_of(shop) == []


async def test_a_run_that_does_not_end_in_time_is_cancelled_and_frees_its_place(
    shop: Shop, stopping: asyncio.Event, silent_url: str
) -> None:
    settings = msgspec.structs.replace(shop.opened.settings, evotor_api_url=silent_url)
    mirroring = Mirroring(replace(shop.opened, settings=settings), stopping)
    mirroring.enqueue(shop.user_id)
    requests = shop.opened.evotor.requests
    await until(lambda: shop.opened.evotor.requests > requests, "the run waits for Evotor")
    stopping.set()
    await mirroring.stop(grace_s=0.1)
    async with shop.opened.database.read() as tx:
        assert not (await tx.execute(leases.select())).all()
    # Its record says so as soon as the next run begins; it had not given up on Evotor.
    await shop.mirror()
    cut, done = await runs_of(shop)
    assert (cut.status, cut.error_code, done.status) == (
        RunStatus.PARTIAL,
        "interrupted",
        RunStatus.DONE,
    )


async def test_who_is_dropped_has_no_run_any_more_and_others_go_on(
    shop: Shop, boris: Shop, mirroring: Mirroring
) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    mirroring.enqueue(boris.user_id)
    await until(lambda: bool(shop.visible()), "the run creates")
    mirroring.enqueue(shop.user_id)  # one more after this one: it is not to come
    await mirroring.drop(shop.user_id)
    stood = len(shop.visible())
    await quiet()
    assert len(shop.visible()) == stood
    assert len(await runs_of(shop)) == 1
    [boriss] = await runs_of(boris)
    assert boriss.status is RunStatus.DONE


async def test_who_is_dropped_while_waiting_for_a_place_does_not_begin(
    shop: Shop, boris: Shop, stopping: asyncio.Event
) -> None:
    settings = msgspec.structs.replace(shop.opened.settings, sync_concurrency=1)
    mirroring = Mirroring(replace(shop.opened, settings=settings), stopping)
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    mirroring.enqueue(boris.user_id)
    await mirroring.drop(boris.user_id)
    await quiet()
    assert await runs_of(boris) == []
    assert [run.status for run in await runs_of(shop)] == [RunStatus.DONE]


async def test_what_is_to_be_tried_later_is_not_when_its_user_is_dropped(
    shop: Shop, mirroring: Mirroring
) -> None:
    shop.world.vk.faults.add(VkFault(method="market.add", error=9, times=None))
    mirroring.enqueue(shop.user_id)
    await quiet()
    assert shop.user_id in mirroring._waiting
    await mirroring.drop(shop.user_id)
    assert mirroring._waiting == {}


async def test_nobody_is_dropped_for_whom_nothing_is_done(shop: Shop, mirroring: Mirroring) -> None:
    await mirroring.drop(shop.user_id)
    mirroring.enqueue(shop.user_id)
    await quiet()
    assert len(await runs_of(shop)) == 1
