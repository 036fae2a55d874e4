"""Queries on tokens that are renewed: what stands, what takes its place, what is given up."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from evosync.db.services import Service, table_of
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTokens:
    """The tokens of a connection as the row holds them; `refresh` None = nobody can renew them.

    `connected_at` and `refreshed_at` tell when the life of this access token
    began; `expires_at` None = it has no end.
    """

    access: str = field(repr=False)
    refresh: str | None = field(repr=False, default=None)
    device_id: str | None = field(repr=False, default=None)
    expires_at: datetime | None = None
    refreshed_at: datetime | None = None
    connected_at: datetime


async def find_tokens(tx: Tx, service: Service, user_id: int) -> SealedTokens | None:
    """Find the tokens of a connection; None when there is none."""
    table = table_of(service)
    found = await tx.execute(
        select(table).where(table.c.user_id == user_id, table.c.access_token.is_not(None))
    )
    row = found.one_or_none()
    if row is None:
        return None
    return SealedTokens(
        access=row.access_token,
        refresh=row.refresh_token,
        device_id=getattr(row, "device_id", None),
        expires_at=row.expires_at,
        refreshed_at=row.refreshed_at,
        connected_at=row.connected_at,
    )


async def rotate(
    tx: Tx, service: Service, user_id: int, spent: SealedTokens, fresh: SealedTokens, now: datetime
) -> bool:
    """Put fresh tokens in place of the spent ones; False when these stand there no more."""
    table = table_of(service)
    changed = await tx.execute(
        update(table)
        .where(table.c.user_id == user_id, table.c.refresh_token == spent.refresh)
        .values(
            access_token=fresh.access,
            refresh_token=fresh.refresh,
            expires_at=fresh.expires_at,
            refreshed_at=now,
            updated_at=now,
        )
    )
    return changed.rowcount == 1


async def give_up(
    tx: Tx, service: Service, user_id: int, refused: SealedTokens, now: datetime
) -> None:
    """Forget a refresh token that was refused, so that it is not asked with again."""
    table = table_of(service)
    await tx.execute(
        update(table)
        .where(table.c.user_id == user_id, table.c.refresh_token == refused.refresh)
        .values(refresh_token=None, updated_at=now)
    )
