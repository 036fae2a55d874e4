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


async def test_problems_are_counted_by_code_the_most_frequent_first(
    database: Database, anna: int, boris: int
) -> None:
    found = [
        problem("a"),
        problem("b", "name_adjusted", title="Чай…"),
        problem("c", "duplicate_in_vk"),
        problem("d"),
        problem("e", "name_adjusted", title="Ёлка…"),
        problem("f"),
    ]
    await database.write(problems.save_problems, anna, found, NOON)
    await database.write(problems.save_problems, boris, [problem("a", "bad_row")], NOON)
    async with database.read() as tx:
        counted = await problems.count_problems(tx, anna)
    assert [(each.code, each.count) for each in counted] == [
        ("no_price", 3),
        ("name_adjusted", 2),
        ("duplicate_in_vk", 1),
    ]
    # One of theirs, to fill the sentence with.
    assert counted[0].detail == {}
    assert counted[1].detail in ({"title": "Чай…"}, {"title": "Ёлка…"})


async def test_whoever_has_no_problems_has_none_counted(database: Database, anna: int) -> None:
    async with database.read() as tx:
        assert await problems.count_problems(tx, anna) == []
