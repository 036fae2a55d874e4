"""Fixtures of the browser's tests: one Chromium and one town a session, a context a person."""

import os
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from evosync.db.accounts import NewUser, UserStatus, create_user
from evosync.db.roles import RoleName
from tests.browser.chromium import Person, chromium, come, executable
from tests.browser.fair import open_fair
from tests.browser.looks import Tour
from tests.browser.served import Served, let_in_anna, open_served
from tests.browser.stand import Stand, open_stand
from tests.browser.town import Town, open_town

# Playwright belongs to the loop that it was started on, so all that drive it share one.
on_session = pytest_asyncio.fixture(loop_scope="session", scope="session")
on_test = pytest_asyncio.fixture(loop_scope="session")


class Newcomer(Protocol):
    """Lets somebody come to a service; what goes wrong in their browser fails the test."""

    def __call__(self, url: str, **options: Any) -> Awaitable[Person]: ...


@on_session
async def browser() -> AsyncIterator[Browser]:
    if executable() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed, and in CI it has to be")
        pytest.skip("chromium is not installed")
    async with chromium() as opened:
        yield opened


@on_session
async def town(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Town]:
    """Give a service with people of every kind, open to everybody."""
    async with open_town(tmp_path_factory.mktemp("town"), sqlite_template) as opened:
        yield opened


@on_session
async def fair(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Town]:
    """Give a service over a sandbox, with people in every state of a connection."""
    async with open_fair(tmp_path_factory.mktemp("fair"), sqlite_template) as opened:
        yield opened


@on_session
async def fresh(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Stand]:
    """Give a service that has just been installed; tests only look at it."""
    async with open_stand(tmp_path_factory.mktemp("fresh"), sqlite_template) as stand:
        yield stand


@on_session
async def tour(browser: Browser, town: Town, fair: Town, fresh: Stand) -> Tour:
    return Tour(browser=browser, town=town, fair=fair, fresh=fresh)


@on_test
async def stand(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stand]:
    """Give a service that has just been installed, for one test alone."""
    async with open_stand(tmp_path / "stand", sqlite_template) as opened:
        yield opened


@on_test
async def open_to_all(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stand]:
    """Give a service that has its owner, and where everybody may register."""
    folder = tmp_path / "open"
    async with open_stand(folder, sqlite_template, REGISTRATION="open") as opened:
        owner = NewUser(
            email="olga@example.com", role=RoleName.SYSTEM, status=UserStatus.ACTIVE, name="Ольга"
        )
        await opened.desk.database.write(create_user, owner, opened.desk.clock())
        yield opened


@on_test
async def served(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Served]:
    """Give a service over a sandbox that looks at connections each second; Anna has an account."""
    folder = tmp_path / "served"
    async with open_served(folder, sqlite_template, HEALTH_CHECK_INTERVAL_SECONDS="1") as opened:
        await let_in_anna(opened)
        yield opened


@on_test
async def served_with_evotor(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Served]:
    """Give such a service where people sign in at Evotor too."""
    folder = tmp_path / "served"
    async with open_served(folder, sqlite_template, with_evotor=True) as opened:
        await let_in_anna(opened)
        yield opened


@on_test
async def newcomer(browser: Browser) -> AsyncIterator[Newcomer]:
    came: list[Person] = []

    async def let_in(url: str, **options: Any) -> Person:
        person = await come(browser, url, **options)
        came.append(person)
        return person

    yield let_in
    for person in came:
        await person.context.close()
    assert not [trouble for person in came for trouble in person.troubles]
