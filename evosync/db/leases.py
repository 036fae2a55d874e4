"""Leases: who may run, across tasks and processes, by the database's own clock."""

import functools
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from evosync.db.tables.runs import leases
from evosync.db.types import Tx

TTL = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=15)

# Tokens of this process whose task ended while the database was away.
_abandoned: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lease: one task (`token`) of one process of one machine.

    `process_started` tells apart two processes that had the same pid; it is
    "" where the system does not say.
    """

    token: str
    host: str
    pid: int
    process_started: str


def new_holder() -> Holder:
    """Make a holder for a task of this process."""
    pid = os.getpid()
    return Holder(
        token=secrets.token_hex(16), host=_host(), pid=pid, process_started=process_started(pid)
    )


def mirror_lease(user_id: int) -> str:
    """Name the lease of a user's runs."""
    return f"mirror:{user_id}"


async def take(tx: Tx, name: str, holder: Holder, ttl: timedelta = TTL) -> bool:
    """Take the lease if it is free, has run out, or its holder died on this machine.

    One with more to go than `ttl` was taken before the database's clock was
    set back: a holder who lives has renewed it, or will find it lost.
    """
    now = await database_now(tx)
    values = {
        "token": holder.token,
        "host": holder.host,
        "pid": holder.pid,
        "process_started": holder.process_started,
        "taken_at": now,
        "expires_at": now + ttl,
    }
    row = (
        await tx.execute(select(leases).where(leases.c.name == name).with_for_update())
    ).one_or_none()
    if row is None:
        try:
            # Another may insert between our look and our insert.
            async with tx.begin_nested():
                await tx.execute(insert(leases).values(name=name, **values))
        except IntegrityError:
            return False
        return True
    standing = Holder(
        token=row.token, host=row.host, pid=row.pid, process_started=row.process_started
    )
    is_running = now < row.expires_at <= now + ttl
    if is_running and standing.token != holder.token and not is_dead(standing):
        return False
    await tx.execute(update(leases).where(leases.c.name == name).values(**values))
    return True


async def renew(tx: Tx, name: str, token: str, ttl: timedelta = TTL) -> bool:
    """Keep the lease for another `ttl`; False when it is no longer ours."""
    if not await holds(tx, name, token):
        return False
    until = await database_now(tx) + ttl
    await tx.execute(update(leases).where(leases.c.name == name).values(expires_at=until))
    return True


async def holds(tx: Tx, name: str, token: str) -> bool:
    """Tell whether the lease is ours; in a write it stays so until the transaction ends."""
    found = await tx.execute(
        select(leases.c.token, leases.c.expires_at).where(leases.c.name == name).with_for_update()
    )
    row = found.one_or_none()
    return row is not None and row.token == token and row.expires_at > await database_now(tx)


async def free(tx: Tx, name: str, token: str) -> None:
    """Give the lease back, if it is still ours."""
    await tx.execute(delete(leases).where(leases.c.name == name, leases.c.token == token))


def abandon(token: str) -> None:
    """Let a lease of this process be taken again, though it could not be given back."""
    _abandoned.add(token)


async def database_now(tx: Tx) -> datetime:
    """Return the database's own moment: machines that share it may disagree on theirs."""
    if tx.dialect.name == "sqlite":
        told = await tx.scalar(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
    moment: datetime | None = await tx.scalar(text("SELECT UTC_TIMESTAMP(6)"))
    if moment is None:
        raise TypeError("the database has no clock")
    return moment.replace(tzinfo=UTC)


def is_dead(holder: Holder) -> bool:
    """Tell whether a holder of this machine is surely gone; one of another is never sure."""
    if holder.token in _abandoned:
        return True
    if holder.host != _host():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it lives, under another user
    return holder.process_started != process_started(holder.pid)


def process_started(pid: int) -> str:
    """Return the boot that a process runs in, and when in it the process began."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # proc(5): field 22, starttime, in ticks since boot. The second field, the
    # name in brackets, may hold anything, so the count begins after it.
    return f"{boot}:{stat.rpartition(')')[2].split()[19]}"


@functools.cache
def _host() -> str:
    return socket.gethostname()
