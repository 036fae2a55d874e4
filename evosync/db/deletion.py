"""The deletion of an account: first its rows of every table, a thousand at a time, then itself."""

from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from evosync.db.accounts import UserStatus
from evosync.db.engine import Database
from evosync.db.schema import metadata
from evosync.db.tables.accounts import users
from evosync.db.types import Tx

CHUNK = 1000  # rows; one great delete would hold its locks too long


def tables_of_users() -> list[Table[Any]]:
    """List the tables whose rows go with their account, the dependent ones first."""
    return [
        table
        for table in reversed(metadata.sorted_tables)
        for column in [table.c.get("user_id")]
        if column is not None
        and any(
            key.column is users.c.id and key.ondelete == "CASCADE" for key in column.foreign_keys
        )
    ]


async def list_deleting(tx: Tx) -> list[int]:
    """List the accounts whose deletion was cut short."""
    query = select(users.c.id).where(users.c.status == UserStatus.DELETING.value)
    return list(await tx.scalars(query.order_by(users.c.id)))


async def delete_user(database: Database, user_id: int) -> None:
    """Delete an account that nothing works for any more, with all that is its own.

    What was done, in the log of acts, stays. After a cut it is begun again.
    """
    for table in tables_of_users():
        while await database.write(delete_chunk, table, table.c.user_id == user_id) == CHUNK:
            pass
    await database.write(_delete_account, user_id)


async def delete_chunk(tx: Tx, table: Table[Any], fits: ColumnElement[bool]) -> int:
    """Delete some of the rows that fit, and return how many: fewer than CHUNK were the last."""
    key = list(table.primary_key.columns)
    rows = (await tx.execute(select(*key).where(fits).limit(CHUNK))).all()
    if rows:
        await tx.execute(delete(table).where(tuple_(*key).in_([tuple(row) for row in rows])))
    return len(rows)


async def _delete_account(tx: Tx, user_id: int) -> None:
    await tx.execute(delete(users).where(users.c.id == user_id))
