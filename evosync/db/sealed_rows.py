"""What a database holds sealed: whether there is anything, and texts to try a key on."""

from sqlalchemy import or_, select

from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.journal import webhook_events
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx


async def has_sealed_rows(tx: Tx) -> bool:
    """Tell whether the database holds anything sealed, so that its key must not be lost."""
    evotor, vk = evotor_connections.c, vk_connections.c
    queries = (
        select(evotor.id).where(
            or_(
                evotor.access_token.is_not(None),
                evotor.refresh_token.is_not(None),
                evotor.candidate_token.is_not(None),
                evotor.api_token.is_not(None),
            )
        ),
        select(vk.id).where(or_(vk.access_token.is_not(None), vk.refresh_token.is_not(None))),
        select(sync_configs.c.user_id).where(sync_configs.c.feed_secret.is_not(None)),
        select(webhook_events.c.id).where(webhook_events.c.sealed.is_not(None)),
    )
    for query in queries:
        if await tx.scalar(query.limit(1)) is not None:
            return True
    return False


async def list_sealed(tx: Tx, most: int) -> list[str]:
    """List sealed texts to try a key on, at most so many of each kind, the latest first."""
    evotor, vk = evotor_connections.c, vk_connections.c
    columns = (
        (evotor.access_token, evotor.id),
        (evotor.api_token, evotor.id),
        (vk.access_token, vk.id),
        (sync_configs.c.feed_secret, sync_configs.c.user_id),
        (webhook_events.c.sealed, webhook_events.c.id),
    )
    found: list[str] = []
    for column, row_id in columns:
        query = select(column).where(column.is_not(None)).order_by(row_id.desc()).limit(most)
        found += await tx.scalars(query)
    return found
