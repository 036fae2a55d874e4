"""`python -m tests.flow.killed_at migrate`: `evosync …` that is killed at a statement of SQL.

Nothing of the program is changed: SQLAlchemy tells of each statement before it is sent, and the
one that begins with what the test has named is the last thing the process sees. SQLite may keep
but a few pages in memory, so that what is not committed yet is in the files already.
"""

import os
import signal
import sys
from importlib import import_module
from typing import Any

from sqlalchemy import Engine, event

STATEMENT = "TEST_KILLED_AT"
FEW_PAGES = 5


def _die_at(beginning: str) -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def look(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(beginning):
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "connect")
    def spill(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA cache_size={FEW_PAGES}")


if __name__ == "__main__":
    _die_at(os.environ.pop(STATEMENT))
    sys.argv[0] = "evosync"
    import_module("evosync.cli.main").main()
