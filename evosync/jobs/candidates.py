"""Tokens that Evotor delivered: each is tried before it may replace one that works."""

from datetime import timedelta

import structlog

from evosync.db import connections, notices
from evosync.db.accounts import find_user
from evosync.db.connections import EvotorConnection
from evosync.db.journal import Act, write_act
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.connections import evotor_connection, list_stores, save_checked_evotor
from evosync.keepers import KnownToken
from evosync.wiring import Installation

log = structlog.get_logger(__name__)

# As long as Evotor repeats its calls (contract, 6.6): what it refuses by then it will not take.
PATIENCE = timedelta(days=3)


async def try_candidates(opened: Installation, user_id: int) -> bool:
    """Try what was delivered, the latest first; returns whether one took its place.

    A token that Evotor refuses goes when another works, or has had its time.
    """
    async with opened.database.read() as tx:
        sealed = await notices.find_candidates(tx, user_id)
        standing = await connections.find_evotor(tx, user_id)
    if sealed is None:
        return False
    working = _working(opened, standing)
    for token in notices.read_candidates(opened.vault, sealed):
        if token == working:
            break  # a repeated delivery of what is there
        try:
            stores = await list_stores(opened, KnownToken(token))
        except NeedsPerson:
            continue
        except TryLater as error:
            log.info("delivered token not tried", user_id=user_id, cause=error.cause)
            return False
        base = EvotorConnection(user_id=user_id, sealed_token=opened.vault.seal(token))
        await opened.database.write(_promote, opened, evotor_connection(base, stores), sealed)
        log.info("delivered token taken", user_id=user_id)
        return True
    await opened.database.write(_drop, opened, user_id, sealed, is_useless=working is not None)
    return False


async def _promote(tx: Tx, opened: Installation, connection: EvotorConnection, sealed: str) -> None:
    now, user_id = opened.clock(), connection.user_id
    # What was delivered meanwhile waits on.
    await notices.save_candidates(tx, user_id, None, now, instead_of=sealed)
    await save_checked_evotor(tx, connection, now)
    user = await find_user(tx, user_id)
    if user is not None:
        detail = {"service": Service.EVOTOR.value, "name": connection.store_name or ""}
        act = Act(
            action="connection.saved",
            actor="Evotor",
            subject=user.email or user.shown_name,
            subject_id=user_id,
            detail=detail,
            at=now,
        )
        await write_act(tx, act)


async def _drop(
    tx: Tx, opened: Installation, user_id: int, sealed: str, *, is_useless: bool
) -> None:
    now = opened.clock()
    since = await notices.candidates_since(tx, user_id)
    if is_useless or (since is not None and now - since >= PATIENCE):
        await notices.save_candidates(tx, user_id, None, now, instead_of=sealed)
        log.info("delivered token dropped", user_id=user_id)


def _working(opened: Installation, standing: EvotorConnection | None) -> str | None:
    """Return the token that stands, which may work; None when no key of ours opens it."""
    try:
        return None if standing is None else opened.vault.open(standing.sealed_token)
    except NeedsPerson:
        return None
