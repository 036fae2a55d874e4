"""What lives while the service runs: the installation, the scheduler and the runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from starlette.applications import Starlette

from evosync.accounts.administration import go_on_deleting
from evosync.accounts.desk import Desk, open_desk
from evosync.db.accounts import has_any_user
from evosync.db.migrate import migrate
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Round, Scheduler
from evosync.settings import Settings
from evosync.web.state import AppState
from evosync.wiring import open_installation

log = structlog.get_logger(__name__)

FIRST_PIPELINE = timedelta(seconds=30)
LETTERS_GRACE_S = 5.0
# What a stop, or a fault of the database, left of accounts that were to go.
DELETIONS_EVERY = timedelta(minutes=10)
FIRST_DELETIONS = timedelta(seconds=10)


@asynccontextmanager
async def lifespan(
    app: Starlette,
    settings: Settings,
    stopping: asyncio.Event,
    *,
    first_pipeline: timedelta = FIRST_PIPELINE,
) -> AsyncIterator[None]:
    """Open the service behind `app`; `stopping` is set as soon as a stop is asked for.

    Entered by our own server and not by uvicorn, so that a start that fails
    raises what it is: one EvoSyncError with one sentence.
    """
    await migrate(settings.database)
    async with open_installation(settings) as opened:
        mirroring = Mirroring(opened, stopping)
        every = timedelta(seconds=settings.catalog_refresh_interval_seconds)
        desk = open_desk(
            settings, opened.database, opened.vault, opened.clock, stop_work=mirroring.drop
        )
        scheduler = Scheduler(
            clock=opened.clock,
            rounds=(
                Round(
                    name="pipeline",
                    work=mirroring.enqueue_due,
                    every=every,
                    first_after=min(first_pipeline, every),
                ),
                Round(
                    name="deletions",
                    work=lambda: go_on_deleting(desk),
                    every=DELETIONS_EVERY,
                    first_after=FIRST_DELETIONS,
                ),
            ),
        )
        app.state.evosync = AppState(
            database=opened.database, mirroring=mirroring, scheduler=scheduler, desk=desk
        )
        try:
            await mirroring.start()
            scheduler.start()
            log.info("service started")
            await _tell_of_setup(desk)
            yield
        finally:
            stopping.set()
            scheduler.stop()
            await asyncio.gather(mirroring.stop(), desk.close(LETTERS_GRACE_S))
            log.info("service stopped")


async def _tell_of_setup(desk: Desk) -> None:
    """Print where the first account is made, while there is none: a new link at each start."""
    async with desk.database.read() as tx:
        if await has_any_user(tx):
            return
    link = f"{desk.settings.public_url}/setup?key={desk.setup_key}"
    log.warning("there is no account yet: open this link to make the first one", link=link)
