"""The application's state over a fresh database, with a clock moved by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from evosync.accounts.desk import open_desk
from evosync.accounts.passwords import hash_again
from evosync.db.engine import Database
from evosync.db.roles import RoleName
from evosync.jobs.checks import Checks
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Scheduler
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.state import AppState
from evosync.wiring import open_installation
from tests.web import crowd
from tests.web.crowd import Stage
from tests.web.people import Person, add_person, browser

PASSWORD = "мост через тихую реку"


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
    async with _opened(clock, sqlite_url, tmp_path) as made:
        yield made


@asynccontextmanager
async def _opened(clock: HandClock, url: str, data_dir: Path) -> AsyncIterator[AppState]:
    settings = Settings(database_url=url, data_dir=data_dir, base_url="http://evosync.test")
    async with open_installation(settings, now=clock) as opened:
        scheduler = Scheduler(clock=clock)
        scheduler.start([])
        mirroring = Mirroring(opened, asyncio.Event())
        desk = open_desk(settings, opened.database, opened.vault, clock, stop_work=mirroring.drop)
        yield AppState(
            opened=opened,
            mirroring=mirroring,
            checks=Checks(opened),
            scheduler=scheduler,
            desk=desk,
        )
        await desk.close(1)
        scheduler.stop()


@pytest.fixture
def app(state: AppState) -> Starlette:
    return _app_of(state)


def _app_of(state: AppState) -> Starlette:
    made = make_app()
    made.state.evosync = state
    return made


@pytest.fixture
async def monitor(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client such as an uptime monitor is."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://evosync.test") as client:
        yield client


@pytest.fixture
async def stranger(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Give the browser of somebody who is not signed in."""
    async with browser(app) as client:
        yield client


@pytest.fixture
async def anna(state: AppState) -> Person:
    """Give the owner of a shop, signed in."""
    return await add_person(state, "anna@tea.example", name="Анна")


@pytest.fixture
async def system(state: AppState) -> Person:
    """Give the owner of the service, signed in."""
    return await add_person(state, "olga@evosync.example", RoleName.SYSTEM, name="Ольга")


@pytest.fixture
async def annas(app: Starlette, anna: Person) -> AsyncIterator[httpx.AsyncClient]:
    """Give Anna's browser."""
    async with browser(app, anna) as client:
        yield client


@pytest.fixture
async def systems(app: Starlette, system: Person) -> AsyncIterator[httpx.AsyncClient]:
    """Give the browser of the owner of the service."""
    async with browser(app, system) as client:
        yield client


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Give the hash of PASSWORD; hashing it anew for each account takes longer than a test."""
    return asyncio.run(hash_again(PASSWORD))


@pytest.fixture(scope="session")
def crowd_hash() -> str:
    """Give the hash of everybody's password on a stage."""
    return asyncio.run(hash_again(crowd.PASSWORD))


@pytest.fixture
async def stage(app: Starlette, state: AppState, crowd_hash: str) -> Stage:
    """Give an installation with a person of every kind, each signed in."""
    return await Stage.open(app, state, crowd_hash)


@pytest.fixture
async def empty_stage(app: Starlette, state: AppState) -> Stage:
    """Give an installation that nobody has an account at."""
    return await Stage.open(app, state, None)


@pytest.fixture
async def any_stage(
    clock: HandClock, database_url: str, tmp_path: Path, crowd_hash: str
) -> AsyncIterator[Stage]:
    """Give an installation with people over a database of each kind."""
    async with _opened(clock, database_url, tmp_path) as made:
        yield await Stage.open(_app_of(made), made, crowd_hash)


@pytest.fixture
async def any_empty_stage(
    clock: HandClock, database_url: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """Give an installation that nobody has an account at, over a database of each kind."""
    async with _opened(clock, database_url, tmp_path) as made:
        yield await Stage.open(_app_of(made), made, None)


def with_database(app: Starlette, database: Database) -> None:
    """Put another database under an application."""
    held: AppState = app.state.evosync
    app.state.evosync = replace(
        held,
        opened=replace(held.opened, database=database),
        desk=replace(held.desk, database=database),
    )
