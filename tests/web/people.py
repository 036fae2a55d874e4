"""People of the pages: accounts in the database, and the browsers that they look through."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
from starlette.applications import Starlette

from evosync.db import accounts, sessions
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.roles import RoleName
from evosync.db.sessions import NewSession
from evosync.settings import Settings
from evosync.web.auth import COOKIE
from evosync.web.state import AppState

SITE = "http://evosync.test"
# What browsers say of a form that a page of our own sends.
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account, and the value of the cookie of its session."""

    id: int
    email: str
    key: str


async def add_person(
    state: AppState,
    email: str,
    role: RoleName = RoleName.USER,
    *,
    status: UserStatus = UserStatus.ACTIVE,
    password_hash: str | None = None,
    name: str = "",
) -> Person:
    """Make an account and sign it in; whoever signs in by hand needs a password's hash."""
    now = state.desk.clock()
    new = NewUser(
        email=email,
        role=role,
        status=status,
        password_hash=password_hash,
        name=name,
        email_confirmed_at=None if status is UserStatus.PENDING else now,
    )
    user_id = await state.database.write(accounts.create_user, new, now)
    assert user_id is not None
    person = Person(id=user_id, email=email, key=f"key of {user_id}".replace(" ", "-"))
    session = NewSession(
        key=person.key,
        user_id=user_id,
        address="192.0.2.7",
        user_agent="browser of a test",
        expires_at=now.replace(year=now.year + 1),
    )
    await state.database.write(sessions.create_session, session, now)
    return person


def browser(
    app: Any, person: Person | None = None, *, address: str = "192.0.2.7"
) -> httpx.AsyncClient:
    """Open a browser of somebody's, or of a stranger; `app` is any ASGI application."""
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    cookies = {} if person is None else {COOKIE: person.key}
    return httpx.AsyncClient(transport=transport, base_url=SITE, headers=OWN_SITE, cookies=cookies)


def with_settings(app: Starlette, settings: Settings) -> None:
    """Let an application have other settings."""
    held: AppState = app.state.evosync
    app.state.evosync = replace(held, desk=replace(held.desk, settings=settings))
