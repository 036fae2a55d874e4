"""A desk over a database, with what it wrote to people and whose work it stopped."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from evosync.accounts import sign_in
from evosync.accounts.desk import Desk
from evosync.accounts.sign_in import Visit
from evosync.alerts.mail import Letter
from evosync.db import accounts, journal
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.roles import RoleName
from tests.builders import NOON

PASSWORD = "мой чай остыл вчера"
OTHER_PASSWORD = "а пирог ещё тёплый"
VISIT = Visit(address="198.51.100.7", user_agent="Firefox")
ELSEWHERE = Visit(address="203.0.113.9", user_agent="Safari")
PUBLIC_URL = "https://tea.example"

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is decided before any row is asked for, or is a table of cases."""


@dataclass(slots=True)
class HandClock:
    """Stands still until a test moves it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def move(self, **units: float) -> None:
        """Go on by days, hours, minutes, seconds."""
        self.at += timedelta(**units)


@dataclass(slots=True)
class Mailbox:
    """Takes letters to whomever."""

    letters: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


@dataclass(slots=True)
class Phones:
    """Take messages: the number and the text of each."""

    messages: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, phone: str, text: str) -> None:
        self.messages.append((phone, text))


@dataclass(slots=True)
class Hashing:
    """Counts what costs: hashes made, and the hashes that passwords were compared with."""

    made: int = 0
    compared: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """Be one of those that go on."""
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        yield
        with self.lock:
            self.at_once -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A desk, and hands to look behind it with. Everybody's password is `PASSWORD`."""

    desk: Desk
    clock: HandClock
    mailbox: Mailbox
    phones: Phones
    stopped: list[int]
    password_hash: str

    async def add(self, email: str, role: RoleName = RoleName.USER, **values: Any) -> User:
        """Make an account, active unless said otherwise."""
        ready: dict[str, Any] = {
            "status": UserStatus.ACTIVE,
            "password_hash": self.password_hash,
            "email_confirmed_at": self.clock(),
        }
        new = NewUser(email=email, role=role, **ready | values)
        user_id = await self.desk.database.write(accounts.create_user, new, self.clock())
        assert user_id is not None
        return await self.standing(user_id)

    async def standing(self, user: User | int) -> User:
        """Give an account as its rows are now."""
        found = await self.found(user)
        assert found is not None
        return found

    async def found(self, user: User | int) -> User | None:
        """Give an account as its rows are now, if there is one."""
        async with self.desk.database.read() as tx:
            return await accounts.find_user(tx, user if isinstance(user, int) else user.id)

    async def by_email(self, email: str) -> User | None:
        async with self.desk.database.read() as tx:
            return await accounts.find_user_by_email(tx, email)

    async def come_in(self, user: User, visit: Visit = VISIT) -> str:
        """Begin a session without a password; gives the cookie's value."""
        return await sign_in.begin_session(self.desk, user, visit)

    async def is_in(self, key: str) -> bool:
        session = await sign_in.find_session(self.desk, key)
        await self.desk.errands.settled()
        return session is not None

    async def letters(self, kind: str = "") -> list[Letter]:
        """List the letters that were sent, once all on their way arrived."""
        await self.desk.errands.settled()
        if on_their_way := list(self.desk.post._kinds):
            await asyncio.wait(on_their_way)
        return [each for each in self.mailbox.letters if kind in {"", each.kind}]

    async def messages(self) -> list[tuple[str, str]]:
        """List the messages that were sent to phones, once all on their way arrived."""
        await self.desk.errands.settled()
        return self.phones.messages

    async def letter(self, kind: str) -> Letter:
        """Give the one letter of a kind."""
        [letter] = await self.letters(kind)
        return letter

    async def acts(self, action: str = "") -> list[journal.Act]:
        """List what was written down, the first one first."""
        async with self.desk.database.read() as tx:
            return (await journal.list_acts(tx, journal.ActSearch(action=action)))[::-1]


def token_in(text: str) -> str:
    """Read the token of the one link in a text."""
    [token] = re.findall(rf"{PUBLIC_URL}/[a-z-]+\?token=(\S+)", text)
    return str(token)
