"""Queries of whoever runs the service, over all active users: connections, room in VK, rests."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from evosync.db.accounts import UserStatus
from evosync.db.services import Service, table_of
from evosync.db.tables.accounts import users
from evosync.db.tables.connections import vk_connections
from evosync.db.tables.journal import api_logs
from evosync.db.tables.market import parked, vk_cached_albums, vk_cached_products
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSeen:
    """A connection of an active user, as the last check left it.

    `owner` is the user's e-mail (None: an account without one). `is_whole` =
    nothing is left to choose; a person who is signed in at VK has to choose a
    community.
    """

    service: Service
    user_id: int
    owner: str | None
    is_whole: bool
    is_online: bool
    error: str | None
    code: str | None
    checked_at: datetime | None
    rights_checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fullness:
    """How much of VK's room a community takes, as it was last read."""

    community: str
    items: int
    albums: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A method that VK wants left alone, for how many users, and until when for the last."""

    method: str
    users: int
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How often a service answered so: `status` of HTTP, `code` its own («100 ×3, 15»)."""

    service: str
    status: int | None
    code: str | None
    count: int


async def list_connections(tx: Tx, service: Service) -> list[ConnectionSeen]:
    """List the connections of active users to a service."""
    table = table_of(service)
    has_community = vk_connections.c.community_id if service is Service.VK else None
    found = await tx.execute(
        select(
            users.c.id,
            users.c.email,
            table.c.is_online,
            table.c.last_error,
            table.c.last_error_code,
            table.c.last_checked_at,
            table.c.rights_checked_at,
            *(() if has_community is None else (has_community,)),
        )
        .join(table, table.c.user_id == users.c.id)
        .where(users.c.status == UserStatus.ACTIVE.value, table.c.access_token.is_not(None))
        .order_by(users.c.id)
    )
    return [
        ConnectionSeen(
            service=service,
            user_id=row.id,
            owner=row.email,
            is_whole=service is not Service.VK or row.community_id is not None,
            is_online=row.is_online,
            error=row.last_error,
            code=row.last_error_code,
            checked_at=row.last_checked_at,
            rights_checked_at=row.rights_checked_at,
        )
        for row in found
    ]


async def list_fullness(tx: Tx) -> list[Fullness]:
    """Count what stands in each connected community of active users, the fullest first."""
    counts = [
        select(table.c.user_id, table.c.community_id, func.count().label("count"))
        .group_by(table.c.user_id, table.c.community_id)
        .subquery()
        for table in (vk_cached_products, vk_cached_albums)
    ]
    vk, (items, albums) = vk_connections.c, counts
    query = select(
        vk.community_id,
        vk.community_name,
        func.coalesce(items.c.count, 0).label("items"),
        func.coalesce(albums.c.count, 0).label("albums"),
    ).join(users, users.c.id == vk.user_id)
    for each in counts:
        query = query.outerjoin(
            each, (each.c.user_id == vk.user_id) & (each.c.community_id == vk.community_id)
        )
    found = await tx.execute(
        query.where(
            users.c.status == UserStatus.ACTIVE.value,
            vk.access_token.is_not(None),
            vk.community_id.is_not(None),
        )
    )
    seen = [
        Fullness(
            community=row.community_name or str(row.community_id),
            items=row.items,
            albums=row.albums,
        )
        for row in found
    ]
    return sorted(seen, key=lambda each: (-each.items, -each.albums))


async def list_resting(tx: Tx, now: datetime) -> list[Resting]:
    """List the methods that VK wants left alone at a moment."""
    found = await tx.execute(
        select(
            parked.c.method,
            func.count().label("how_many"),
            func.max(parked.c.until_at, type_=parked.c.until_at.type).label("until_at"),
        )
        .where(parked.c.until_at > now)
        .group_by(parked.c.method)
        .order_by(parked.c.method)
    )
    return [Resting(method=row.method, users=row.how_many, until_at=row.until_at) for row in found]


async def count_failures(tx: Tx, outcomes: tuple[str, ...], since: datetime) -> list[Failures]:
    """Count the requests since a moment that ended so, by what the service said."""
    logs = api_logs.c
    found = await tx.execute(
        select(logs.service, logs.status, logs.error_code, func.count().label("how_many"))
        .where(logs.outcome.in_(outcomes), logs.at >= since)
        .group_by(logs.service, logs.status, logs.error_code)
    )
    return [
        Failures(service=row.service, status=row.status, code=row.error_code, count=row.how_many)
        for row in found
    ]
