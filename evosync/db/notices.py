"""Queries on what Evotor's webhooks brought: whose account it is, and tokens that wait for a try.

A shop's owner may install the application before or after there is an account
here, and Evotor delivers its calls in any order and more than once.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evosync.db.accounts import User, find_user
from evosync.db.tables.accounts import users
from evosync.db.tables.connections import evotor_connections
from evosync.db.tables.journal import webhook_events
from evosync.db.types import Tx, new_id
from evosync.db.vault import Vault

_WAITING, _DONE = "waiting", "done"

MOST = 5
"""Tokens that wait for one user; Evotor repeats a delivery, but brings few different ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A webhook's body as it is kept: masked, its token sealed apart."""

    kind: str
    evotor_user_id: str | None
    body: Any
    sealed: str | None = None
    error: str | None = None


async def save_notice(tx: Tx, notice: NewNotice, user_id: int | None, now: datetime) -> int:
    """Keep a webhook's body; a token of an Evotor user nobody knows yet waits with it."""
    is_waiting = notice.sealed is not None and user_id is None
    made = await tx.execute(
        insert(webhook_events).values(
            kind=notice.kind,
            user_id=user_id,
            evotor_user_id=notice.evotor_user_id,
            body=notice.body,
            sealed=notice.sealed if is_waiting else None,
            state=_WAITING if is_waiting else _DONE,
            error=notice.error,
            received_at=now,
            handled_at=None if is_waiting else now,
        )
    )
    return new_id(made)


async def find_by_evotor_user(
    tx: Tx, evotor_user_id: str, *, will_save: bool = False
) -> User | None:
    """Find the account that is tied to an Evotor user."""
    found = await tx.scalar(select(users.c.id).where(users.c.evotor_user_id == evotor_user_id))
    return None if found is None else await find_user(tx, found, will_save=will_save)


async def tie(tx: Tx, user_id: int, evotor_user_id: str | None, now: datetime) -> bool:
    """Tie an account to an Evotor user, or with None untie it; False when another has that one."""
    query = update(users).where(users.c.id == user_id)
    try:
        async with tx.begin_nested():
            await tx.execute(query.values(evotor_user_id=evotor_user_id, updated_at=now))
    except IntegrityError:
        return False
    return True


async def ensure_row(tx: Tx, user_id: int, now: datetime) -> None:
    """Make a place for what Evotor delivers to a user who has not connected a till."""
    mine = evotor_connections.c.user_id == user_id
    # Evotor's calls come side by side: what is not there yet cannot be locked, its account can.
    await tx.execute(select(users.c.id).where(users.c.id == user_id).with_for_update())
    if await tx.scalar(select(evotor_connections.c.id).where(mine).with_for_update()) is None:
        new = {"user_id": user_id, "is_online": False, "connected_at": now, "updated_at": now}
        await tx.execute(insert(evotor_connections).values(new))


async def keep_api_token(tx: Tx, user_id: int, sealed: str, now: datetime) -> str:
    """Keep the token that we answer to Evotor, sealed; returns the one that stands already."""
    await ensure_row(tx, user_id, now)
    mine = evotor_connections.c.user_id == user_id
    standing: str | None = await tx.scalar(select(evotor_connections.c.api_token).where(mine))
    if standing is None:
        await tx.execute(update(evotor_connections).where(mine).values(api_token=sealed))
    return standing or sealed


async def take_waiting(tx: Tx, evotor_user_id: str, user_id: int, now: datetime) -> list[str]:
    """Take the sealed tokens that waited for this Evotor user, the latest first."""
    mine = (
        webhook_events.c.evotor_user_id == evotor_user_id,
        webhook_events.c.state == _WAITING,
    )
    query = select(webhook_events.c.sealed).where(*mine).order_by(webhook_events.c.id.desc())
    found = [sealed for sealed in await tx.scalars(query) if sealed is not None]
    await tx.execute(
        update(webhook_events)
        .where(*mine)
        .values(state=_DONE, sealed=None, user_id=user_id, handled_at=now)
    )
    return found


async def find_candidates(tx: Tx, user_id: int) -> str | None:
    """Find the tokens that wait for a try: sealed, for `read_candidates` to open."""
    query = select(evotor_connections.c.candidate_token)
    found: str | None = await tx.scalar(query.where(evotor_connections.c.user_id == user_id))
    return found


def read_candidates(vault: Vault, sealed: str) -> list[str]:
    """Open the tokens that wait, the latest first. Raises NeedsPerson when no key opens them."""
    tokens: list[str] = json.loads(vault.open(sealed))
    return tokens


async def add_candidate(tx: Tx, vault: Vault, user_id: int, token: str, now: datetime) -> None:
    """Let a delivered token wait for its try, before those that wait already."""
    query = select(evotor_connections.c.candidate_token)
    # Locked, or one of two that come at once would be written over.
    sealed: str | None = await tx.scalar(
        query.where(evotor_connections.c.user_id == user_id).with_for_update()
    )
    waiting = [] if sealed is None else read_candidates(vault, sealed)
    kept = [token, *(each for each in waiting if each != token)][:MOST]
    await save_candidates(tx, user_id, vault.seal(json.dumps(kept)), now, instead_of=sealed)


async def move_delivered(tx: Tx, vault: Vault, giver: int, taker: int, now: datetime) -> None:
    """Let all tokens of one account wait for their try at another."""
    found = await tx.execute(
        select(evotor_connections.c.access_token, evotor_connections.c.candidate_token).where(
            evotor_connections.c.user_id == giver
        )
    )
    row = found.one_or_none()
    if row is None:
        return
    tokens = [] if row.candidate_token is None else read_candidates(vault, row.candidate_token)
    if row.access_token is not None:
        tokens.append(vault.open(row.access_token))
    await tx.execute(delete(evotor_connections).where(evotor_connections.c.user_id == giver))
    await ensure_row(tx, taker, now)
    for token in reversed(tokens):
        await add_candidate(tx, vault, taker, token, now)


async def candidates_since(tx: Tx, user_id: int) -> datetime | None:
    """Return when tokens last came to wait, for a user without a working one."""
    query = select(evotor_connections.c.updated_at)
    found: datetime | None = await tx.scalar(query.where(evotor_connections.c.user_id == user_id))
    return found


async def save_candidates(
    tx: Tx, user_id: int, sealed: str | None, now: datetime, *, instead_of: str | None
) -> bool:
    """Put another list of tokens in place of one; False when that stands there no more."""
    mine = (evotor_connections.c.user_id == user_id,)
    standing = await tx.scalar(
        select(evotor_connections.c.candidate_token).where(*mine).with_for_update()
    )
    if standing != instead_of:
        return False
    await tx.execute(
        update(evotor_connections).where(*mine).values(candidate_token=sealed, updated_at=now)
    )
    return True
