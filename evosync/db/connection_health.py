"""Queries of the checks: which connections are to be looked at, and what was found of each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from evosync.db.accounts import UserStatus
from evosync.db.services import Service, table_of
from evosync.db.tables.accounts import users
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check of a connection came to.

    `connected_at` is which connection was looked at: what stands there
    meanwhile under another moment is not what was checked. Without an `error`
    (a Russian sentence, `code` its short name) it is online; one that
    `is_passing` says nothing of what a person would have to mend. `names` are
    columns that the check learnt anew; `with_rights` = the dearer check was
    made too. One that `is_partial` did not ask all there is to ask, and so
    counts only as long as nobody else looked after `seen_at`, when it began.
    """

    connected_at: datetime | None
    error: str | None = None
    code: str | None = None
    sealed_link: str | None = field(repr=False, default=None)
    is_passing: bool = False
    with_rights: bool = False
    is_partial: bool = False
    seen_at: datetime | None = None
    names: dict[str, str | int | None] = field(default_factory=dict)


async def list_connected(tx: Tx) -> list[int]:
    """List the active users who have connected something, or have a token waiting for a try."""
    evotor, vk = evotor_connections.c, vk_connections.c
    found = await tx.scalars(
        select(users.c.id)
        .outerjoin(evotor_connections, evotor.user_id == users.c.id)
        .outerjoin(vk_connections, vk.user_id == users.c.id)
        .where(
            users.c.status == UserStatus.ACTIVE.value,
            evotor.access_token.is_not(None)
            | evotor.candidate_token.is_not(None)
            | vk.access_token.is_not(None),
        )
        .order_by(users.c.id)
    )
    return list(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What had been found of a connection before: False and None of one never checked."""

    is_online: bool
    code: str | None


async def mark_checked(
    tx: Tx, service: Service, user_id: int, finding: Finding, now: datetime
) -> Before | None:
    """Write a check down; returns what stood before.

    None when that connection stands no more, or a partial check was overtaken.
    """
    table = table_of(service)
    mine = (
        table.c.user_id == user_id,
        table.c.access_token.is_not(None),
        table.c.connected_at == finding.connected_at,
    )
    found = await tx.execute(
        select(table.c.is_online, table.c.last_error_code, table.c.last_checked_at)
        .where(*mine)
        .with_for_update()
    )
    before = found.one_or_none()
    if before is None or (finding.is_partial and before.last_checked_at != finding.seen_at):
        return None
    if finding.is_passing and before.last_error_code and not before.is_online:
        # What a person has to mend stays so while nobody answers.
        await tx.execute(update(table).where(*mine).values(last_checked_at=now, updated_at=now))
        return Before(is_online=False, code=before.last_error_code)
    values: dict[str, Any] = {
        **finding.names,
        "is_online": finding.error is None,
        "last_error": finding.error,
        "last_error_code": finding.code,
        "last_checked_at": now,
        "updated_at": now,
    }
    if "error_link" in table.c:
        values["error_link"] = finding.sealed_link
    if finding.with_rights:
        values["rights_checked_at"] = now
    await tx.execute(update(table).where(*mine).values(values))
    return Before(is_online=before.is_online, code=before.last_error_code)
