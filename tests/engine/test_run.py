import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.catalog.item import Availability
from evosync.catalog.snapshot import ReadingState
from evosync.engine.canary import THROUGH
from evosync.engine.memory import Memory
from evosync.engine.report import RunStatus
from evosync.engine.run import Run, mirror
from evosync.errors import NeedsPerson, TryLater
from tests.builders import (
    NOON,
    SHOP,
    group,
    product,
    snapshot,
    store_reading,
)
from tests.engine.journal import Journal
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemorySource, MemoryTarget
from tests.engine.reporting import counted
from tests.engine.wishes import TEAS

SETTLE = timedelta(seconds=120)
CAPTCHA = NeedsPerson("VK просит подтвердить, что вы не робот.", code="vk_captcha")
LATER = TryLater("VK просит подождать.", retry_at=NOON + timedelta(minutes=5))


async def test_a_shop_is_carried_into_an_empty_market(run: Run, target: MemoryTarget) -> None:
    report = await mirror(run)

    (album,) = target.albums.values()
    assert {one.sku: (one.title, one.price) for one in target.items.values()} == {
        "assam": ("Ассам индийский", 100_00),
        "keemun": ("Кимун", 250_00),
    }
    assert all(one.album_ids == {album.album_id} for one in target.items.values())
    assert (album.title, report.status) == ("Чай", RunStatus.DONE)
    assert counted(report) == {"created": 2, "albums_created": 1}


async def test_a_second_run_with_nothing_changed_writes_nothing(
    run: Run, target: MemoryTarget
) -> None:
    await mirror(run)
    target.sizes.clear()

    report = await mirror(run)

    assert target.sizes == []
    assert counted(report) == {"unchanged": 2}
    assert (report.is_empty, report.retry_at) == (True, None)


async def test_a_run_with_nothing_to_do_reads_its_links_once(
    run: Run, ledger: MemoryLedger
) -> None:
    await mirror(run)
    ledger.links_read = 0

    await mirror(run)

    assert ledger.links_read == 1


async def test_both_sides_are_read_and_kept_before_anything_is_sent(
    run: Run, journal: Journal, told: list[tuple[str, int, int]]
) -> None:
    await mirror(run)

    assert [method for method, _ in journal][:5] == [
        "save_snapshot",
        "save_market",
        "check_account",
        "settle",
        "begin",
    ]
    assert told[:4] == [("shop", 0, 1), ("shop", 1, 1), ("market", 0, 1), ("market", 1, 1)]


async def test_a_dry_run_sends_and_settles_nothing(
    run: Run, target: MemoryTarget, journal: Journal
) -> None:
    report = await mirror(run, is_dry=True)

    assert [method for method, _ in journal] == ["save_snapshot", "save_market"]
    assert target.sizes == []
    assert counted(report) == {"created": 2, "albums_created": 1}
    assert (report.status, report.left) == (RunStatus.DONE, len(report.plan.changes))


async def test_a_shop_that_cannot_be_read_ends_the_run_before_the_market_is_asked(
    run: Run, source: MemorySource, target: MemoryTarget, journal: Journal
) -> None:
    source.error = TryLater("Нет связи с Эвотором: нет ответа.", code="connection_broken")

    with pytest.raises(TryLater):
        await mirror(run)

    assert (target.fetches, journal) == (0, [])


async def test_another_shop_than_the_confirmed_one_is_only_read(
    run: Run, ledger: MemoryLedger, journal: Journal
) -> None:
    ledger.errors["check_account"] = [
        NeedsPerson("Подключена другая касса.", code="never_confirmed")
    ]

    assert (await mirror(run, is_dry=True)).plan.changes
    with pytest.raises(NeedsPerson):
        await mirror(run)

    assert {method for method, _ in journal} == {"save_snapshot", "save_market"}


async def test_a_market_that_cannot_be_read_ends_the_run_before_anything_is_sent(
    run: Run, target: MemoryTarget, journal: Journal
) -> None:
    target.fetch_error = CAPTCHA

    with pytest.raises(NeedsPerson):
        await mirror(run)

    assert [method for method, _ in journal] == ["save_snapshot"]


async def test_what_ends_the_work_early_is_in_the_report_with_what_was_done_before(
    run: Run, target: MemoryTarget
) -> None:
    target.batch_size = 1
    target.stops["keemun"] = CAPTCHA

    report = await mirror(run)

    assert (report.status, report.error) == (RunStatus.PAUSED, CAPTCHA)
    assert counted(report) == {"created": 1}
    assert report.left == 3  # the second create, the album, and its members


