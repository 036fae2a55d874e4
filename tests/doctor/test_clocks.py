from datetime import timedelta

import pytest

from evosync.doctor.clocks import Sample, judge_clock, read_date
from evosync.doctor.verdict import State
from tests.builders import NOON


def ahead(seconds: float, whose: str = "VK") -> Sample:
    return Sample(whose=whose, theirs=NOON, ours=NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("gaps", "state", "words"),
    [
        pytest.param([0.4], State.GOOD, "Сверены", id="right"),
        pytest.param([-30], State.GOOD, "Сверены", id="half a minute"),
        pytest.param([31], State.ATTENTION, "спешат на 31 с", id="ahead"),
        pytest.param([-240], State.ATTENTION, "отстают на 4 мин", id="behind"),
        pytest.param([301], State.BROKEN, "спешат на 5 мин", id="too much"),
        pytest.param([86_400], State.BROKEN, "спешат на 24 ч", id="a day"),
        pytest.param([86_400, 1], State.GOOD, "Сверены", id="one of theirs is wrong"),
        pytest.param([], State.UNKNOWN, "не с кем", id="nobody answers"),
    ],
)
def test_our_clock_is_judged_by_the_nearest(gaps: list[float], state: State, words: str) -> None:
    verdict = judge_clock(map(ahead, gaps))
    assert verdict.state is state
    assert words in verdict.told


@pytest.mark.parametrize(
    ("header", "is_read"),
    [
        ("Mon, 02 Nov 2026 12:00:00 GMT", True),
        ("Mon, 02 Nov 2026 15:00:00 +0300", True),
        ("yesterday", False),
        ("", False),
        (None, False),
    ],
)
def test_a_date_is_read_or_it_is_none(header: str | None, is_read: bool) -> None:
    assert read_date(header) == (NOON if is_read else None)
