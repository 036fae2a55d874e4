"""How often a page asks the database: the statements that were sent while it was made."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from evosync.db.engine import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Give the list of statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
