"""Work that no page waits for."""

import asyncio

import pytest
from structlog.testing import capture_logs

from evosync.accounts.errands import MOST, Errands
from evosync.errors import TryLater


class Work:
    """Goes on until it may end, and counts how often it began and ended."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        await self.may_end.wait()
        self.ended += 1


async def test_nobody_waits_for_an_errand() -> None:
    errands, work = Errands(), Work()
    errands.begin("a letter", work)
    assert work.begun == 0
    work.may_end.set()
    await errands.settled()
    assert work.ended == 1


async def test_one_errand_of_a_name_is_enough_until_it_ends() -> None:
    errands, work, other = Errands(), Work(), Work()
    for _ in range(3):
        errands.begin("a letter", work)
    errands.begin("another", other)
    work.may_end.set()
    other.may_end.set()
    await errands.settled()
    assert (work.ended, other.ended) == (1, 1)
    errands.begin("a letter", work)
    await errands.settled()
    assert work.ended == 2


async def test_what_takes_too_long_goes_on_by_itself() -> None:
    errands, work = Errands(), Work()
    await errands.carry_out("a deletion", work, patience_s=0.01)
    assert (work.begun, work.ended) == (1, 0)
    work.may_end.set()
    await errands.carry_out("a deletion", work, patience_s=60)
    assert (work.begun, work.ended) == (1, 1)


@pytest.mark.parametrize(
    ("error", "event"),
    [
        pytest.param(TryLater("Потом.", code="busy"), "errand failed", id="foreseen"),
        pytest.param(ZeroDivisionError("nobody thought of this"), "errand broke", id="not so"),
    ],
)
async def test_a_failure_goes_to_the_log_and_stops_no_other(error: Exception, event: str) -> None:
    errands, work = Errands(), Work()

    async def fail() -> None:
        raise error

    work.may_end.set()
    with capture_logs() as events:
        errands.begin("what fails", fail)
        errands.begin("a letter", work)
        await errands.settled()
    assert [each["event"] for each in events] == [event]
    assert work.ended == 1


async def test_a_flood_of_errands_is_not_begun() -> None:
    errands, work = Errands(), Work()
    with capture_logs() as events:
        for number in range(MOST + 5):
            errands.begin(f"letter {number}", work)
    assert [event["kind"] for event in events] == ["letter"] * 5
    work.may_end.set()
    await errands.settled()
    assert work.ended == MOST


async def test_what_is_needed_is_begun_in_a_flood_too() -> None:
    errands, work, needed = Errands(), Work(), Work()
    for number in range(MOST):
        errands.begin(f"letter {number}", work)
    needed.may_end.set()
    await errands.carry_out("deletion 7", needed, patience_s=60)
    assert needed.ended == 1
    work.may_end.set()
    await errands.settled()


async def test_a_stop_lets_errands_end_and_begins_none() -> None:
    errands, ends, never = Errands(), Work(), Work()
    errands.begin("ends", ends)
    errands.begin("never anna@example.com", never)
    ends.may_end.set()
    with capture_logs() as events:
        await errands.stop(0.05)
    assert (ends.ended, never.begun, never.ended) == (1, 1, 0)
    assert [(each["event"], each["kind"]) for each in events] == [("errand cut short", "never")]
    with capture_logs() as events:
        errands.begin("too late", ends)
    assert [each["why"] for each in events] == ["stop"]
    assert ends.begun == 1
    await errands.stop(0)
