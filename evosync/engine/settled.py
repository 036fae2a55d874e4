"""What becomes of a product's problem once the question about it is answered (pure)."""

from collections.abc import Collection
from dataclasses import replace

from evosync.catalog.problem import Problem
from evosync.engine.likeness import OTHERWISE, SHOWN_NAMES, kind_of
from evosync.engine.memory import Verdict
from evosync.engine.report_problems import waiting_words, words_of_rest

ASKING = frozenset({"held", "left", "canary_differs"})
"""The codes of problems that an answer is about."""

_FIRST = {kind_of(field): field for field in OTHERWISE}


def settle(problem: Problem, kinds: Collection[str], verdict: Verdict) -> Problem | None:
    """Return what is left of a problem when these kinds of change of its product are answered.

    A yes ends it; "leave it" makes it say so. What it says of other kinds than
    these is another question's, and stays as it is.
    """
    what = _asked_what(problem, kinds)
    if what is None:
        return problem
    return (
        None if verdict is Verdict.APPLY else replace(problem, code="left", detail={"what": what})
    )


def _asked_what(problem: Problem, kinds: Collection[str]) -> str | None:
    """Say what was asked about; None when the problem is of something else."""
    fields = sorted(_FIRST[kind] for kind in kinds if kind in _FIRST)
    if problem.code == "canary_differs":
        shown = problem.detail.get("field")
        told = next((one for one in fields if SHOWN_NAMES[one] == shown), None)
        return None if told is None else words_of_rest(told)
    if problem.code not in ASKING:
        return None
    asked = {waiting_words(sorted(set(kinds) - _FIRST.keys())), *map(words_of_rest, fields)}
    what = problem.detail.get("what")
    return what if what in asked else None
