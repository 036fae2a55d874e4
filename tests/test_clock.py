from datetime import UTC, timedelta

import pytest

from evosync import clock
from evosync.clock import Leaps
from tests.builders import NOON

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def test_the_present_moment_is_aware_in_utc_and_goes_on() -> None:
    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second


class Clocks:
    """A wall clock that is set, and one that is not."""

    def __init__(self) -> None:
        self.wall, self.at = NOON, 0.0

    def go_on(self, seconds: float, *, leap: timedelta = timedelta(0)) -> None:
        self.wall += timedelta(seconds=seconds) + leap
        self.at += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def leaps(clocks: Clocks) -> Leaps:
    return Leaps(lambda: clocks.wall, lambda: clocks.at)


@pytest.mark.parametrize("leap", [DAY, -DAY, 365 * DAY])
def test_a_leap_is_told_once(leap: timedelta, clocks: Clocks, leaps: Leaps) -> None:
    clocks.go_on(30)
    assert not leaps.look()
    clocks.go_on(30, leap=leap)
    assert leaps.look() == leap
    clocks.go_on(30)
    assert not leaps.look()


def test_a_clock_that_ntp_corrects_a_little_is_steady(clocks: Clocks, leaps: Leaps) -> None:
    for _ in range(100):
        clocks.go_on(10, leap=timedelta(seconds=1))
        assert not leaps.look()


def test_what_is_fresh_looks_older_only_by_late_leaps_ahead(clocks: Clocks, leaps: Leaps) -> None:
    clocks.go_on(10, leap=DAY)
    assert leaps.ahead(MINUTE) == DAY
    clocks.go_on(10, leap=-DAY)
    assert leaps.ahead(MINUTE) == DAY
    clocks.go_on(41)
    assert leaps.ahead(MINUTE) == DAY
    clocks.go_on(10)
    assert leaps.ahead(MINUTE) == timedelta(0)
