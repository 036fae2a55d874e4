"""A database that is lent again is as if it had just been made."""

import asyncio
from typing import Any

from sqlalchemy import Connection, inspect, text

from evosync.db.engine import open_database
from evosync.db.migrate import on_own_connection
from evosync.db.types import Tx
from tests.db.people import add_user
from tests.lending import Lender


async def _use(url: str) -> tuple[list[Any], int]:
    """Give what is seeded, and the id of a person; write more, and take out what was seeded."""
    database = open_database(url)

    async def change(tx: Tx) -> list[Any]:
        seeded = list((await tx.execute(text("SELECT * FROM role_permissions"))).all())
        await tx.execute(text("DELETE FROM role_permissions"))
        return seeded

    async def leave(tx: Tx, user_id: int) -> None:
        await tx.execute(text("DELETE FROM users WHERE id = :id"), {"id": user_id})

    try:
        user_id = await add_user(database, "anna@example.com")
        await database.write(leave, user_id)
        await add_user(database, "boris@example.com")
        return await database.write(change), user_id
    finally:
        await database.close()


def test_what_was_written_is_gone_and_ids_begin_anew(lender: Lender) -> None:
    seen = []
    for _ in range(2):
        with lender.lent() as url:
            seeded, user_id = asyncio.run(_use(url))
            seen.append((url, seeded, user_id))
    assert seen[0][1]
    assert seen[0] == seen[1]


def test_one_whose_schema_was_changed_is_not_lent_again(lender: Lender) -> None:
    def change(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE users ADD COLUMN odd INT"))

    def columns(connection: Connection) -> set[str]:
        return {each["name"] for each in inspect(connection).get_columns("users")}

    with lender.lent() as changed:
        asyncio.run(on_own_connection(changed, change))
    with lender.lent() as url:
        assert url != changed
        assert "odd" not in asyncio.run(on_own_connection(url, columns))
