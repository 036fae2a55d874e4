"""Queries on sessions of browsers: the cookie's value is not kept, only its hash."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from evosync.db.accounts import User, held_by, user_of
from evosync.db.tables.accounts import sessions, users
from evosync.db.types import Tx

LONGEST_AGENT = 255  # characters, as the column holds them


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session to be: the cookie's value, whose it is, from where, and until when."""

    key: str
    user_id: int
    address: str
    user_agent: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that stands, and the account that it speaks for."""

    id_hash: str
    user: User
    created_at: datetime
    last_seen_at: datetime


async def create_session(tx: Tx, new: NewSession, now: datetime) -> None:
    """Begin a session; those of the same account that ran out are swept away."""
    await tx.execute(
        delete(sessions).where(sessions.c.user_id == new.user_id, sessions.c.expires_at <= now)
    )
    await tx.execute(
        insert(sessions).values(
            id_hash=hash_key(new.key),
            user_id=new.user_id,
            address=new.address,
            user_agent=new.user_agent[:LONGEST_AGENT],
            is_remembered=True,
            created_at=now,
            last_seen_at=now,
            expires_at=new.expires_at,
        )
    )


async def find_session(tx: Tx, key: str, now: datetime) -> Session | None:
    """Find the session of a cookie's value; None when there is none, or it ran out."""
    columns = (sessions.c.id_hash, sessions.c.created_at.label("begun_at"), sessions.c.last_seen_at)
    row = (
        await tx.execute(
            select(users, *columns)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.id_hash == hash_key(key), sessions.c.expires_at > now)
        )
    ).one_or_none()
    if row is None:
        return None
    return Session(
        id_hash=row.id_hash,
        user=user_of(row, await held_by(tx, row.id)),
        created_at=row.begun_at,
        last_seen_at=row.last_seen_at,
    )


async def touch_session(tx: Tx, id_hash: str, expires_at: datetime, now: datetime) -> None:
    """Write down that the session was used, and until when it lasts now."""
    await tx.execute(
        update(sessions)
        .where(sessions.c.id_hash == id_hash)
        .values(last_seen_at=now, expires_at=expires_at)
    )


async def end_session(tx: Tx, id_hash: str) -> None:
    """End one session."""
    await tx.execute(delete(sessions).where(sessions.c.id_hash == id_hash))


async def end_sessions(tx: Tx, user_id: int, *, but: str | None = None) -> None:
    """End all sessions of an account, or all but the one of this hash."""
    query = delete(sessions).where(sessions.c.user_id == user_id)
    await tx.execute(query if but is None else query.where(sessions.c.id_hash != but))


def hash_key(key: str) -> str:
    """Return what is kept of a cookie's value."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()
