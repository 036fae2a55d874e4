"""Tokens that Evotor delivered: each is tried before it may replace one that works."""

from datetime import timedelta

import msgspec
import structlog

from evosync.db import connections, notices
from evosync.db.alerts import AlertKind, close_alert
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.connections import evotor_connection, list_stores
from evosync.keepers import KnownToken
from evosync.wiring import Installation

log = structlog.get_logger(__name__)

MOST = 5  # tokens that wait for one user; Evotor repeats a delivery, but brings few different ones

# As long as Evotor repeats its calls (contract, 6.6): what it refuses by then it will not take.
PATIENCE = timedelta(days=3)


async def add_candidate(opened: Installation, tx: Tx, user_id: int, token: str) -> None:
    """Let a delivered token wait for its try, before those that wait already."""
    sealed = await notices.find_candidates(tx, user_id)
    waiting = [] if sealed is None else _opened(opened, sealed)
    kept = [token, *(each for each in waiting if each != token)][:MOST]
    fresh = opened.vault.seal(msgspec.json.encode(kept).decode())
    await notices.save_candidates(tx, user_id, fresh, opened.clock(), instead_of=sealed)


async def try_candidates(opened: Installation, user_id: int) -> bool:
    """Try what was delivered, the latest first; returns whether one took its place.

    A token that Evotor refuses goes when another works, or has had its time.
    """
    async with opened.database.read() as tx:
        sealed = await notices.find_candidates(tx, user_id)
        standing = await connections.find_evotor(tx, user_id)
    if sealed is None:
        return False
    working = None if standing is None else opened.vault.open(standing.sealed_token)
    for token in _opened(opened, sealed):
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
    await connections.save_evotor(tx, connection, now)
    await mark_checked(tx, Service.EVOTOR, user_id, Finding(connected_at=now), now)
    await close_alert(tx, user_id, AlertKind.CONNECTION, Service.EVOTOR.value, now)


async def _drop(
    tx: Tx, opened: Installation, user_id: int, sealed: str, *, is_useless: bool
) -> None:
    now = opened.clock()
    since = await notices.candidates_since(tx, user_id)
    if is_useless or (since is not None and now - since >= PATIENCE):
        await notices.save_candidates(tx, user_id, None, now, instead_of=sealed)
        log.info("delivered token dropped", user_id=user_id)


def _opened(opened: Installation, sealed: str) -> list[str]:
    return msgspec.json.decode(opened.vault.open(sealed), type=list[str])
