import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

import apscheduler.schedulers.asyncio
import apscheduler.schedulers.base
import pytest
from structlog.testing import capture_logs

from evosync import clock
from evosync.db.faults import unreachable
from evosync.jobs.scheduler import MAX_SILENCE, Round, Scheduler
from tests.flow.stand import until

SOON = timedelta(milliseconds=20)


class Work:
    """A round's work: counted, failing as long as a test wants."""

    def __init__(self, *, fails: bool = False) -> None:
        self.times = 0
        self.fails = fails
        self.going_on = 0
        self.most_at_once = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> None:
        self.times += 1
        self.going_on += 1
        self.most_at_once = max(self.most_at_once, self.going_on)
        try:
            await self.may_end.wait()
        finally:
            self.going_on -= 1
        if self.fails:
            raise ZeroDivisionError("nobody thought of this")


def pipeline(work: Work) -> list[Round]:
    return [Round("pipeline", work, SOON, SOON)]


def scheduler(now: Callable[[], datetime] = clock.now) -> Scheduler:
    return Scheduler(clock=now)


async def test_a_round_comes_again_and_again() -> None:
    work = Work()
    made = scheduler()
    made.start(pipeline(work))
    await until(lambda: work.times >= 3, "three rounds")
    made.stop()
    assert not made.failed


async def test_a_round_that_comes_late_does_not_put_off_those_after_it() -> None:
    work, hour = Work(), timedelta(hours=1)
    since = clock.now() - 1.5 * hour
    made = scheduler(lambda: since)
    made.start([Round("pipeline", work, hour, timedelta(0))])
    await until(lambda: work.times == 1, "the round that is late")
    assert made.next_at("pipeline") == since + 2 * hour
    made.stop()


async def test_a_round_that_fails_is_marked_and_comes_again() -> None:
    work = Work(fails=True)
    made = scheduler()
    with capture_logs() as events:
        made.start(pipeline(work))
        await until(lambda: made.failed == {"pipeline"}, "the failure is marked")
        failures = work.times
        work.fails = False
        await until(lambda: not made.failed, "a later round succeeds")
        made.stop()
    assert work.times > failures
    told = [event for event in events if event["event"] == "round failed"]
    assert [event["round"] for event in told] == ["pipeline"] * failures
    assert all(isinstance(event["exc_info"], ZeroDivisionError) for event in told)


async def test_a_round_without_its_database_is_told_by_a_code_and_no_traceback() -> None:
    async def work() -> None:
        raise unreachable("MariaDB 2003")

    made = scheduler()
    with capture_logs() as events:
        made.start([Round("house", work, SOON, SOON)])
        await until(lambda: made.failed == {"house"}, "the failure is marked")
        made.stop()
    told = next(event for event in events if event["event"] == "round failed")
    assert (told["code"], told["cause"]) == ("database_down", "MariaDB 2003")
    assert "exc_info" not in told


async def test_a_round_never_overlaps_itself() -> None:
    work, other = Work(), Work()
    work.may_end.clear()
    made = scheduler()
    made.start([Round("slow", work, SOON, SOON), Round("quick", other, SOON, SOON)])
    await until(lambda: other.times >= 5, "the other round goes on meanwhile")
    assert (work.times, work.most_at_once) == (1, 1)
    work.may_end.set()
    await until(lambda: work.times >= 2, "it comes again when it has ended")
    made.stop()
    assert work.most_at_once == 1


async def test_nothing_wakes_after_a_stop() -> None:
    work, other = Work(), Work()
    made, later = scheduler(), scheduler()
    made.start(pipeline(work))
    made.stop()
    made.stop()  # may be said twice
    later.start(pipeline(other))
    await until(lambda: other.times >= 3, "time passes")
    later.stop()
    assert work.times == 0


async def test_the_next_time_of_a_round_is_told() -> None:
    made = scheduler()
    assert made.next_at("pipeline") is None
    before = clock.now()
    made.start([Round("pipeline", Work(), SOON, timedelta(hours=1))])
    planned = made.next_at("pipeline")
    assert planned is not None
    assert before + timedelta(hours=1) <= planned <= clock.now() + timedelta(hours=1)
    assert made.next_at("nonsense") is None
    made.stop()


@pytest.mark.parametrize(
    ("silence", "is_alive"),
    [
        pytest.param(timedelta(0), True, id="just now"),
        pytest.param(MAX_SILENCE - timedelta(seconds=1), True, id="almost too long"),
        pytest.param(MAX_SILENCE, False, id="too long"),
    ],
)
async def test_a_scheduler_lives_while_its_beat_is_heard(
    silence: timedelta, is_alive: bool
) -> None:
    present = [0.0]
    made = Scheduler(clock=clock.now, monotonic=lambda: present[0])
    assert not made.is_alive()
    made.start([])
    present[0] += silence.total_seconds()
    assert made.is_alive() is is_alive
    await made._beat()
    assert made.is_alive()
    made.stop()


class Wall:
    """The wall clock of this process, as APScheduler reads it too, set back or ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self, zone: tzinfo | None = None) -> datetime:
        return datetime.now(zone or UTC) + self.ahead


@pytest.mark.parametrize("leap", [timedelta(days=-1), timedelta(days=1), timedelta(days=20_000)])
async def test_rounds_come_on_whatever_the_clock_is_set_to(
    leap: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall, work = Wall(), Work()
    for module in (apscheduler.schedulers.base, apscheduler.schedulers.asyncio):
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", wall)
    made = Scheduler(clock=wall.now, watch_every=SOON)
    with capture_logs() as events:
        made.start(pipeline(work))
        await until(lambda: work.times >= 2, "rounds come")
        wall.ahead = leap
        before = work.times
        await until(lambda: work.times >= before + 3, "rounds come on")
        await until(lambda: any(each["event"] == "clock leapt" for each in events), "it is told")
        made.stop()
    assert made.is_alive()
    [told] = [each for each in events if each["event"] == "clock leapt"]
    assert told["seconds"] == pytest.approx(leap.total_seconds(), abs=5)


async def test_a_round_broken_off_by_a_stop_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    work = Work()
    work.may_end.clear()
    made = scheduler()
    with capture_logs() as events:
        made.start(pipeline(work))
        await until(lambda: work.going_on == 1, "the round begins")
        made.stop()
        await until(lambda: "round broken off" in [each["event"] for each in events], "its end")
    assert work.going_on == 0
    assert not made.failed
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


async def test_how_each_round_stands_can_be_looked_at() -> None:
    works = {"well": Work(), "broken": Work(fails=True), "long": Work(), "later": Work()}
    works["long"].may_end.clear()
    made = scheduler()
    waits = {"later": timedelta(hours=1)}
    made.start(
        [
            Round(name, work, timedelta(hours=1), waits.get(name, SOON))
            for name, work in works.items()
        ]
    )
    await until(
        lambda: (
            all(work.times for name, work in works.items() if name != "later")
            and all(each.ended_at for each in made.list_rounds() if each.name in {"well", "broken"})
        ),
        "the first rounds",
    )
    found = {each.name: each for each in made.list_rounds()}
    assert list(found) == list(works)
    assert [name for name, each in found.items() if each.has_failed] == ["broken"]
    assert [name for name, each in found.items() if each.is_going_on] == ["long"]
    assert [name for name, each in found.items() if each.begun_at is None] == ["later"]
    assert all(each.next_at is not None for each in found.values())
    made.stop()
