from typing import Any

import pytest

from evosync.sandbox.faults import Fault, Faults


def every(_fault: Fault) -> bool:
    return True


def strikes(faults: Faults[Fault], requests: int) -> list[int | None]:
    """List the status that each of so many requests meets; None: the right answer."""
    struck = [faults.take(every) for _ in range(requests)]
    return [None if fault is None else fault.status for fault in struck]


@pytest.mark.parametrize(
    ("queued", "met"),
    [
        pytest.param([], [None, None, None], id="nothing waits"),
        pytest.param([Fault(status=500)], [500, None, None], id="once"),
        pytest.param([Fault(status=500, times=2)], [500, 500, None], id="twice"),
        pytest.param([Fault(status=500, times=None)], [500, 500, 500], id="until cleared"),
        pytest.param([Fault(status=500, skip=1)], [None, 500, None], id="after one"),
        pytest.param([Fault(status=500), Fault(status=429)], [500, 429, None], id="in turn"),
        pytest.param(
            [Fault(status=500, skip=2), Fault(status=429)], [429, None, 500], id="one lets by"
        ),
    ],
)
def test_a_fault_strikes_the_next_requests(queued: list[Fault], met: list[int | None]) -> None:
    faults = Faults(Fault)
    for fault in queued:
        faults.add(fault)
    assert strikes(faults, 3) == met
    assert faults.struck == len([status for status in met if status])


def test_a_fault_leaves_requests_that_do_not_match() -> None:
    faults = Faults(Fault)
    faults.add(Fault(status=500))
    assert faults.take(lambda fault: fault.status == 429) is None
    assert strikes(faults, 1) == [500]


def test_what_waits_is_listed_with_what_is_left_of_it() -> None:
    faults = Faults(Fault)
    faults.add(Fault(status=500, times=3, skip=1))
    assert strikes(faults, 2) == [None, 500]
    assert faults.waiting() == [Fault(status=500, times=2)]
    faults.clear()
    assert (faults.waiting(), strikes(faults, 1), faults.struck) == ([], [None], 1)


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        pytest.param({"times": 0}, "times", id="never"),
        pytest.param({"skip": -1}, "skip", id="negative skip"),
        pytest.param({"delay_s": -0.1}, "delay_s", id="negative delay"),
        pytest.param({"status": 100}, "status", id="no final status"),
        pytest.param({"status": 600}, "status", id="no status"),
        pytest.param({"status": 500, "drop": True}, "exclude", id="answered and dropped"),
        pytest.param({"hang": True, "drop": True}, "exclude", id="hanging and dropped"),
        pytest.param({"html": True}, "html", id="a page without a status"),
        pytest.param({"cut": True, "status": 500}, "cut", id="cut and replaced"),
    ],
)
def test_a_fault_without_sense_is_refused(fields: dict[str, Any], about: str) -> None:
    with pytest.raises(ValueError, match=about):
        Fault(**fields)
