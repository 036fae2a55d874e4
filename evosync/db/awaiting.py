"""A `serve` that starts before its MariaDB: after a reboot nobody says who comes first."""

import asyncio
import contextlib

import structlog

from evosync.db.engine import open_database
from evosync.db.urls import is_sqlite, normalise_url
from evosync.errors import TryLater

log = structlog.get_logger(__name__)

WAIT_S = 60.0
POLL_S = 1.0
TELL_EVERY_S = 10.0


async def await_database(url: str, stopping: asyncio.Event, *, wait_s: float = WAIT_S) -> None:
    """Return as soon as the database answers; a file needs no waiting for.

    Raises TryLater when it is silent for `wait_s` seconds, or `stopping` is
    set meanwhile (code "stopping"); Misconfigured at once for what time does
    not mend, such as a wrong password.
    """
    if is_sqlite(normalise_url(url)):
        return
    clock = asyncio.get_running_loop().time
    until, tell_at = clock() + wait_s, clock()
    database = open_database(url)
    try:
        while True:
            try:
                await database.ping()
            except TryLater as error:
                if clock() >= until:
                    raise
                if clock() >= tell_at:
                    tell_at = clock() + TELL_EVERY_S
                    left_s = round(until - clock())
                    log.warning("database not there yet", cause=error.cause, waiting_s=left_s)
            else:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), POLL_S)
                raise stopped()
    finally:
        await database.close()


def stopped() -> TryLater:
    """Make the error of a start that a stop overtook."""
    return TryLater("Остановлено до запуска.", code="stopping")
