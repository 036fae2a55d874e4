"""Whether the service lives, in one look: what /health tells and what a monitor is pinged for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog

from evosync.db import settings_kv
from evosync.db.engine import Database
from evosync.errors import EvoSyncError
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Scheduler
from evosync.outbound.client import Client, Request, Unreachable

log = structlog.get_logger(__name__)

Status = Literal["ok", "degraded", "down"]

PING_TIMEOUT_S = 10.0
PING_ROUND = "ping"
WRITTEN = "written_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the service is made of, each answering or not."""

    is_database_up: bool
    is_scheduler_up: bool
    is_impaired: bool

    @property
    def status(self) -> Status:
        """Down: the database or the scheduler is silent. Degraded: a round of work fails."""
        if not (self.is_database_up and self.is_scheduler_up):
            return "down"
        return "degraded" if self.is_impaired else "ok"


async def take_vitals(database: Database, scheduler: Scheduler, mirroring: Mirroring) -> Vitals:
    """Look at everything; the database has a second to answer.

    Impaired: a round of the scheduler failed the last time (a monitor that
    cannot be pinged does not count), or nothing succeeds although it should.
    """
    try:
        await database.ping()
        is_database_up = True
    except EvoSyncError:
        is_database_up = False
    return Vitals(
        is_database_up=is_database_up,
        is_scheduler_up=scheduler.is_alive(),
        is_impaired=bool(scheduler.failed - {PING_ROUND}) or mirroring.is_overdue(),
    )


async def prove_writable(database: Database, now: datetime) -> None:
    """Write a row, so that a round fails where nothing can be written: a full disk is still read.

    Raises as every write does.
    """
    await database.write(settings_kv.save_value, WRITTEN, now.isoformat(), now)


async def ping(client: Client, url: str, vitals: Vitals) -> None:
    """Tell a dead-man's monitor that all is well; when it is not, silence tells."""
    if vitals.status != "ok":
        log.warning("monitor not pinged", status=vitals.status)
        return
    # Whoever knows the address could ping in our name.
    request = Request(method="GET", url=url, timeout_s=PING_TIMEOUT_S, has_secret_url=True)
    try:
        answer = await client.send(request)
    except Unreachable as error:
        log.warning("monitor not pinged", cause=error.cause)
        return
    if answer.status >= 400:
        log.warning("monitor not pinged", cause=f"HTTP {answer.status}")
