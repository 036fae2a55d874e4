import pytest

from evosync.sandbox.vk.gate import Gate
from evosync.sandbox.vk.knobs import VkKnobs
from evosync.sandbox.vk.refusals import Refused
from tests.sandbox.conftest import HandClock


@pytest.fixture
def knobs() -> VkKnobs:
    return VkKnobs(arrival_jitter_s=0)


@pytest.fixture
def gate(knobs: VkKnobs, clock: HandClock) -> Gate:
    return Gate(knobs, clock)


def refused_at(gate: Gate, clock: HandClock, moments: list[float]) -> list[float]:
    """Knock at these seconds; those at which the door stayed shut."""
    start, refused = clock.at, []
    for moment in moments:
        clock.at = start + moment
        try:
            gate.admit_request("token", "user")
        except Refused:
            refused.append(moment)
    return refused


@pytest.mark.parametrize(
    ("moments", "refused"),
    [
        pytest.param([0, 0, 0], [], id="three at once"),
        pytest.param([0, 0, 0, 0.99], [0.99], id="a fourth within the second"),
        pytest.param([0, 0, 0, 1.0], [], id="a fourth after the second"),
        pytest.param([0, 0.4, 0.8, 0.9, 1.0, 1.1], [0.9, 1.1], id="the window slides"),
        pytest.param([0, 0, 0, 0.5, 1.0, 1.0, 1.0, 1.5], [0.5, 1.5], id="refusals do not count"),
    ],
)
def test_three_requests_fit_into_any_second(
    gate: Gate, clock: HandClock, moments: list[float], refused: list[float]
) -> None:
    assert refused_at(gate, clock, moments) == refused


def test_starts_340_ms_apart_are_never_refused(gate: Gate, clock: HandClock) -> None:
    assert refused_at(gate, clock, [0.34 * n for n in range(60)]) == []


def test_spaced_starts_may_arrive_late(knobs: VkKnobs, clock: HandClock) -> None:
    knobs.arrival_jitter_s = 0.5
    late = [0.34 * n + (0.5, 0.0, 0.3, 0.1)[n % 4] for n in range(60)]
    assert refused_at(Gate(knobs, clock), clock, sorted(late)) == []


def test_lateness_does_not_raise_the_rate(knobs: VkKnobs, clock: HandClock) -> None:
    knobs.arrival_jitter_s = 0.5
    knocks = [0.05 * n for n in range(200)]  # ten seconds of hammering
    passed = len(knocks) - len(refused_at(Gate(knobs, clock), clock, knocks))
    assert 30 <= passed <= 33


def test_a_community_token_has_twenty_a_second(gate: Gate) -> None:
    for _ in range(20):
        gate.admit_request("token", "group")
    with pytest.raises(Refused, match="Too many requests per second"):
        gate.admit_request("token", "group")


def test_each_token_has_a_window_of_its_own(gate: Gate) -> None:
    for token in ("one", "two"):
        for _ in range(3):
            gate.admit_request(token, "user")


def test_a_rate_turned_down_holds_at_once(gate: Gate, knobs: VkKnobs, clock: HandClock) -> None:
    assert refused_at(gate, clock, [0, 0]) == []
    knobs.requests_per_second = 1
    assert refused_at(gate, clock, [0.5, 1.0, 1.5]) == [0.5, 1.5]
