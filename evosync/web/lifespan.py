"""What lives while the service runs: the installation, the scheduler and the runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette

from evosync.accounts.administration import go_on_deleting
from evosync.accounts.desk import Desk, open_desk
from evosync.backup.standing_order import Backups, migrate_safely
from evosync.clock import Leaps, now
from evosync.db.accounts import has_any_user
from evosync.db.awaiting import await_database
from evosync.db.serving import one_serve
from evosync.jobs.alarms import StaleWatch, look_after_pause
from evosync.jobs.checks import Checks
from evosync.jobs.housekeeping import keep_house
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Round, Scheduler
from evosync.jobs.telling import tell_all
from evosync.jobs.vitals import PING_ROUND, ping, prove_writable, take_vitals
from evosync.outbound.client import Client, open_client
from evosync.settings import Settings
from evosync.tally import NOBODY, Tally
from evosync.web.state import AppState
from evosync.wiring import Installation, open_installation

if TYPE_CHECKING:
    from evosync.metrics.meter import Meter

log = structlog.get_logger(__name__)

FIRST_PIPELINE = timedelta(seconds=30)
FIRST_CHECKS = timedelta(seconds=5)
LETTERS_GRACE_S = 5.0
# What a stop, or a fault of the database, left of accounts that were to go.
DELETIONS_EVERY = timedelta(minutes=10)
FIRST_DELETIONS = timedelta(seconds=10)
LETTERS_EVERY = timedelta(minutes=1)
STALE_EVERY = timedelta(minutes=15)
HOUSE_EVERY = timedelta(hours=1)
FIRST_HOUSE = timedelta(minutes=5)
PING_EVERY = timedelta(minutes=1)
# Whether the time for one has come is looked at so often; a failure is tried again then.
BACKUPS_EVERY = timedelta(minutes=15)
FIRST_BACKUP = timedelta(minutes=2)


@asynccontextmanager
async def lifespan(
    app: Starlette,
    settings: Settings,
    stopping: asyncio.Event,
    *,
    first_pipeline: timedelta = FIRST_PIPELINE,
    warnings: tuple[str, ...] = (),
) -> AsyncIterator[None]:
    """Open the service behind `app`; `stopping` is set as soon as a stop is asked for.

    `warnings` are of settings that were passed over, for whoever asks later.
    Entered by our own server and not by uvicorn, so that a start that fails
    raises what it is: one EvoSyncError with one sentence. A MariaDB that is
    not there yet, and an older service that is about to end, are waited for.
    """
    await await_database(settings.database, stopping)
    meter = _meter(settings)
    async with (
        one_serve(settings.database, on_lost=stopping.set, stopping=stopping),
        _opened(settings, meter or NOBODY) as opened,
        _monitor(settings) as monitor,
    ):
        checks = Checks(opened)
        mirroring = Mirroring(opened, stopping, on_paused=partial(look_after_pause, opened, checks))
        desk = open_desk(
            settings, opened.database, opened.vault, opened.clock, stop_work=mirroring.drop
        )
        scheduler = Scheduler(clock=opened.clock, tally=opened.tally)
        app.state.evosync = AppState(
            opened=opened,
            mirroring=mirroring,
            checks=checks,
            scheduler=scheduler,
            backups=Backups(settings, opened.database, opened.clock),
            desk=desk,
            stopping=stopping,
            meter=meter,
            warnings=warnings,
        )
        parts = _Parts(app.state.evosync, monitor, first_pipeline)
        try:
            await app.state.evosync.backups.load()
            await mirroring.start()
            scheduler.start(_rounds(parts))
            log.info("service started")
            await _tell_of_setup(desk)
            yield
        finally:
            stopping.set()
            scheduler.stop()
            await _all_ended(
                mirroring.stop(),
                desk.close(LETTERS_GRACE_S),
                app.state.evosync.streams.settled(),
                app.state.evosync.examination.close(),
            )
            log.info("service stopped")


async def _all_ended(*ends: Awaitable[None]) -> None:
    """Wait for all of them, and only then raise what the first one that failed did.

    What goes on after this does so over a database that is being closed.
    """
    for came in await asyncio.gather(*ends, return_exceptions=True):
        if isinstance(came, BaseException):
            raise came


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the rounds are made of; no `monitor` = nobody is pinged."""

    state: AppState
    monitor: Client | None
    first_pipeline: timedelta


def _rounds(parts: _Parts) -> list[Round]:
    """List what runs when; the checks of connections come before the first run."""
    state, settings = parts.state, parts.state.opened.settings
    desk, monitor = state.desk, parts.monitor
    checks_every = timedelta(seconds=settings.health_check_interval_seconds)
    runs_every = timedelta(seconds=settings.catalog_refresh_interval_seconds)
    # What one round of checks finds is told before the next one begins.
    letters_every = min(LETTERS_EVERY, checks_every)
    stale, leaps = StaleWatch(state.opened), Leaps(desk.clock)

    async def prove_disk() -> None:
        await prove_writable(state.database, desk.clock())

    rounds = [
        Round("checks", state.checks.round, checks_every, min(FIRST_CHECKS, checks_every)),
        Round(
            "pipeline",
            state.mirroring.enqueue_due,
            runs_every,
            min(parts.first_pipeline, runs_every),
        ),
        Round("deletions", lambda: go_on_deleting(desk), DELETIONS_EVERY, FIRST_DELETIONS),
        Round("letters", lambda: tell_all(desk), letters_every, letters_every),
        Round("stale", stale.round, STALE_EVERY, STALE_EVERY),
        Round("writing", prove_disk, letters_every, letters_every),
        Round("house", lambda: keep_house(desk, leaps.look()), HOUSE_EVERY, FIRST_HOUSE),
    ]
    if state.backups.every is not None:
        rounds.append(Round("backups", state.backups.round, BACKUPS_EVERY, FIRST_BACKUP))
    if monitor is not None:

        async def ping_monitor() -> None:
            vitals = await take_vitals(state.database, state.scheduler, state.mirroring)
            await ping(monitor, settings.ping_url, vitals)

        rounds.append(Round(PING_ROUND, ping_monitor, PING_EVERY, PING_EVERY))
    return rounds


@asynccontextmanager
async def _opened(settings: Settings, tally: Tally) -> AsyncIterator[Installation]:
    """Bring the schema up to date, now that no other service works with it, and open it."""
    await migrate_safely(settings, now())
    async with open_installation(settings, tally=tally) as opened:
        yield opened


def _meter(settings: Settings) -> "Meter | None":
    """Make what counts, where somebody asks for numbers."""
    if not settings.metrics_token:
        return None
    from evosync.metrics.meter import Meter  # noqa: PLC0415 - who asks for none need not load it

    return Meter()


@asynccontextmanager
async def _monitor(settings: Settings) -> AsyncIterator[Client | None]:
    """Open the way to the monitor that is pinged; None where there is none."""
    if not settings.ping_url:
        yield None
        return
    client = open_client("monitor")
    try:
        yield client
    finally:
        await client.close()


async def _tell_of_setup(desk: Desk) -> None:
    """Print where the first account is made, while there is none: a new link at each start."""
    async with desk.database.read() as tx:
        if await has_any_user(tx):
            return
    link = f"{desk.settings.public_url}/setup?key={desk.setup_key}"
    log.warning("there is no account yet: open this link to make the first one", link=link)
