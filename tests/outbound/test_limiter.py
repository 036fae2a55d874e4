"""Starts are evenly spaced, in order of arrival, and a pause moves everybody."""

import asyncio
from collections.abc import Callable

import pytest

from evosync.outbound.limiter import Limiter


class Watch:
    """A clock that only sleeping moves; `on_sleep` is called in the middle of each sleep."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.on_sleep: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.on_sleep()
        await asyncio.sleep(0)
        assert self.now_s + seconds > self.now_s, "who waits so long waits for ever"
        self.now_s += seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def limiter(watch: Watch) -> Limiter:
    return Limiter(0.5, monotonic=watch.monotonic, sleep=watch.sleep)


async def take(limiter: Limiter, watch: Watch, starts: dict[str, float], name: str) -> None:
    await limiter.slot()
    starts[name] = watch.now_s


async def test_the_first_start_is_at_once_and_the_others_are_evenly_spaced(
    limiter: Limiter, watch: Watch
) -> None:
    starts: dict[str, float] = {}
    await asyncio.gather(*(take(limiter, watch, starts, name) for name in "abcd"))
    assert starts == {"a": 100.0, "b": 100.5, "c": 101.0, "d": 101.5}


async def test_waiters_start_in_the_order_of_their_arrival(limiter: Limiter, watch: Watch) -> None:
    starts: dict[str, float] = {}
    await asyncio.gather(*(take(limiter, watch, starts, name) for name in "zyx"))
    assert list(starts) == ["z", "y", "x"]


async def test_an_idle_time_is_not_saved_up_for_a_burst(limiter: Limiter, watch: Watch) -> None:
    await limiter.slot()
    watch.now_s += 60
    starts: dict[str, float] = {}
    await asyncio.gather(*(take(limiter, watch, starts, name) for name in "ab"))
    assert starts == {"a": 160.0, "b": 160.5}


async def test_a_pause_moves_those_who_wait_already(limiter: Limiter, watch: Watch) -> None:
    starts: dict[str, float] = {}
    watch.on_sleep = lambda: limiter.pause(2.0) if watch.now_s == 100.0 else None
    await asyncio.gather(*(take(limiter, watch, starts, name) for name in "abc"))
    assert starts == {"a": 100.0, "b": 102.0, "c": 102.5}


async def test_after_a_pause_the_starts_are_as_far_apart_as_care_asks(watch: Watch) -> None:
    limiter = Limiter(0.5, 0.75, monotonic=watch.monotonic, sleep=watch.sleep)
    limiter.pause(2.0)
    starts: dict[str, float] = {}
    await asyncio.gather(*(take(limiter, watch, starts, name) for name in "abc"))
    assert starts == {"a": 102.0, "b": 102.75, "c": 103.5}


async def test_who_asks_whether_a_start_is_near_takes_none(limiter: Limiter, watch: Watch) -> None:
    await limiter.slot()
    await limiter.ready(0.125)
    assert watch.now_s == 100.375
    await limiter.slot()
    assert watch.now_s == 100.5


async def test_who_asks_is_answered_however_the_seconds_are_rounded(watch: Watch) -> None:
    limiter = Limiter(0.34, monotonic=watch.monotonic, sleep=watch.sleep)
    watch.now_s = 0.0
    for _ in range(1_000):
        await limiter.slot()
        await limiter.ready(0.1)


async def test_a_short_pause_does_not_shorten_a_longer_one(limiter: Limiter, watch: Watch) -> None:
    limiter.pause(5.0)
    limiter.pause(1.0)
    await limiter.slot()
    assert watch.now_s == 105.0


async def test_a_cancelled_waiter_gives_its_start_to_the_next(
    limiter: Limiter, watch: Watch
) -> None:
    starts: dict[str, float] = {}
    await limiter.slot()
    gone = asyncio.create_task(take(limiter, watch, starts, "gone"))
    stays = asyncio.create_task(take(limiter, watch, starts, "stays"))
    watch.on_sleep = lambda: gone.cancel() if watch.now_s == 100.0 else None
    await asyncio.gather(gone, stays, return_exceptions=True)
    assert starts == {"stays": 100.5}


class Told:
    """Whoever is told what the quota costs."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.pauses = 0

    def waited(self, seconds: float) -> None:
        self.waits.append(seconds)

    def paused(self) -> None:
        self.pauses += 1


async def test_each_wait_is_told_as_long_as_it_was_and_a_free_start_is_none(watch: Watch) -> None:
    told = Told()
    limiter = Limiter(0.5, monotonic=watch.monotonic, sleep=watch.sleep, watch=told)
    await limiter.slot()
    await limiter.ready(0.5)
    assert told.waits == []
    await asyncio.gather(limiter.slot(), limiter.slot())
    await limiter.ready(0.125)
    assert told.waits == [0.5, 1.0, 0.375]
    limiter.pause(2.0)
    assert told.pauses == 1


async def test_a_wait_that_is_given_up_is_told_too(watch: Watch) -> None:
    told = Told()
    limiter = Limiter(0.5, monotonic=watch.monotonic, sleep=watch.sleep, watch=told)
    await limiter.slot()
    gone = asyncio.create_task(limiter.slot())
    watch.on_sleep = gone.cancel
    await asyncio.gather(gone, return_exceptions=True)
    assert gone.cancelled()
    assert len(told.waits) == 1
