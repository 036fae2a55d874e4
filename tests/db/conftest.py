"""Fixtures of the database's tests: Anna who owns the shop, Boris, and a count of writes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from evosync.db.engine import Database
from evosync.db.ledger import DbLedger
from tests.db.ledgers import open_ledger
from tests.db.people import add_user


@pytest.fixture
async def anna(database: Database) -> int:
    """Give the id of Anna, who owns the shop."""
    return await add_user(database, "anna@example.com")


@pytest.fixture
async def boris(database: Database) -> int:
    """Give the id of Boris, who does not."""
    return await add_user(database, "boris@example.com")


@pytest.fixture
async def ledger(database: Database, anna: int) -> DbLedger:
    """Give the ledger of Anna's run."""
    return await open_ledger(database, anna)


@pytest.fixture
def writes(database: Database) -> Iterator[list[str]]:
    """Give the list of statements that change rows, as they are sent."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(maxsplit=1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            sent.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
