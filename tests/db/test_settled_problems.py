"""Problems whose question has been answered: they wait no more, before any other run."""

import pytest

from evosync.catalog.problem import Problem
from evosync.db import problems
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.waiting import count_waiting
from evosync.engine.memory import Verdict
from tests.builders import NOON, SHOP
from tests.db.ledgers import COMMUNITY
from tests.db.test_approvals import answered, hold

HIDE, PRICE = "скрыть карточку в VK", "изменить цену больше чем в три раза"


@pytest.fixture
def place(anna: int) -> Place:
    return Place(user_id=anna, community_id=COMMUNITY)


def problem(product_id: str, code: str, what: str) -> Problem:
    return Problem(
        product_id=product_id, store_id=SHOP, name=product_id, code=code, detail={"what": what}
    )


OTHERS = [problem("c", "held", HIDE), problem("a", "no_price", "")]


@pytest.mark.parametrize(
    ("verdict", "left"),
    [
        pytest.param(Verdict.APPLY, [problem("b", "left", PRICE)], id="yes"),
        pytest.param(
            Verdict.LEAVE,
            [problem("a", "left", HIDE), problem("b", "left", f"{HIDE}, {PRICE}")],
            id="leave it",
        ),
    ],
)
async def test_what_an_answer_is_to_waits_no_more(
    database: Database, place: Place, boris: int, verdict: Verdict, left: list[Problem]
) -> None:
    asked = [
        problem("a", "held", HIDE),
        problem("b", "held", HIDE),
        problem("b", "left", PRICE),
        *OTHERS,
    ]
    for user_id in (place.user_id, boris):
        await database.write(problems.save_problems, user_id, asked, NOON)
    await hold(database, place)
    for _ in range(2):  # the same answer once more changes nothing
        assert await answered(database, place, verdict)
    async with database.read() as tx:
        standing = await problems.list_problems(tx, place.user_id)
        waiting = await count_waiting(tx, place.user_id, ["held"], ())
        others = await problems.list_problems(tx, boris)
    assert sorted(standing, key=repr) == sorted([*left, *OTHERS], key=repr)
    assert waiting.products == 1
    assert len(others) == len(asked)
