"""The deletion of an account: every row of every table, in pieces, and nobody else's."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select

from evosync.catalog.problem import Problem
from evosync.db import problems
from evosync.db.deletion import CHUNK, delete_user, tables_of_users
from evosync.db.engine import Database
from evosync.db.schema import metadata
from evosync.db.tables.accounts import users
from evosync.db.tables.journal import api_logs, audit_log
from evosync.db.types import Tx
from tests.builders import NOON, SHOP
from tests.db import rows

MANY = 2 * CHUNK + 5

# What is common to all, and the log of acts, which outlives everybody.
STAYS = {name for name, table in metadata.tables.items() if "user_id" not in table.columns} - {
    "users"
}


async def count(database: Database) -> dict[str, int]:
    """Count the rows of each table."""
    async with database.read() as tx:
        return {
            name: await tx.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }


async def add_many(tx: Tx, user_id: int) -> None:
    """Add rows to a numbered table, and to one whose key has several columns."""
    log = {"service": "vk", "method": "market.add", "url": "https://api.vk.ru", "at": NOON}
    await tx.execute(insert(api_logs), [{"user_id": user_id, **log} for _ in range(MANY)])
    found = (
        Problem(product_id=str(number), store_id=SHOP, name="Чай", code="no_price", detail={})
        for number in range(MANY)
    )
    await problems.save_problems(tx, user_id, found, NOON)


def test_every_table_that_knows_an_account_is_cleared_and_dependent_rows_go_first() -> None:
    names = [table.name for table in tables_of_users()]
    assert set(names) == set(metadata.tables) - STAYS - {"users"}
    assert names.index("run_changes") < names.index("runs")
    assert "audit_log" in STAYS


async def test_a_deleted_account_leaves_no_row_but_in_the_log_of_acts(database: Database) -> None:
    async def fill(tx: Tx) -> rows.Rows:
        return await tx.run_sync(rows.fill)

    before = {name: len(each) for name, each in (await database.write(fill)).items()}
    assert all(before.values())
    async with database.read() as tx:
        [user_id] = await tx.scalars(select(users.c.id))
    await delete_user(database, user_id)
    left = {name: number for name, number in (await count(database)).items() if number}
    assert left == {name: before[name] for name in STAYS}
    async with database.read() as tx:
        columns = (audit_log.c.actor, audit_log.c.actor_id, audit_log.c.subject_id)
        [act] = await tx.execute(select(*columns))
    assert tuple(act) == ("1я", None, None)


@pytest.mark.parametrize("name", ["api_logs", "problems"])
async def test_many_rows_go_a_thousand_at_a_time_and_nobody_elses(
    name: str, database: Database, anna: int, boris: int, writes: list[str]
) -> None:
    for user_id in (anna, boris):
        await database.write(add_many, user_id)
    writes.clear()
    await delete_user(database, anna)
    assert [each.split()[:3] for each in writes].count(["DELETE", "FROM", name]) == 3
    left = await count(database)
    assert (left[name], left["users"]) == (MANY, 1)
    async with database.read() as tx:
        assert set(await tx.scalars(select(metadata.tables[name].c.user_id))) == {boris}


class Killed(Exception):
    """The process ended."""


class Dying(Database):
    """A database whose process ends after some transactions."""

    left = 4

    async def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.left:
            raise Killed
        self.left -= 1
        return await super().write(work, *args, **kwargs)


async def test_a_deletion_that_was_cut_short_goes_on(database: Database, anna: int) -> None:
    await database.write(add_many, anna)
    with pytest.raises(Killed):
        await delete_user(Dying(database.engine), anna)
    assert (await count(database))["users"] == 1
    await delete_user(database, anna)
    left = await count(database)
    assert (left["users"], left["api_logs"], left["problems"]) == (0, 0, 0)


async def test_to_delete_nobody_does_nothing(database: Database, anna: int) -> None:
    before = await count(database)
    await delete_user(database, anna + 1)
    assert await count(database) == before