async def test_an_uncertain_create_that_stands_is_done_within_the_run(
    run: Run, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.unheard.add("assam")

    report = await mirror(run)

    assert (report.status, counted(report)["created"]) == (RunStatus.DONE, 2)
    assert set(ledger.linked) == {"assam", "keemun"}
    assert (report.problems, report.retry_at) == ((), None)


async def test_a_run_killed_after_vk_made_an_item_is_continued_without_a_second_one(
    run: Run, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    ledger.errors["record"] = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await mirror(run)

    report = await mirror(run)

    assert sorted(one.sku or "" for one in target.items.values()) == ["assam", "keemun"]
    assert counted(report)["created"] == 2
    assert set(ledger.linked) == {"assam", "keemun"}
    assert not ledger.open_intents


async def test_a_run_killed_before_vk_made_an_item_waits_until_vk_had_time_to_show_it(
    run: Run, target: MemoryTarget, ledger: MemoryLedger, clock: HandClock
) -> None:
    target.errors = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await mirror(run)

    clock.at += timedelta(seconds=119)
    waiting = await mirror(run)
    clock.at += timedelta(seconds=1)
    after = await mirror(run)

    assert counted(waiting) == {}
    assert {one.code for one in waiting.problems} == {"checking"}
    assert waiting.retry_at == NOON + SETTLE
    assert counted(after)["created"] == 2
    assert len(target.items) == 2


async def test_a_first_push_goes_on_where_a_killed_run_left_it(
    run: Run, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    ledger.remembered = Memory()
    ledger.errors["save_canary"] = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await mirror(run)
    assert len(target.items) == 1

    report = await mirror(run)

    assert (len(target.items), report.status) == (2, RunStatus.DONE)
    assert (await ledger.memory()).canary_stage == THROUGH


async def test_a_first_item_that_looks_otherwise_holds_the_run_with_both_values(
    run: Run, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    ledger.remembered = Memory()
    target.otherwise["assam"] = {"price": 1_00}

    report = await mirror(run)

    assert (report.status, report.left, report.goes_on) == (RunStatus.HELD, 3, False)
    [problem] = report.problems
    assert (problem.product_id, problem.code) == ("assam", "canary_differs")
    assert "цена — «1\u00a0₽» вместо «100\u00a0₽»" in problem.reason


async def test_moderations_word_on_what_was_written_stands_in_the_report(
    run: Run, target: MemoryTarget
) -> None:
    target.otherwise["keemun"] = {"rejected": "Запрещённый товар"}

    report = await mirror(run)

    [problem] = report.problems
    assert (problem.product_id, problem.code) == ("keemun", "vk_rejected")
    assert report.status is RunStatus.DONE


async def test_a_store_that_was_not_read_whole_leaves_its_goods_and_the_run_unfinished(
    run: Run, source: MemorySource, target: MemoryTarget
) -> None:
    await mirror(run)
    broken = store_reading(state=ReadingState.UNREADABLE, reason="Эвотор не ответил")
    source.shop = snapshot(broken)

    report = await mirror(run)

    assert (report.status, source.asked) == (RunStatus.PARTIAL, [])
    assert not report.is_empty
    assert all(not one.availability for one in target.items.values())


async def test_a_report_tells_what_the_run_cost(
    run: Run, source: MemorySource, target: MemoryTarget
) -> None:
    report = await mirror(run)

    assert report.effort.evotor_requests == source.requests == 1
    assert report.effort.vk_requests == target.requests == 5
    assert report.effort.vk_calls == target.calls == 4
    assert 0 <= report.effort.seconds < 60


async def test_an_item_that_is_hidden_goes_by_name_into_the_refusals(
    run: Run, source: MemorySource, target: MemoryTarget
) -> None:
    await mirror(run)
    target.refused["assam"] = 100
    source.shop = snapshot(store_reading(product("keemun", name="Кимун", price=250_00)))
    source.gone = frozenset({(SHOP, "assam")})

    report = await mirror(run)

    assert [(one.name, one.code) for one in report.problems] == [("Ассам индийский", "vk_error")]
    assert Availability.AVAILABLE in {one.availability for one in target.items.values()}


async def test_a_group_that_switches_itself_on_while_it_is_read_counts_at_once(
    run: Run, source: MemorySource, ledger: MemoryLedger
) -> None:
    await mirror(run)
    moved = store_reading(
        *(replace(one, parent_id="new") for one in TEAS.readings[0].products),
        groups=(group("new", name="Чай"),),
    )
    source.shop = snapshot(moved)
    ledger.opened = frozenset({(SHOP, "new")})

    assert (await mirror(run)).plan.changes == ()
