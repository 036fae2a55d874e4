"""Queries on who is due: whom the timer mirrors, and whose sides it only reads."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select, true

from evosync.db.accounts import UserStatus
from evosync.db.tables.accounts import users
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReading:
    """A user whose sides may be read, whether or not they may be mirrored."""

    user_id: int
    evotor: bool
    vk: bool


async def users_due(tx: Tx) -> list[int]:
    """List whom the timer mirrors: active, both sides connected, enabled and confirmed."""
    config = sync_configs.c
    found = await tx.scalars(
        select(users.c.id)
        .join(sync_configs)
        .where(
            users.c.status == UserStatus.ACTIVE.value,
            config.enabled,
            config.mirror,
            config.confirmed_at.is_not(None),
            _HAS_EVOTOR,
            _HAS_VK,
        )
        .order_by(users.c.id)
    )
    return list(found)


async def readings_due(tx: Tx) -> list[DueReading]:
    """List whose sides the timer reads: active, and that side connected and switched on.

    Both switches are on for a user who has no settings yet.
    """
    config = sync_configs.c
    evotor = (_HAS_EVOTOR & func.coalesce(config.refresh_evotor, true())).label("evotor")
    vk = (_HAS_VK & func.coalesce(config.refresh_vk, true())).label("vk")
    found = await tx.execute(
        select(users.c.id, evotor, vk)
        .outerjoin(sync_configs)
        .where(users.c.status == UserStatus.ACTIVE.value, evotor | vk)
        .order_by(users.c.id)
    )
    return [DueReading(user_id=row.id, evotor=bool(row.evotor), vk=bool(row.vk)) for row in found]


_HAS_EVOTOR = exists().where(
    evotor_connections.c.user_id == users.c.id, evotor_connections.c.access_token.is_not(None)
)
_HAS_VK = exists().where(
    vk_connections.c.user_id == users.c.id,
    vk_connections.c.access_token.is_not(None),
    vk_connections.c.community_id.is_not(None),
)
