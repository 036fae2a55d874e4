"""What every act on an account needs, opened once: the database, links, letters, the throttle."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from evosync.accounts.errands import Errands
from evosync.accounts.signed_links import PURPOSE, LinkKind, Links
from evosync.accounts.throttling import Throttle
from evosync.alerts.mail import open_mailer
from evosync.alerts.post import Post
from evosync.alerts.sms import SmsSender, open_sms_sender
from evosync.db.accounts import User
from evosync.db.engine import Database
from evosync.db.journal import Act
from evosync.db.vault import Vault
from evosync.settings import Settings

CONFIRM_LIFETIME = timedelta(hours=72)
RESET_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and from where. `name` stays in the log of acts when the account goes."""

    name: str
    user_id: int | None = None
    address: str | None = None

    @classmethod
    def of(cls, user: User, address: str | None) -> "Actor":
        """Name an account's person."""
        return cls(name=user.email or user.shown_name, user_id=user.id, address=address)


COMMAND_LINE = Actor(name="command line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The open parts that acts on accounts work with.

    `stop_work` ends what the service does for a user and returns when nothing
    is done any more. `setup_key` opens the page for the first account; it is
    another one at each start.
    """

    settings: Settings
    database: Database
    vault: Vault
    links: Links
    throttle: Throttle
    post: Post
    sms: SmsSender
    clock: Callable[[], datetime]
    stop_work: Callable[[int], Awaitable[None]]
    errands: Errands = field(default_factory=Errands)
    # Hashes are compared two at a time; more people who sign in at once need not crowd the
    # loop and the pool of connections meanwhile.
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(3))
    setup_key: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(32))

    async def close(self, grace_s: float) -> None:
        """Let what is under way end, letters last, for `grace_s` seconds each at most."""
        await self.errands.stop(grace_s)
        await self.post.stop(grace_s)

    def act(
        self,
        action: str,
        actor: Actor,
        subject: User | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Act:
        """Make an entry for the log of acts."""
        return Act(
            action=action,
            actor=actor.name,
            actor_id=actor.user_id,
            subject="" if subject is None else subject.email or subject.shown_name,
            subject_id=None if subject is None else subject.id,
            detail=detail or {},
            address=actor.address,
            at=self.clock(),
        )


async def nothing_to_stop(_user_id: int) -> None:
    """Stop nothing: a command line works for nobody in the background."""


def open_desk(
    settings: Settings,
    database: Database,
    vault: Vault,
    clock: Callable[[], datetime],
    *,
    stop_work: Callable[[int], Awaitable[None]] = nothing_to_stop,
) -> Desk:
    """Open the desk; it is to be closed. Raises Misconfigured when the mail cannot be."""
    return Desk(
        settings=settings,
        database=database,
        vault=vault,
        links=Links(
            keys=vault.derive(PURPOSE),
            public_url=settings.public_url,
            lifetimes={
                LinkKind.CONFIRM: CONFIRM_LIFETIME,
                LinkKind.RESET: RESET_LIFETIME,
                LinkKind.INVITE: timedelta(hours=settings.invite_expire_hours),
            },
            clock=clock,
        ),
        throttle=Throttle(),
        post=Post(open_mailer(settings)),
        sms=open_sms_sender(settings),
        clock=clock,
        stop_work=stop_work,
    )
