"""What the application holds while it runs: built by the lifespan, read by pages."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from evosync.accounts.desk import Desk
from evosync.backup.standing_order import Backups
from evosync.db.engine import Database
from evosync.db.goods import GoodsKeeper
from evosync.doctor.examination import Examination
from evosync.jobs.checks import Checks
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Scheduler
from evosync.web.feed_file import FeedShelf
from evosync.web.streams import Streams
from evosync.wiring import Installation

if TYPE_CHECKING:  # the library behind it is loaded only where numbers are asked for
    from evosync.metrics.meter import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """The open parts of a running service; no `meter` = nobody asks for numbers.

    `warnings` are of settings that were passed over.
    """

    opened: Installation
    mirroring: Mirroring
    checks: Checks
    scheduler: Scheduler
    backups: Backups
    desk: Desk
    # Set as soon as a stop is asked for: what never ends by itself ends then.
    stopping: asyncio.Event
    meter: "Meter | None" = None
    warnings: tuple[str, ...] = ()
    streams: Streams = field(default_factory=Streams)
    feeds: FeedShelf = field(default_factory=FeedShelf)
    goods: GoodsKeeper = field(default_factory=GoodsKeeper)
    examination: Examination = field(default_factory=Examination)

    @property
    def database(self) -> Database:
        """The database."""
        return self.opened.database


def state_of(connection: HTTPConnection) -> AppState:
    """Return the open parts of the service that a request came to."""
    state: AppState = connection.app.state.evosync
    return state


def desk_of(connection: HTTPConnection) -> Desk:
    """Return what acts on accounts work with."""
    return state_of(connection).desk
