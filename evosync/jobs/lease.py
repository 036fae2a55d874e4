"""Holding a user's lease while a run goes on: taken, renewed, given back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from evosync.db import leases
from evosync.db.engine import Database
from evosync.db.leases import Holder
from evosync.errors import EvoSyncError, TryLater
from evosync.log import log_fault

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Hold:
    """A held lease; `is_lost` once another holder has it."""

    holder: Holder
    is_lost: bool = False


@asynccontextmanager
async def hold_user(database: Database, user_id: int) -> AsyncIterator[Hold]:
    """Hold the one place for runs of a user. Raises TryLater when somebody else runs."""
    name = leases.mirror_lease(user_id)
    holder = leases.new_holder()
    if not await database.write(leases.take, name, holder):
        raise TryLater("Уже идёт другой запуск этого пользователя.", code="busy")
    hold = Hold(holder=holder)
    renewing = asyncio.create_task(_renew(database, name, hold), name=f"renew {name}")
    try:
        yield hold
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        try:
            await database.write(leases.free, name, holder.token)
        except Exception as error:  # noqa: BLE001 - see below
            # Whoever is next here takes it all the same, and others when it runs out;
            # what the run did and met must not be lost for it.
            leases.abandon(holder.token)
            log_fault(log, "lease not freed", error, lease=name)


async def _renew(database: Database, name: str, hold: Hold) -> None:
    while not hold.is_lost:
        await asyncio.sleep(leases.RENEW_EVERY.total_seconds())
        try:
            hold.is_lost = not await database.write(leases.renew, name, hold.holder.token)
        except EvoSyncError as error:
            # Each batch checks the lease itself; here the next renewal tries again.
            log.warning("lease not renewed", lease=name, cause=error.cause)
