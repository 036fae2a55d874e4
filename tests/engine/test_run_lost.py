"""Items that people delete or hide in VK, and deleted ones that VK gives back no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.catalog.item import LinkState, Wish
from evosync.engine.plan.lost import LOST_AFTER
from evosync.engine.report import RunReport
from evosync.engine.run import Run, mirror
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemoryTarget
from tests.engine.reporting import counted


def codes(report: RunReport) -> list[str]:
    return [problem.code for problem in report.problems]


def item_of(ledger: MemoryLedger, product_id: str = "assam") -> int:
    return ledger.linked[product_id].item_id


async def test_nothing_is_looked_up_when_nothing_is_absent(run: Run, target: MemoryTarget) -> None:
    await mirror(run)
    target.looked_up.clear()
    await mirror(run)

    assert target.looked_up == []


async def test_an_item_that_the_list_leaves_out_stands(
    run: Run, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    await mirror(run)
    target.looked_up.clear()
    target.unlisted.add(item_of(ledger))

    report = await mirror(run)

    assert (counted(report), report.problems) == ({"unchanged": 2}, ())
    assert target.looked_up == [frozenset({item_of(ledger)})]


async def test_an_item_deleted_by_hand_is_waited_for_then_lost_then_made_anew_at_a_word(
    run: Run, target: MemoryTarget, ledger: MemoryLedger, clock: HandClock
) -> None:
    await mirror(run)
    first = item_of(ledger)
    del target.items[first]

    waited = await mirror(run)
    clock.at += LOST_AFTER - timedelta(seconds=1)
    waited_on = await mirror(run)
    clock.at += timedelta(seconds=1)
    lost = await mirror(run)
    asked = await mirror(run)
    ledger.linked["assam"] = replace(ledger.linked["assam"], wish=Wish.RETURN)
    back = await mirror(run)

    assert [codes(one) for one in (waited, waited_on, lost, asked, back)] == [
        ["checking"],
        ["checking"],
        ["gone_in_vk"],
        ["gone_in_vk"],
        [],
    ]
    assert counted(back)["created"] == 1
    assert item_of(ledger) != first
    assert ledger.linked["assam"].state is LinkState.LIVE
    assert (await mirror(run)).is_empty


async def test_an_item_that_vk_does_not_find_is_looked_for_by_the_next_readings(
    run: Run, target: MemoryTarget, ledger: MemoryLedger, clock: HandClock
) -> None:
    await mirror(run)
    first = item_of(ledger)
    target.items[first] = replace(target.items[first], price=1)
    target.refused["assam"] = 1403

    refused = await mirror(run)
    assert ledger.linked["assam"].missing_since_at == clock.at
    target.refused.clear()
    found = await mirror(run)

    assert (codes(refused), codes(found)) == (["checking"], [])
    assert counted(found)["updated"] == 1
    assert ledger.linked["assam"].missing_since_at is None


@pytest.mark.parametrize("code", [1400, 1403])
async def test_a_deleted_item_that_vk_gives_back_no_more_is_made_anew_at_once(
    run: Run, target: MemoryTarget, ledger: MemoryLedger, clock: HandClock, code: int
) -> None:
    await mirror(run)
    first = item_of(ledger)
    del target.items[first]
    ledger.linked["assam"] = replace(ledger.linked["assam"], state=LinkState.DELETED)
    target.refused["assam"] = code

    refused = await mirror(run)
    target.refused.clear()
    again = await mirror(run)

    assert (codes(refused), refused.retry_at) == (["restore_too_late"], clock.at)
    assert (codes(again), counted(again)["created"]) == ([], 1)
    assert ledger.linked["assam"].state is LinkState.LIVE
    assert (await mirror(run)).is_empty
