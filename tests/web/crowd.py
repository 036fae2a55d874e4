"""An installation with a person of every kind, so that a page can be looked at by all of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx
from sqlalchemy import Engine, event
from starlette.applications import Starlette

from evosync.accounts.desk import Desk
from evosync.accounts.sign_in import IDLE_LIFETIME
from evosync.accounts.signed_links import LinkKind
from evosync.accounts.throttling import Throttle
from evosync.db import account_changes, accounts, roles, runs, sessions
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.engine import Database
from evosync.db.roles import RoleName
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.sessions import NewSession
from evosync.db.types import Tx
from evosync.engine.held import Ask, make_held
from evosync.engine.report import RunStatus
from evosync.web.auth import COOKIE
from evosync.web.state import AppState
from tests.web.all_rows import Rows, read_rows, write_rows

PASSWORD = "три синих чайника на полке"
SITE = "http://evosync.test"
OWN = {"Sec-Fetch-Site": "same-origin"}


class Who(StrEnum):
    """Who looks at a page. Another user is Boris, whom administrators act on."""

    ANONYMOUS = "anonymous"
    PENDING = "pending"
    USER = "user"
    ANOTHER = "another"
    ADMIN = "admin"
    SYSTEM = "system"
    SUSPENDED = "suspended"


EMAILS: dict[Who, str] = {who: f"{who}@example.ru" for who in Who if who != "anonymous"}
GUEST = "guest@example.ru"
ROLES = {Who.ADMIN: RoleName.ADMIN, Who.SYSTEM: RoleName.SYSTEM}

COMMUNITY = 77
HELD = make_held(
    [(Ask.HIDE.value, "p1"), (Ask.HIDE.value, "p2")], ["С продажи ушло бы два товара."]
)


class _Written:
    """Counts what this process writes into any database."""

    count = 0


_written = _Written()


@event.listens_for(Engine, "before_cursor_execute")
def _note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    if statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
        _written.count += 1


@dataclass(slots=True, kw_only=True)
class Stage:
    """The application, who has an account at it, and words that addresses are filled with.

    `words`: an id by each person's kind, `guest` (invited and never came),
    `role` (that of users), `run` (the user's, that asks under `digest`) and
    `queued` (that waits), and the tokens `confirm`, `reset`, `invite`;
    `key` is that of the page for the first account.
    """

    app: Starlette
    state: AppState
    keys: dict[Who, str]
    words: dict[str, str]
    _seen: dict[int, Rows] = field(default_factory=dict, repr=False)

    @classmethod
    async def open(cls, app: Starlette, state: AppState, password_hash: str | None) -> "Stage":
        """Put people on a stage; nobody without a hash of their password."""
        stage = cls(app=app, state=state, keys={}, words={"key": state.desk.setup_key})
        if password_hash is not None:
            await stage._gather(password_hash)
        return stage

    @property
    def desk(self) -> Desk:
        """The desk as the application has it now."""
        desk: Desk = self.app.state.evosync.desk
        return desk

    @property
    def database(self) -> Database:
        """The database under all of it."""
        return self.state.database

    def client(self, who: Who, headers: Mapping[str, str] = OWN) -> httpx.AsyncClient:
        """Give a browser of a person; it says that all it asks comes from our own pages."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url=SITE,
            headers=headers,
            cookies={COOKIE: self.keys[who]} if who in self.keys else None,
        )

    def forget_tries(self) -> None:
        """Let everybody try as if for the first time."""
        self._replace(throttle=Throttle())

    def set(self, **settings: Any) -> None:
        """Run with other settings."""
        made = {
            each: getattr(self.desk.settings, each) for each in self.desk.settings.__struct_fields__
        }
        self._replace(settings=type(self.desk.settings)(**made | settings))

    def use(self, **parts: Any) -> None:
        """Run with other parts of the desk."""
        self._replace(**parts)

    async def user(self, who: Who | str) -> User:
        """Read an account as it stands, by its kind or its e-mail."""
        email = EMAILS[who] if isinstance(who, Who) else who
        async with self.database.read() as tx:
            found = await accounts.find_user_by_email(tx, email)
        assert found is not None
        return found

    async def link(self, kind: LinkKind, who: Who | str) -> str:
        """Make the token of a link for an account as it stands."""
        return self.desk.links.make(kind, await self.user(who)).partition("token=")[2]

    async def settled(self) -> None:
        """Wait until nothing goes on behind the pages."""
        await self.desk.errands.settled()
        while tasks := list(self.state.mirroring._tasks.values()):
            await asyncio.wait(tasks)
            await asyncio.sleep(0)  # for what comes after them to begin

    async def rows(self) -> Rows:
        """Read all that the database holds, once nothing goes on behind the pages.

        But for the log of requests, which tells of what did nothing, too, and a while later.
        """
        await self.settled()
        # Read again only after something was written: it is asked for thousands of times.
        if _written.count not in self._seen:
            self._seen = {_written.count: await read_rows(self.database)}
        return self._seen[_written.count]

    async def restore(self, rows: Rows) -> None:
        """Let the database hold just these rows."""
        await self.settled()
        write_rows(self.database, rows)
        self._seen.clear()

    def _replace(self, **parts: Any) -> None:
        desk = replace(self.desk, **parts)
        self.app.state.evosync = replace(self.app.state.evosync, desk=desk)

    async def _gather(self, password_hash: str) -> None:
        for who in EMAILS:
            await self._add(who, password_hash)
        now = self.desk.clock()
        guest = NewUser(email=GUEST, invited_at=now)
        user_id = await self.database.write(accounts.create_user, guest, now)
        async with self.database.read() as tx:
            listed = await roles.list_roles(tx)
        role = next(each for each in listed if each.name is RoleName.USER)
        self.words |= {
            "guest": str(user_id),
            "role": str(role.id),
            "confirm": await self.link(LinkKind.CONFIRM, Who.PENDING),
            "reset": await self.link(LinkKind.RESET, Who.USER),
            "invite": await self.link(LinkKind.INVITE, GUEST),
            "next": str((user_id or 0) + 1),
        }

    async def _add(self, who: Who, password_hash: str) -> None:
        now = self.desk.clock()
        is_pending = who is Who.PENDING
        new = NewUser(
            email=EMAILS[who],
            name=f"Имя {who}",
            role=ROLES.get(who, RoleName.USER),
            status=UserStatus.PENDING if is_pending else UserStatus.ACTIVE,
            password_hash=password_hash,
            email_confirmed_at=None if is_pending else now,
        )
        user_id = await self.database.write(accounts.create_user, new, now)
        assert user_id is not None
        self.keys[who] = f"key of {who}".replace(" ", "-")
        session = NewSession(
            key=self.keys[who],
            user_id=user_id,
            address="127.0.0.1",
            user_agent="",
            expires_at=now + IDLE_LIFETIME,
        )
        await self.database.write(sessions.create_session, session, now)
        if who is Who.SUSPENDED:
            # The session is left standing, as if the suspension had missed it.
            status = UserStatus.SUSPENDED
            await self.database.write(account_changes.set_status, user_id, status, now)
        if who is Who.USER:
            self.words |= await self.database.write(add_runs, user_id, now)
        self.words[who.value] = str(user_id)


async def add_runs(tx: Tx, user_id: int, now: datetime) -> dict[str, str]:
    """Let a run ask its person, and another one wait for its turn; gives their words."""
    kind, trigger = RunKind.MIRROR, RunTrigger.TIMER
    asks = await runs.create_run(tx, user_id, kind, trigger, now)
    await runs.claim_run(tx, asks, "worker", now, COMMUNITY)
    await runs.finish_run(tx, asks, RunEnd(status=RunStatus.HELD, held=HELD, live_items=3), now)
    queued = await runs.create_run(tx, user_id, kind, trigger, now)
    return {"run": str(asks), "queued": str(queued), "digest": HELD.digest}
