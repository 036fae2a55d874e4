"""What a run makes of methods that have to rest: before it, in it, after it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.engine.memory import Memory, Park
from evosync.engine.report import RunStatus
from evosync.engine.run import Run, mirror
from evosync.errors import NeedsPerson, Rest, TryLater
from tests.builders import NOON
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemoryTarget

FLOOD = Rest(method="add", code=9)


def parked(method: str, wait_s: int = 30) -> Mapping[str, Park]:
    until_at = NOON + timedelta(seconds=wait_s)
    return {method: Park(method=method, code=9, wait_s=wait_s, until_at=until_at)}


def recall(ledger: MemoryLedger, *methods: str) -> None:
    parks = {name: park for method in methods for name, park in parked(method).items()}
    ledger.remembered = replace(ledger.remembered, parked=parks)


@pytest.mark.parametrize("method", ["execute", "get"])
async def test_while_reading_rests_the_timer_asks_nobody(
    run: Run, ledger: MemoryLedger, target: MemoryTarget, method: str
) -> None:
    recall(ledger, method)
    with pytest.raises(TryLater) as raised:
        await mirror(run)
    assert raised.value.retry_at == NOON + timedelta(seconds=30)
    assert (run.source.requests, target.requests) == (0, 0)


async def test_a_run_by_hand_reads_all_the_same_and_ends_the_rest(
    run: Run, ledger: MemoryLedger
) -> None:
    recall(ledger, "get")
    report = await mirror(replace(run, by_hand=True))
    assert report.status is RunStatus.DONE
    assert not ledger.remembered.parked


async def test_a_reading_that_asks_for_a_rest_is_given_one(
    run: Run, ledger: MemoryLedger, target: MemoryTarget
) -> None:
    target.fetch_error = TryLater("VK просит подождать.", rest=Rest(method="get", code=29))
    with pytest.raises(TryLater) as raised:
        await mirror(run)
    assert raised.value.retry_at == NOON + timedelta(hours=1)
    assert ledger.remembered.parked["get"].code == 29


async def test_a_change_that_asks_for_a_rest_is_given_a_longer_one_each_time(
    run: Run, ledger: MemoryLedger, target: MemoryTarget, clock: HandClock
) -> None:
    for wait_s in (30, 60):
        target.errors = [TryLater("VK просит подождать.", rest=FLOOD)]
        report = await mirror(run)
        assert report.retry_at == clock() + timedelta(seconds=wait_s)
        assert ledger.remembered.parked["add"].wait_s == wait_s
        clock.at = report.retry_at
    assert target.sizes == [2, 1]  # after a rest one change tries it
    assert (await mirror(run)).status is RunStatus.DONE
    assert not ledger.remembered.parked


async def test_what_needs_the_method_waits_and_is_told(
    run: Run, ledger: MemoryLedger, target: MemoryTarget
) -> None:
    recall(ledger, "add")
    report = await mirror(run)
    assert report.status is RunStatus.PARTIAL
    assert report.retry_at == NOON + timedelta(seconds=30)
    assert {problem.code for problem in report.problems} == {"vk_busy"}
    assert not target.items


async def test_a_run_by_hand_tries_one_change_first(
    run: Run, ledger: MemoryLedger, target: MemoryTarget
) -> None:
    recall(ledger, "add")
    assert (await mirror(replace(run, by_hand=True))).status is RunStatus.DONE
    assert target.sizes[:2] == [1, 1]
    assert not ledger.remembered.parked


async def test_a_method_that_nothing_needed_goes_on_resting(
    run: Run, ledger: MemoryLedger, clock: HandClock
) -> None:
    recall(ledger, "delete", "execute")
    clock.at = NOON + timedelta(minutes=1)
    await mirror(run)
    assert ledger.remembered.parked.keys() == {"delete"}


async def test_after_a_pause_one_change_goes_first(
    run: Run, ledger: MemoryLedger, target: MemoryTarget
) -> None:
    ledger.remembered = Memory(was_paused=True)
    await mirror(run)
    assert target.sizes[0] == 1


async def test_a_stop_for_a_person_parks_nothing(
    run: Run, ledger: MemoryLedger, target: MemoryTarget
) -> None:
    target.errors = [NeedsPerson("VK просит подтвердить.", code="vk_captcha")]
    assert (await mirror(run)).status is RunStatus.PAUSED
    assert not ledger.remembered.parked


async def test_the_timer_leaves_what_was_refused_and_a_person_asks_again(
    run: Run, ledger: MemoryLedger, target: MemoryTarget
) -> None:
    target.refused = {"assam": 100}
    assert (await mirror(run)).counts()["failed"] == 1
    calls = target.calls
    report = await mirror(run)
    assert (report.status, target.calls) == (RunStatus.DONE, calls)
    assert [problem.code for problem in report.problems] == ["vk_error"]
    assert (await mirror(replace(run, by_hand=True))).counts()["failed"] == 1
