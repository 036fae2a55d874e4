"""The application's state over a fresh database, with a clock moved by hand."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from evosync.accounts.desk import open_desk
from evosync.accounts.passwords import hash_again
from evosync.backup.standing_order import Backups
from evosync.db.engine import Database
from evosync.db.roles import RoleName
from evosync.doctor.checklist import DATABASE, SLOW
from evosync.doctor.examination import Examination
from evosync.jobs.checks import Checks
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.scheduler import Scheduler
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.state import AppState
from evosync.wiring import open_installation
from tests.web import crowd
from tests.web.cloud import SECRET, Called
from tests.web.crowd import Stage, Who
from tests.web.ends import Ends
from tests.web.outside import ADDRESSES, Outside, seeded_outside, wired
from tests.web.people import Person, add_person, browser
from tests.web.sending import Sender

LOCAL = tuple(check for check in SLOW if check.section == DATABASE)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an installation stands on."""

    clock: HandClock
    outside: Outside
    configured: dict[str, Any]
    data_dir: Path

    @asynccontextmanager
    async def opened(self, url: str) -> AsyncIterator[AppState]:
        """Open an installation over a database."""
        given: dict[str, Any] = {"database_url": url, "data_dir": self.data_dir}
        settings = Settings(**given, base_url="http://evosync.test", **ADDRESSES | self.configured)
        async with (
            open_installation(settings, now=self.clock) as unwired,
            wired(unwired, self.outside) as opened,
        ):
            scheduler = Scheduler(clock=self.clock)
            scheduler.start([])
            stopping = asyncio.Event()
            mirroring = Mirroring(opened, stopping)
            desk = open_desk(
                settings, opened.database, opened.vault, self.clock, stop_work=mirroring.drop
            )
            yield AppState(
                opened=opened,
                mirroring=mirroring,
                checks=Checks(opened),
                scheduler=scheduler,
                backups=Backups(settings, opened.database, self.clock),
                desk=desk,
                stopping=stopping,
                # Names of hosts are not looked up here.
                examination=(examination := Examination(LOCAL)),
            )
            stopping.set()
            await examination.close()
            await desk.close(1)
            await mirroring.stop(1)
            scheduler.stop()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def outside() -> Outside:
    """Give Evotor and VK as the service sees them."""
    return seeded_outside()


@pytest.fixture
def configured() -> dict[str, Any]:
    """Give settings that differ; a module of tests may have its own."""
    return {}


@pytest.fixture
def ground(
    clock: HandClock, outside: Outside, configured: dict[str, Any], tmp_path: Path
) -> Ground:
    """Give all that an installation stands on but its database."""
    return Ground(clock=clock, outside=outside, configured=configured, data_dir=tmp_path)


@pytest.fixture
async def state(ground: Ground, sqlite_url: str) -> AsyncIterator[AppState]:
    async with ground.opened(sqlite_url) as made:
        yield made


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
def ends(app: Starlette, state: AppState, anna: Person, outside: Outside) -> Ends:
    """Give Anna's ends, of which none is connected."""
    return Ends(app=app, state=state, person=anna, outside=outside)


@pytest.fixture
async def sender(ends: Ends, clock: HandClock) -> AsyncIterator[Sender]:
    """Give Anna with both ends connected, and all of the till chosen."""
    async with ends.browser() as client:
        made = Sender(ends=ends, client=client, move=clock.move)
        await made.connect()
        yield made


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The folder of an installation at which a person of every kind has an account.

    `keys` and `words` are those of its stage.
    """

    folder: Path
    keys: dict[Who, str]
    words: dict[str, str]


@pytest.fixture(scope="session")
def gathered(
    sqlite_template: Path, crowd_hash: str, tmp_path_factory: pytest.TempPathFactory
) -> Gathered:
    """Give the folder that each stage begins with; to gather people takes longer than a test."""
    folder = tmp_path_factory.mktemp("gathered")
    file = Path(shutil.copyfile(sqlite_template, folder / "evosync.db"))
    ground = Ground(clock=HandClock(), outside=seeded_outside(), configured={}, data_dir=folder)

    async def gather() -> Stage:
        async with ground.opened(f"sqlite:///{file}") as made:
            return await Stage.open(_app_of(made), made, crowd_hash)

    stage = asyncio.run(gather())
    return Gathered(folder=folder, keys=stage.keys, words=stage.words)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path) -> str:
    """Give the URL of a fresh SQLite database; beneath a stage it has its people already."""
    if "stage" in request.fixturenames:
        gathered: Gathered = request.getfixturevalue("gathered")
        shutil.copytree(gathered.folder, tmp_path, dirs_exist_ok=True)
    return sqlite_url


@pytest.fixture
def stage(app: Starlette, state: AppState, gathered: Gathered) -> Stage:
    """Give an installation with a person of every kind, each signed in."""
    words = gathered.words | {"key": state.desk.setup_key}
    return Stage(app=app, state=state, keys=dict(gathered.keys), words=words)


@pytest.fixture
async def empty_stage(app: Starlette, state: AppState) -> Stage:
    """Give an installation that nobody has an account at."""
    return await Stage.open(app, state, None)


@pytest.fixture
async def any_stage(ground: Ground, database_url: str, crowd_hash: str) -> AsyncIterator[Stage]:
    """Give an installation with people over a database of each kind."""
    async with ground.opened(database_url) as made:
        yield await Stage.open(_app_of(made), made, crowd_hash)


@pytest.fixture
async def any_empty_stage(ground: Ground, database_url: str) -> AsyncIterator[Stage]:
    """Give an installation that nobody has an account at, over a database of each kind."""
    async with ground.opened(database_url) as made:
        yield await Stage.open(_app_of(made), made, None)


@pytest.fixture
def called(any_empty_stage: Stage, crowd_hash: str) -> Called:
    """Give a service that Evotor calls, over a database of each kind, and nobody's account."""
    any_empty_stage.set(evotor_webhook_secret=SECRET)
    return Called(stage=any_empty_stage, password_hash=crowd_hash)


@pytest.fixture
def called_once(empty_stage: Stage, crowd_hash: str) -> Called:
    """Give such a service over SQLite: for what is decided before any row is asked for."""
    empty_stage.set(evotor_webhook_secret=SECRET)
    return Called(stage=empty_stage, password_hash=crowd_hash)


def with_database(app: Starlette, database: Database) -> None:
    """Put another database under an application."""
    held: AppState = app.state.evosync
    app.state.evosync = replace(
        held,
        opened=replace(held.opened, database=database),
        desk=replace(held.desk, database=database),
    )
