"""What a button asks for: a row that waits, tells how far it is, and survives a stop."""

import asyncio

import pytest

from evosync.db import approvals, run_queue, runs
from evosync.db.approvals import Answerer
from evosync.db.links import Place
from evosync.db.runs import Run, RunKind, RunTrigger
from evosync.engine.memory import Verdict
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson
from evosync.jobs.asked import Asked
from evosync.jobs.lease import hold_user
from evosync.jobs.mirroring import Mirroring
from evosync.sandbox.comparison import find_differences
from tests.flow.stand import Shop, product_named, until
from tests.jobs.stand import DELAY_S, quiet, runs_of, set_enabled

NEW = "Чай, пришедший позже"


def asked(shop: Shop, kind: RunKind = RunKind.MIRROR, preview_id: int | None = None) -> Asked:
    return Asked(user_id=shop.user_id, kind=kind, asked_by=shop.user_id, preview_id=preview_id)


async def found(shop: Shop, run_id: int) -> Run:
    async with shop.opened.database.read() as tx:
        run = await runs.find_run(tx, run_id)
    assert run is not None
    return run


async def changes_of(shop: Shop, run_id: int) -> list[tuple[str, str]]:
    async with shop.opened.database.read() as tx:
        return [(row["kind"], row["outcome"]) for row in await runs.list_changes(tx, run_id)]


async def previewed(shop: Shop, mirroring: Mirroring) -> int:
    run_id = await mirroring.begin(asked(shop, RunKind.PREVIEW))
    await quiet()
    return run_id


async def test_a_button_makes_a_run_that_tells_what_it_did_and_cost(
    shop: Shop, mirroring: Mirroring
) -> None:
    run_id = await mirroring.begin(asked(shop))
    await quiet()
    run = await found(shop, run_id)
    assert not find_differences(shop.world)
    assert (run.status, run.trigger, run.asked_by) == (
        RunStatus.DONE,
        RunTrigger.BUTTON,
        shop.user_id,
    )
    assert run.stage == "check"
    assert run.planned == len(await changes_of(shop, run_id)) > 0
    assert run.effort["vk_requests"] > 0
    assert run.effort["evotor_requests"] > 0


async def test_the_same_wish_is_one_run_while_it_waits(shop: Shop, mirroring: Mirroring) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    first = await mirroring.begin(asked(shop))
    await until(lambda: bool(shop.visible()), "the first run creates")
    second = await mirroring.begin(asked(shop))
    assert await mirroring.begin(asked(shop)) == second != first
    other = await mirroring.begin(asked(shop, RunKind.PREVIEW))
    await quiet()
    assert [run.id for run in await runs_of(shop)] == [first, second, other]
    assert {run.status for run in await runs_of(shop)} == {RunStatus.DONE}


async def test_what_is_cancelled_while_it_waits_never_begins(
    shop: Shop, mirroring: Mirroring
) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    await mirroring.begin(asked(shop))
    await until(lambda: bool(shop.visible()), "the first run creates")
    second = await mirroring.begin(asked(shop))
    assert await mirroring.cancel(second)
    await quiet()
    run = await found(shop, second)
    assert (run.status, run.started_at) == (RunStatus.CANCELLED, None)
    assert not await mirroring.cancel(second)


async def test_nothing_is_queued_for_whom_something_is_missing(
    shop: Shop, mirroring: Mirroring
) -> None:
    await set_enabled(shop, is_on=False)
    with pytest.raises(NeedsPerson) as met:
        await mirroring.begin(asked(shop))
    assert met.value.code == "sync_off"
    assert await runs_of(shop) == []


