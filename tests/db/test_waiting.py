"""What waits for a person, and reasons as pages list them, on both databases."""

from dataclasses import replace

import pytest

from evosync.catalog.item import LinkState
from evosync.catalog.problem import Problem
from evosync.catalog.product import Attribute
from evosync.db import (
    catalog,
    links,
    problem_list,
    problems,
    retries,
    runs,
    selection,
    shop_numbers,
    waiting,
)
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.shop_numbers import Numbers
from evosync.db.types import Tx
from evosync.db.waiting import Waiting
from evosync.engine.report import RunStatus
from tests.builders import (
    NOON,
    SECOND_SHOP,
    SHOP,
    group,
    link,
    product,
    snapshot,
    store,
    store_reading,
)
from tests.db.test_silences import connect
from tests.readings import save_snapshot

CODES = {"no_price", "store_not_paid", "bad_row"}


def told(code: str, product_id: str, store_id: str = SHOP) -> Problem:
    return Problem(product_id=product_id, store_id=store_id, name=product_id, code=code)


async def tell(database: Database, user_id: int, *found: Problem) -> None:
    await database.write(problems.save_problems, user_id, found, NOON)


async def count(database: Database, user_id: int) -> Waiting:
    async with database.read() as tx:
        return await waiting.count_waiting(tx, user_id, CODES, {"unreachable"})


async def test_a_product_of_two_stores_waits_once(
    database: Database, anna: int, boris: int
) -> None:
    await tell(
        database,
        anna,
        told("no_price", "a"),
        told("no_price", "a", SECOND_SHOP),
        told("bad_row", "a"),
        told("no_price", "b"),
        told("not_for_sale", "c"),
        told("store_not_paid", ""),
    )
    await tell(database, boris, told("no_price", "a"))
    assert await count(database, anna) == Waiting(products=2, stores=1)
    async with database.read() as tx:
        listed = await problem_list.list_reasons(tx, anna)
        found, total = await problem_list.page_of_reason(tx, anna, "no_price", 1)
        (of_store,) = await problem_list.list_store_problems(tx, anna)
    assert [(one.code, one.count, one.examples) for one in listed] == [
        ("no_price", 2, ("a", "b")),
        ("bad_row", 1, ("a",)),
        ("not_for_sale", 1, ("c",)),
    ]
    assert ([one.product_id for one in found], total) == (["a", "b"], 2)
    assert of_store.code == "store_not_paid"


async def test_nothing_waits_for_somebody_new(database: Database, anna: int) -> None:
    assert await count(database, anna) == Waiting()
    async with database.read() as tx:
        assert await problem_list.list_reasons(tx, anna) == []
        assert await problem_list.page_of_reason(tx, anna, "no_price", 3) == ([], 0)


async def test_both_ends_without_a_confirmation_wait(database: Database, anna: int) -> None:
    await connect(database, anna)
    assert not (await count(database, anna)).connections


@pytest.mark.parametrize(
    ("statuses", "is_held"),
    [
        pytest.param((RunStatus.DONE, RunStatus.HELD), True, id="held"),
        pytest.param((RunStatus.HELD, RunStatus.DONE), False, id="over"),
        pytest.param((RunStatus.HELD, None), True, id="another goes on"),
    ],
)
async def test_the_last_run_that_ended_tells_whether_it_is_held(
    statuses: tuple[RunStatus | None, ...], is_held: bool, database: Database, anna: int
) -> None:
    for minute, status in enumerate(statuses):
        now = NOON.replace(minute=minute)
        made = (anna, RunKind.MIRROR, RunTrigger.TIMER, now)
        run_id = await database.write(runs.create_run, *made)
        if status is not None:
            await database.write(runs.finish_run, run_id, RunEnd(status=status), now)
    assert (await count(database, anna)).is_held is is_held


async def test_goods_are_counted_once_whatever_the_stores(
    database: Database, anna: int, boris: int
) -> None:
    place = Place(user_id=anna, community_id=7)
    sized = replace(
        group("sizes", parent_id="tea"), attributes=(Attribute(id="size", name="Размер"),)
    )
    first = store_reading(
        product("a", parent_id="tea"),
        product("b", parent_id="sizes"),
        product("c"),
        product("d", parent_id="off"),
        product("e", parent_id="tea"),
        groups=(group("tea"), sized, group("off")),
    )
    second = store_reading(product("a"), product("f"), store=store(SECOND_SHOP, name="Вторая"))
    await database.write(save_snapshot, anna, snapshot(first, second), NOON)
    await database.write(save_snapshot, boris, snapshot(product("z")), NOON)

    async def choose(tx: Tx) -> None:
        await selection.switch_all(tx, anna, is_on=True, now=NOON)
        await selection.switch_group(tx, anna, SHOP, "off", is_on=False, now=NOON)
        await selection.switch_product(tx, anna, SHOP, "e", is_on=False, now=NOON)

    await database.write(choose)
    made = [
        link("a", 1, last={}, members=("f",)),
        replace(link("c", 2, last={}), state=LinkState.LOST),
    ]
    await database.write(links.save_new_links, place, made, None, NOON)
    async with database.read() as tx:
        chosen = await selection.get_selection(tx, anna)
        groups = await catalog.list_groups(tx, anna)
        counted = await shop_numbers.count_goods(tx, anna, place, chosen, groups)
        bare = await shop_numbers.count_goods(tx, anna, None, chosen, groups)
    # Chosen are a, b, c, f; a stands for f too.
    assert counted == Numbers(in_till=6, groups=2, chosen=4, chosen_groups=1, in_vk=1, missing=2)
    assert (bare.in_vk, bare.missing) == (0, 4)


async def test_what_is_answered_goes_and_nothing_else(
    database: Database, anna: int, boris: int
) -> None:
    for user_id in (anna, boris):
        await tell(database, user_id, told("vk_error", "a"), told("no_price", "a"))
    await database.write(retries.drop_problems, anna, "a", [SHOP], {"vk_error"})
    async with database.read() as tx:
        left = [one.code for one in await problems.list_problems(tx, anna)]
        theirs = [one.code for one in await problems.list_problems(tx, boris)]
    assert (left, sorted(theirs)) == (["no_price"], ["no_price", "vk_error"])
