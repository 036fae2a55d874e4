"""What the doctor says of one thing: how it stands, and what to do about it (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The four states that everything has (see the pages)."""

    GOOD = "good"
    ATTENTION = "attention"
    BROKEN = "broken"
    UNKNOWN = "unknown"


WORDS = {
    State.GOOD: "в порядке",
    State.ATTENTION: "внимание",
    State.BROKEN: "сломано",
    State.UNKNOWN: "не проверялось",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line: what was looked at, its state, what is so, and what to do ("" = nothing)."""

    title: str
    state: State
    told: str
    advice: str = ""

    @property
    def sentence(self) -> str:
        """What is so and what to do."""
        return f"{self.told} {self.advice}".strip()


def good(title: str, told: str) -> Verdict:
    """Say that a thing is as it should be."""
    return Verdict(title=title, state=State.GOOD, told=told)


def attention(title: str, told: str, advice: str = "") -> Verdict:
    """Say that a thing works, but not as well or not for as long as it could."""
    return Verdict(title=title, state=State.ATTENTION, told=told, advice=advice)


def broken(title: str, told: str, advice: str = "") -> Verdict:
    """Say that a thing does not work."""
    return Verdict(title=title, state=State.BROKEN, told=told, advice=advice)


def unknown(title: str, told: str, advice: str = "") -> Verdict:
    """Say that nobody could look at a thing, or that there is nothing to look at."""
    return Verdict(title=title, state=State.UNKNOWN, told=told, advice=advice)


def count_states(verdicts: Iterable[Verdict]) -> dict[State, int]:
    """Count the verdicts of each state."""
    counts = dict.fromkeys(State, 0)
    for verdict in verdicts:
        counts[verdict.state] += 1
    return counts


def worst_of(verdicts: Iterable[Verdict]) -> State:
    """Return the gravest state; what nobody looked at tells only where nothing else does."""
    counts = count_states(verdicts)
    order = (State.BROKEN, State.ATTENTION, State.GOOD)
    return next((state for state in order if counts[state]), State.UNKNOWN)


def summed_up(verdicts: Iterable[Verdict]) -> str:
    """Say in one sentence how it is all in all."""
    counts = count_states(verdicts)
    parts = [
        f"{words}: {counts[state]}"
        for state, words in (
            (State.BROKEN, "сломано"),
            (State.ATTENTION, "требует внимания"),
            (State.UNKNOWN, "не проверялось"),
        )
        if counts[state]
    ]
    is_well = not counts[State.BROKEN] and not counts[State.ATTENTION]
    if is_well:
        return "Всё, что проверено, в порядке." if counts[State.GOOD] else "Ничего не проверено."
    told = ", ".join(parts)
    return f"{told[0].upper()}{told[1:]}."
