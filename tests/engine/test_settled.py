"""What an answer makes of a problem: gone with a yes, said to be left, or another question's."""

from collections.abc import Collection

import pytest

from evosync.catalog.problem import Problem
from evosync.engine.memory import Verdict
from evosync.engine.settled import settle
from tests.builders import SHOP

HIDE, ZERO = "скрыть карточку в VK", "поставить остаток 0"
REST = "отправка остальных товаров (в VK у первых другая цена)"


def problem(code: str, **detail: str) -> Problem:
    return Problem(product_id="assam", store_id=SHOP, name="Ассам", code=code, detail=detail)


@pytest.mark.parametrize(
    ("asked", "kinds", "left"),
    [
        pytest.param(problem("held", what=HIDE), ["hide"], HIDE, id="one change"),
        pytest.param(
            problem("held", what=f"{HIDE}, {ZERO}"), {"zero", "hide"}, f"{HIDE}, {ZERO}", id="two"
        ),
        pytest.param(problem("left", what=HIDE), ["hide"], HIDE, id="left before"),
        pytest.param(
            problem("canary_differs", field="цена", sent="1", there="2"),
            ["canary:title", "canary:price"],
            REST,
            id="first items",
        ),
        pytest.param(problem("left", what=REST), ["canary:price"], REST, id="the rest left before"),
    ],
)
def test_an_answer_ends_what_asked_for_it(
    asked: Problem, kinds: Collection[str], left: str
) -> None:
    assert settle(asked, kinds, Verdict.APPLY) is None
    assert settle(asked, kinds, Verdict.LEAVE) == problem("left", what=left)


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        pytest.param(problem("held", what=HIDE), [], id="nothing was asked of it"),
        pytest.param(problem("held", what=HIDE), ["zero"], id="another change"),
        pytest.param(problem("held", what=HIDE), ["zero", "hide"], id="more than it says"),
        pytest.param(problem("canary_differs", field="цена"), ["canary:title"], id="another field"),
        pytest.param(problem("no_price"), ["hide"], id="another reason"),
    ],
)
@pytest.mark.parametrize("verdict", [Verdict.APPLY, Verdict.LEAVE])
def test_another_questions_problem_stays(
    other: Problem, kinds: Collection[str], verdict: Verdict
) -> None:
    assert settle(other, kinds, verdict) == other
