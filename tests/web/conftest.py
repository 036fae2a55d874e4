"""The application's state over a fresh database, with a clock moved by hand."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from evosync.accounts.desk import open_desk
from evosync.db.engine import Database
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Scheduler
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.state import AppState
from evosync.wiring import open_installation


@dataclass(slots=True)
class HandClock:
    """Stands still until a test moves it."""

    at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **units: float) -> None:
        """Go on by days, hours, minutes, seconds."""
        self.at += timedelta(**units)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def state(clock: HandClock, sqlite_url: str, tmp_path: Path) -> AsyncIterator[AppState]:
    settings = Settings(database_url=sqlite_url, data_dir=tmp_path)
    async with open_installation(settings) as opened:
        scheduler = Scheduler(clock=clock, rounds=())
        scheduler.start()
        mirroring = Mirroring(replace(opened, clock=clock), asyncio.Event())
        desk = open_desk(settings, opened.database, opened.vault, clock, stop_work=mirroring.drop)
        yield AppState(
            database=opened.database, mirroring=mirroring, scheduler=scheduler, desk=desk
        )
        await desk.post.stop(1)
        scheduler.stop()


@pytest.fixture
def app(state: AppState) -> Starlette:
    made = make_app()
    made.state.evosync = state
    return made


@pytest.fixture
async def monitor(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client such as an uptime monitor is."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://evosync.test") as client:
        yield client


def with_database(app: Starlette, database: Database) -> None:
    """Put another database under an application."""
    app.state.evosync = replace(app.state.evosync, database=database)
