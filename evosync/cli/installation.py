"""What most commands begin with: the installation opened and closed, and the account they mean."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from evosync.accounts.desk import Desk, open_desk
from evosync.cli.frame import UnknownEmail, load_settings, log_to_stderr
from evosync.db import accounts
from evosync.db.accounts import User
from evosync.wiring import Installation, open_installation


@asynccontextmanager
async def installation() -> AsyncIterator[Installation]:
    """Open the installation for one command."""
    settings = load_settings()
    log_to_stderr(settings)
    async with open_installation(settings) as opened:
        yield opened


async def find_user(opened: Installation, email: str) -> User:
    """Find an account; what the command logs from here on is of it. Raises UnknownEmail."""
    async with opened.database.read() as tx:
        found = await accounts.find_user_by_email(tx, email)
    if found is None:
        raise UnknownEmail(email)
    structlog.contextvars.bind_contextvars(user_id=found.id)
    return found


def desk_of(opened: Installation) -> Desk:
    """Open what acts on accounts work with."""
    return open_desk(opened.settings, opened.database, opened.vault, opened.clock)
