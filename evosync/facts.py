"""What is believed of the outside APIs without proof: a name, a source and a way out for each."""

from dataclasses import dataclass
from enum import StrEnum


class Sureness(StrEnum):
    """How much a belief is worth."""

    INFERRED = "inferred"  # from how other clients behave, or from a neighbouring fact
    UNKNOWN = "unknown"  # nobody we read says; it has to be asked of the live API


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One belief that the code leans on.

    Attributes:
        name: how `evosync probe` and the tests call it.
        claim: what the code takes for granted.
        otherwise: what happens when it is not so.
        sureness: how much the claim is worth.
        source: where it comes from.
        switch: the sandbox's switch that takes the other value, and that value.

    """

    name: str
    claim: str
    otherwise: str
    sureness: Sureness
    source: str
    switch: tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a live API answered to the question of a fact; `told` is a Russian sentence."""

    name: str
    told: str
