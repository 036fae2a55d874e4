"""Evotor's cloud that calls a service within the process, and a look at what the calls left."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from sqlalchemy import select

from evosync.db import accounts, connections, notices
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.connections import EvotorConnection
from evosync.db.tables.connections import evotor_connections
from evosync.db.tables.journal import webhook_events
from evosync.sandbox.evotor.webhooks import WebhookSender
from tests.web.crowd import PASSWORD, SITE, Stage

SECRET = "2f1c9b0e-app-token-of-evotor"
ANNA_ID, BORIS_ID = "01-000000000000777", "01-000000000000888"
ANNA, BORIS = "anna@tea.example", "boris@coffee.example"


async def no_pause(_seconds: float) -> None:
    """Let the cloud repeat its calls at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A service that Evotor calls."""

    stage: Stage
    password_hash: str

    def sender(
        self,
        *,
        secret: str = SECRET,
        auth: Literal["bearer", "basic", "bare"] = "bearer",
        prefix: str = "/api/v1",
        tries: int = 1,
    ) -> AbstractAsyncContextManager[WebhookSender]:
        """Give the cloud; whatever is not taken is sent so often."""
        return WebhookSender(
            SITE,
            secret,
            prefix=prefix,
            auth=auth,
            give_up_after=tries,
            sleep=no_pause,
            transport=httpx.ASGITransport(self.stage.app),
        )

    async def add(
        self, email: str, status: UserStatus = UserStatus.ACTIVE, *, has_password: bool = True
    ) -> User:
        """Make an account whose password is `PASSWORD`."""
        new = NewUser(
            email=email,
            status=status,
            password_hash=self.password_hash if has_password else None,
            email_confirmed_at=None if status is UserStatus.PENDING else self.stage.desk.clock(),
        )
        now = self.stage.desk.clock()
        user_id = await self.stage.database.write(accounts.create_user, new, now)
        assert user_id is not None
        return await self.stage.user(email)

    async def owner(self, evotor_user_id: str) -> User | None:
        """Find whose account an Evotor user has."""
        async with self.stage.database.read() as tx:
            return await notices.find_by_evotor_user(tx, evotor_user_id)

    async def till(self, user: User) -> EvotorConnection | None:
        """Find the till that somebody has connected, once all that was delivered has been tried."""
        await self.stage.settled()
        async with self.stage.database.read() as tx:
            return await connections.find_evotor(tx, user.id)

    async def token(self, user: User) -> str | None:
        """Return the token of that till, opened."""
        till = await self.till(user)
        return None if till is None else self.stage.desk.vault.open(till.sealed_token)

    async def events(self) -> list[Mapping[str, Any]]:
        """List the calls that were kept, the first one first."""
        async with self.stage.database.read() as tx:
            found = await tx.execute(select(webhook_events).order_by(webhook_events.c.id))
            return [dict(row) for row in found.mappings()]

    async def rows(self) -> list[Mapping[str, Any]]:
        """List the rows of tills, with what waits in them."""
        async with self.stage.database.read() as tx:
            found = await tx.execute(select(evotor_connections))
            return [dict(row) for row in found.mappings()]

    async def count_users(self) -> int:
        async with self.stage.database.read() as tx:
            return len(await accounts.list_users(tx))


def verify_form(email: str = ANNA, password: str = PASSWORD) -> dict[str, str]:
    """Fill the form of who has an account."""
    return {"username": email, "password": password}
