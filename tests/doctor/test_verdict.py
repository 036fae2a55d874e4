import pytest

from evosync.doctor.verdict import State, Verdict, summed_up, worst_of

G, A, B, U = State.GOOD, State.ATTENTION, State.BROKEN, State.UNKNOWN


@pytest.mark.parametrize(
    ("states", "worst", "sentence"),
    [
        pytest.param([], U, "Ничего не проверено.", id="nothing"),
        pytest.param([U], U, "Ничего не проверено.", id="nobody could look"),
        pytest.param([G, U], G, "Всё, что проверено, в порядке.", id="well as far as seen"),
        pytest.param([G, A, U], A, "Требует внимания: 1, не проверялось: 1.", id="attention"),
        pytest.param(
            [U, A, B, B, G], B, "Сломано: 2, требует внимания: 1, не проверялось: 1.", id="broken"
        ),
    ],
)
def test_the_whole_is_as_well_as_the_worst_that_was_seen(
    states: list[State], worst: State, sentence: str
) -> None:
    verdicts = [Verdict(title="", state=state, told="") for state in states]
    assert (worst_of(verdicts), summed_up(verdicts)) == (worst, sentence)
