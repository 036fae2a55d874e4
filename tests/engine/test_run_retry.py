"""When a run asks to be followed by another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from evosync.catalog.item import Intent
from evosync.engine.changes import Change
from evosync.engine.memory import Memory
from evosync.engine.report import RunStatus
from evosync.engine.run import Run, mirror
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from tests.builders import (
    NOON,
)
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemoryTarget

SETTLE = timedelta(seconds=120)
CAPTCHA = NeedsPerson("VK просит подтвердить, что вы не робот.", code="vk_captcha")
LATER = TryLater("VK просит подождать.", retry_at=NOON + timedelta(minutes=5))


def fail(error: EvoSyncError) -> Callable[[MemoryTarget], None]:
    def prepare(target: MemoryTarget) -> None:
        target.errors = [error]

    return prepare


def lose(target: MemoryTarget) -> None:
    target.dropped.add("assam")


def lose_and_stop(target: MemoryTarget) -> None:
    lose(target)
    target.stops["keemun"] = TryLater("VK не отвечает.")


def first_unseen(target: MemoryTarget) -> None:
    target.blind = 1_000


def first_lost(target: MemoryTarget) -> None:
    target.dropped.add("assam")


def first_found(target: MemoryTarget) -> None:
    target.unheard.add("assam")


@pytest.mark.parametrize(
    ("prepare", "after"),
    [
        pytest.param(first_unseen, 2 * SETTLE, id="not seen, and once more as long"),
        pytest.param(first_lost, SETTLE, id="its answer was lost"),
        pytest.param(first_found, timedelta(), id="its answer was lost, but it stands"),
    ],
)
async def test_a_first_push_that_waits_for_vk_is_gone_on_with(
    prepare: Callable[[MemoryTarget], None],
    after: timedelta,
    run: Run,
    target: MemoryTarget,
    ledger: MemoryLedger,
) -> None:
    ledger.remembered = Memory()
    prepare(target)

    report = await mirror(run)

    assert (report.status, report.goes_on) == (RunStatus.PARTIAL, False)
    assert report.retry_at == NOON + after


def lose_and_pause(target: MemoryTarget) -> None:
    lose(target)
    target.stops["keemun"] = CAPTCHA


@pytest.mark.parametrize(
    ("prepare", "retry_at"),
    [
        pytest.param(lambda _: None, None, id="all is done"),
        pytest.param(fail(LATER), LATER.retry_at, id="VK names a moment"),
        pytest.param(fail(TryLater("VK не отвечает.")), None, id="VK names none"),
        pytest.param(fail(CAPTCHA), None, id="a person is needed"),
        pytest.param(lose, NOON + SETTLE, id="a create was lost"),
        pytest.param(lose_and_stop, NOON + SETTLE, id="lost, and VK fell silent"),
        pytest.param(lose_and_pause, None, id="lost, and a person is needed"),
    ],
)
async def test_the_next_run_is_asked_for_when_it_can_know_more(
    prepare: Callable[[MemoryTarget], None],
    retry_at: object,
    run: Run,
    target: MemoryTarget,
) -> None:
    prepare(target)

    report = await mirror(run)

    assert report.retry_at == retry_at


async def test_a_run_longer_than_vk_takes_is_followed_at_once(
    run: Run, target: MemoryTarget, clock: HandClock
) -> None:
    target.dropped.add("assam")

    async def dawdle() -> str | None:
        clock.at += timedelta(minutes=3)
        return None

    report = await mirror(replace(run, checkpoint=dawdle))

    assert report.retry_at == clock.at


async def test_a_reading_that_was_late_enough_but_not_whole_is_not_repeated_at_once(
    run: Run, target: MemoryTarget, clock: HandClock
) -> None:
    target.dropped.add("assam")
    await mirror(run)
    clock.at += SETTLE
    target.is_whole = False

    report = await mirror(run)

    assert {one.code for one in report.problems} == {"checking"}
    assert report.retry_at is None


async def test_an_item_that_somebody_deleted_does_not_bring_run_after_run(
    run: Run, target: MemoryTarget
) -> None:
    await mirror(run)
    target.items = {key: one for key, one in target.items.items() if one.sku != "assam"}

    report = await mirror(run)

    assert [one.code for one in report.problems] == ["checking"]
    assert report.retry_at is None


async def test_a_create_in_doubt_is_waited_for_from_when_its_answer_was_given_up(
    run: Run, target: MemoryTarget, ledger: MemoryLedger, clock: HandClock
) -> None:
    target.dropped.add("assam")

    class Slow(MemoryLedger):
        async def begin(self, changes: Sequence[Change], now: datetime) -> None:
            await super().begin(changes, now)
            if self.open_intents and not self.linked:
                clock.at += timedelta(minutes=3)  # pictures, and a quota that is spent

    slow = Slow(journal=ledger.journal, clock=clock)
    report = await mirror(replace(run, ledger=slow))

    (doubted,) = await slow.intents()
    assert doubted.sent_at == NOON
    assert report.retry_at == NOON + timedelta(minutes=3) + SETTLE


async def test_a_database_that_is_busy_in_the_end_costs_no_word_of_what_was_done(
    run: Run, ledger: MemoryLedger
) -> None:
    class BusyInTheEnd(MemoryLedger):
        async def intents(self) -> tuple[Intent, ...]:
            if self.linked:
                raise TryLater("База данных занята, повторим позже.", code="database_busy")
            return await super().intents()

    report = await mirror(replace(run, ledger=BusyInTheEnd(journal=ledger.journal)))

    assert report.counts()["created"] == 2
    assert report.retry_at == NOON + SETTLE


async def test_a_preview_asks_for_no_further_run(run: Run, target: MemoryTarget) -> None:
    target.dropped.add("assam")
    await mirror(run)

    report = await mirror(run, is_dry=True)

    assert "checking" in {one.code for one in report.problems}
    assert report.retry_at is None