async def test_what_waits_is_picked_up_after_a_restart(
    shop: Shop, mirroring: Mirroring, stopping: asyncio.Event
) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    first = await mirroring.begin(asked(shop))
    await until(lambda: bool(shop.visible()), "the first run creates")
    second = await mirroring.begin(asked(shop))
    stopping.set()
    await mirroring.stop()
    assert (await found(shop, second)).status is RunStatus.QUEUED
    restarted = Mirroring(shop.opened, asyncio.Event())
    await restarted.start()
    await quiet()
    assert (await found(shop, first)).status is RunStatus.PARTIAL
    assert (await found(shop, second)).status is RunStatus.DONE
    assert not find_differences(shop.world)


async def test_a_run_whose_process_died_is_ended_at_the_next_start(
    shop: Shop, mirroring: Mirroring
) -> None:
    write, now = shop.opened.database.write, shop.opened.clock()
    run_id = await write(runs.create_run, shop.user_id, RunKind.MIRROR, RunTrigger.TIMER, now)
    await write(runs.claim_run, run_id, "a worker that is no more", now)
    await mirroring.start()
    run = await found(shop, run_id)
    assert (run.status, run.error_code) == (RunStatus.PARTIAL, "interrupted")
    assert await write(run_queue.end_orphans, now) == 0


async def test_a_run_by_a_preview_leaves_what_the_preview_did_not_show(
    shop: Shop, mirroring: Mirroring
) -> None:
    preview_id = await previewed(shop, mirroring)
    assert {outcome for _, outcome in await changes_of(shop, preview_id)} == {"planned"}
    late = shop.world.add_product(NEW, 10)
    run_id = await mirroring.begin(asked(shop, preview_id=preview_id))
    await quiet()
    run = await found(shop, run_id)
    assert run.status is RunStatus.PARTIAL
    assert not shop.items(late)
    assert len(shop.visible()) == 5
    await shop.mirror()
    assert not find_differences(shop.world)


async def test_a_changed_price_is_not_the_one_that_was_shown(
    shop: Shop, mirroring: Mirroring
) -> None:
    await shop.mirror()
    product = product_named(shop.world, "Чашка белая")
    shop.world.set_price(product.id, 500)
    preview_id = await previewed(shop, mirroring)
    shop.world.set_price(product.id, 700)
    before = shop.item(product).price
    await mirroring.begin(asked(shop, preview_id=preview_id))
    await quiet()
    assert shop.item(product).price == before
    await shop.mirror()
    assert shop.item(product).price == 700_00


async def test_only_the_latest_preview_is_kept_and_may_be_sent(
    shop: Shop, mirroring: Mirroring
) -> None:
    first = await previewed(shop, mirroring)
    second = await previewed(shop, mirroring)
    assert not await changes_of(shop, first)
    assert await changes_of(shop, second)
    stale = await mirroring.begin(asked(shop, preview_id=first))
    await quiet()
    run = await found(shop, stale)
    assert (run.status, run.error_code) == (RunStatus.CANCELLED, "stale_preview")
    assert not shop.visible()


async def test_what_waits_for_a_yes_stands_among_the_changes(
    shop: Shop, mirroring: Mirroring
) -> None:
    await shop.mirror()
    for product in [product_named(shop.world, name) for name in sorted(names_of(shop))]:
        await shop.switch_product(product, is_on=False)
    run_id = await mirroring.begin(asked(shop))
    await quiet()
    run = await found(shop, run_id)
    assert run.status is RunStatus.HELD
    assert run.problem_counts["held"] == 5
    assert await changes_of(shop, run_id) == [("hide", "held")] * 5


def names_of(shop: Shop) -> set[str]:
    return {item.title for item in shop.visible()}


async def test_a_reading_tells_what_it_read(shop: Shop, mirroring: Mirroring) -> None:
    run_id = await mirroring.begin(asked(shop, RunKind.READING))
    await quiet()
    run = await found(shop, run_id)
    assert (run.status, run.stage) == (RunStatus.DONE, "market")
    assert run.counts["products"] == 5
    assert run.counts["items"] == 0


