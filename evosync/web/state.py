"""What the application holds while it runs: built by the lifespan, read by pages."""

from dataclasses import dataclass

from evosync.db.engine import Database
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """The open parts of a running service."""

    database: Database
    mirroring: Mirroring
    scheduler: Scheduler
