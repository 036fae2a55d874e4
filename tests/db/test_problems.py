"""Problems that stand: those of the last run, and only differences are written."""

from evosync.catalog.problem import Problem
from evosync.db import problems
from evosync.db.engine import Database
from tests.builders import NOON, SHOP


def problem(product_id: str, code: str = "no_price", **detail: str) -> Problem:
    """Build a problem."""
    return Problem(
        product_id=product_id, store_id=SHOP, name=f"Чай {product_id}", code=code, detail=detail
    )


async def test_the_problems_of_the_last_run_stand(
    database: Database, anna: int, boris: int, writes: list[str]
) -> None:
    before = [problem("a"), problem("b"), problem("b", "name_adjusted", title="Чай…")]
    await database.write(problems.save_problems, boris, before, NOON)
    await database.write(problems.save_problems, anna, before, NOON)
    writes.clear()
    await database.write(problems.save_problems, anna, before, NOON)
    assert writes == []
    await database.write(problems.save_problems, anna, [*before[1:], problem("c")], NOON)
    async with database.read() as tx:
        left = await problems.list_problems(tx, anna)
        others = await problems.list_problems(tx, boris)
    assert others == [before[0], before[2], before[1]]  # by name, then by code
    assert {(one.product_id, one.code) for one in left} == {
        ("b", "no_price"),
        ("b", "name_adjusted"),
        ("c", "no_price"),
    }