async def test_a_reading_that_fails_says_why(shop: Shop, mirroring: Mirroring) -> None:
    shop.world.shop.revoke(shop.world.evotor_token)
    run_id = await mirroring.begin(asked(shop, RunKind.READING))
    await quiet()
    run = await found(shop, run_id)
    assert run.status is RunStatus.PAUSED
    assert run.error_text


async def test_while_another_process_works_for_the_user_the_row_waits(
    shop: Shop, stopping: asyncio.Event
) -> None:
    mirroring = Mirroring(shop.opened, stopping, busy_for_s=0.05)
    async with hold_user(shop.opened.database, shop.user_id):
        run_id = await mirroring.begin(asked(shop))
        await quiet()
        assert (await found(shop, run_id)).status is RunStatus.QUEUED
    await until(lambda: bool(shop.visible()), "the row's turn comes")
    await quiet()
    assert (await found(shop, run_id)).status is RunStatus.DONE


@pytest.mark.parametrize("kind", [RunKind.PREVIEW, RunKind.READING])
async def test_what_only_reads_ends_too_when_it_is_cancelled(
    shop: Shop, mirroring: Mirroring, kind: RunKind
) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    before = shop.opened.vk.requests
    run_id = await mirroring.begin(asked(shop, kind))
    await until(lambda: shop.opened.vk.requests > before, "VK is being read")
    assert await mirroring.cancel(run_id)
    await quiet()
    run = await found(shop, run_id)
    assert run.status is RunStatus.CANCELLED
    assert await changes_of(shop, run_id) == []


async def test_a_run_that_is_dropped_says_that_it_ended(shop: Shop, mirroring: Mirroring) -> None:
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    first = await mirroring.begin(asked(shop))
    await until(lambda: bool(shop.visible()), "the first run creates")
    second = await mirroring.begin(asked(shop))
    await mirroring.drop(shop.user_id)
    dropped, waited = await found(shop, first), await found(shop, second)
    assert (dropped.status, dropped.error_code) == (RunStatus.PARTIAL, "interrupted")
    assert waited.status is RunStatus.CANCELLED


async def test_a_question_that_nobody_answers_is_kept_once(
    shop: Shop, mirroring: Mirroring
) -> None:
    await shop.mirror()
    for product in [product_named(shop.world, name) for name in sorted(names_of(shop))]:
        await shop.switch_product(product, is_on=False)
    first, second = await mirror_once(shop, mirroring), await mirror_once(shop, mirroring)
    assert await changes_of(shop, first) == []
    assert await changes_of(shop, second) == [("hide", "held")] * 5
    place = Place(user_id=shop.user_id, community_id=shop.world.community_id)
    digest, now = (await found(shop, first)).digest, shop.opened.clock()
    assert digest is not None
    by = Answerer(name="Анна", user_id=shop.user_id)
    write = shop.opened.database.write
    assert await write(approvals.answer, place, digest, Verdict.APPLY, by, now)
    await mirror_once(shop, mirroring)
    assert not shop.visible()


async def mirror_once(shop: Shop, mirroring: Mirroring) -> int:
    run_id = await mirroring.begin(asked(shop))
    await quiet()
    return run_id


async def test_a_run_by_a_preview_whose_question_was_answered_does_all_of_it(
    shop: Shop, mirroring: Mirroring
) -> None:
    await shop.mirror()
    for product in [product_named(shop.world, name) for name in sorted(names_of(shop))]:
        await shop.switch_product(product, is_on=False)
    preview_id = await previewed(shop, mirroring)
    preview = await found(shop, preview_id)
    assert preview.digest is not None
    place = Place(user_id=shop.user_id, community_id=shop.world.community_id)
    by = Answerer(name="Анна", user_id=shop.user_id)
    write, now = shop.opened.database.write, shop.opened.clock()
    assert await write(approvals.answer, place, preview.digest, Verdict.APPLY, by, now)
    run_id = await mirroring.begin(asked(shop, preview_id=preview_id))
    await quiet()
    assert (await found(shop, run_id)).status is RunStatus.DONE
    assert not shop.visible()
