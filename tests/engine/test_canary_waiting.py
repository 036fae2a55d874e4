"""A first push that waits: for VK to show an item, for an answer, until it is stopped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.engine.applied import Stop
from evosync.errors import TryLater
from tests.builders import NOON
from tests.engine.journal import heard
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemoryTarget
from tests.engine.pushing import GOODS, SETTLE, FirstPush

LATER = TryLater("VK просит подождать.")


async def test_what_vk_puts_right_in_time_holds_nothing(
    push: FirstPush, target: MemoryTarget
) -> None:
    target.blind = 3

    applied = await push(*GOODS[:3])

    assert (applied.stopped, applied.left) == (None, 0)
    assert len(target.looked_up) == 3 + 2


async def test_an_item_not_seen_in_time_ends_the_work_at_the_same_stage(
    push: FirstPush, target: MemoryTarget, ledger: MemoryLedger, clock: HandClock
) -> None:
    target.blind = 1_000

    applied = await push(*GOODS)

    assert (applied.stopped, applied.unseen) == (Stop.UNSEEN, ("tea-00",))
    assert clock.at == NOON + SETTLE
    assert set(ledger.linked) == {"tea-00"}
    assert await push.stage() == 0

    again = await push(*GOODS[1:])
    assert (again.stopped, len(target.items)) == (Stop.UNSEEN, 1)
    assert clock.at == NOON + SETTLE  # its time was over

    target.blind = 0
    await push(*GOODS[1:])
    assert target.sizes == [1, 5, 25, 25, 4]


async def test_a_create_whose_answer_was_lost_ends_the_work(
    push: FirstPush, target: MemoryTarget
) -> None:
    target.unheard.add("tea-02")

    applied = await push(*GOODS)

    assert (applied.stopped, applied.left) == (Stop.UNSURE, len(GOODS) - 6)
    assert [len(ids) for ids in target.looked_up] == [1]
    assert await push.stage() == 1


async def test_what_stopped_vk_halfway_is_told_though_a_create_is_unsure(
    push: FirstPush, target: MemoryTarget
) -> None:
    target.unheard.add("tea-01")
    target.stops["tea-02"] = LATER

    applied = await push(*GOODS)

    assert (applied.stopped, applied.error) == (Stop.UNSURE, LATER)


async def test_a_stop_is_heard_while_vk_is_waited_for(
    push: FirstPush, target: MemoryTarget, clock: HandClock
) -> None:
    target.blind = 1_000
    stops: list[str | None] = [None, None, None, "stopping"]

    async def checkpoint() -> str | None:
        return stops.pop(0)

    applied = await replace(push, hands=replace(push.hands, checkpoint=checkpoint))(*GOODS)

    assert (applied.stopped, applied.is_cut) == ("stopping", True)
    assert clock.at < NOON + timedelta(seconds=10)


@pytest.mark.parametrize("where", ["look", "save_canary"])
async def test_an_error_meanwhile_ends_the_work_and_keeps_what_was_made(
    where: str, push: FirstPush, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    if where == "look":
        target.look_errors = [LATER]
    else:
        ledger.errors[where] = [LATER]

    applied = await push(*GOODS)

    assert (applied.error, applied.stopped) == (LATER, None)
    assert heard(applied.outcomes) == [("Create tea-00", "Done")]
    assert await push.stage() == 0
