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

    A token that Evotor refuses goes when another works, or has had its time;
    one of another Evotor account than the connected one goes at once: that
    exchange is a person's to make.
    """
    async with opened.database.read() as tx:
        sealed = await notices.find_candidates(tx, user_id)
        standing = await connections.find_evotor(tx, user_id)
        user = await find_user(tx, user_id)
    if sealed is None or user is None or not user.may_come_in:
        return False
    working = _working(opened, standing)
    for token in notices.read_candidates(opened.vault, sealed):
        if token == working:
            break  # a repeated delivery of what is there
        try:
            with structlog.contextvars.bound_contextvars(user_id=user_id):
                stores = await list_stores(opened, KnownToken(token))
        except NeedsPerson:
            continue
        except TryLater as error:
            log.info("delivered token not tried", user_id=user_id, cause=error.cause)
            return False
        base = EvotorConnection(user_id=user_id, sealed_token=opened.vault.seal(token))
        found = evotor_connection(base, stores)
        if standing is not None and not _is_same_account(found, standing):
            log.warning("delivered token of another account", user_id=user_id)
            continue
        is_taken = await opened.database.write(_promote, opened, found, standing, sealed)
        log.info("delivered token tried", user_id=user_id, is_taken=is_taken)
        return is_taken
    await opened.database.write(_drop, opened, user_id, sealed, is_useless=working is not None)
    return False


def _is_same_account(found: EvotorConnection, standing: EvotorConnection) -> bool:
    known = (found.evotor_user_id, standing.evotor_user_id)
    return None in known or known[0] == known[1]


async def _promote(
    tx: Tx,
    opened: Installation,
    connection: EvotorConnection,
    standing: EvotorConnection | None,
    sealed: str,
) -> bool:
    """Let a token take its place; False when a person connected or cut the till meanwhile."""
    now, user_id = opened.clock(), connection.user_id
    # Locks the row. What was delivered meanwhile is tried together with this one.
    if not await notices.save_candidates(tx, user_id, None, now, instead_of=sealed):
        return False
    latest = await connections.find_evotor(tx, user_id)
    if (latest and latest.connected_at) != (standing and standing.connected_at):
        return False
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
    return True


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
