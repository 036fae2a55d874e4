"""What a run stands on, asked again before each batch: settings, switches, both connections."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from evosync.db.accounts import UserStatus
from evosync.db.tables.accounts import users
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """Equal to an earlier one if nothing that a run works with has changed since.

    Every change of settings, switches and connections moves `version`; a
    connection that is gone has no moment.
    """

    version: int
    evotor_connected_at: datetime | None
    vk_connected_at: datetime | None


_SHUT = (UserStatus.SUSPENDED.value, UserStatus.DELETING.value)


async def find_footing(tx: Tx, user_id: int) -> Footing | None:
    """Find what a user's run stands on; None when the user is gone, or shut out."""
    evotor, vk = evotor_connections.c, vk_connections.c
    found = await tx.execute(
        select(
            func.coalesce(sync_configs.c.version, 0).label("version"),
            evotor.connected_at.label("evotor_at"),
            vk.connected_at.label("vk_at"),
        )
        .select_from(users)
        .outerjoin(sync_configs, sync_configs.c.user_id == users.c.id)
        .outerjoin(
            evotor_connections,
            and_(evotor.user_id == users.c.id, evotor.access_token.is_not(None)),
        )
        .outerjoin(vk_connections, and_(vk.user_id == users.c.id, vk.access_token.is_not(None)))
        .where(users.c.id == user_id, users.c.status.not_in(_SHUT))
    )
    row = found.one_or_none()
    if row is None:
        return None
    return Footing(
        version=row.version, evotor_connected_at=row.evotor_at, vk_connected_at=row.vk_at
    )
