"""The two sides read on their own, so that a new user has something to look at and switch on."""

import structlog

from evosync.db import catalog, connections, market
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.due import DueReading
from evosync.errors import NeedsPerson
from evosync.jobs.lease import hold_user
from evosync.wiring import Installation

log = structlog.get_logger(__name__)


async def read_catalog(opened: Installation, user_id: int) -> None:
    """Read every store of a user into the cached catalog.

    Raises NeedsPerson or TryLater when the shop cannot be read, or a run of
    this user is going on.
    """
    async with opened.database.read() as tx:
        connection = await connections.find_evotor(tx, user_id)
    if connection is None:
        raise NeedsPerson("Касса Эвотор не подключена.", code="connection_broken")
    async with hold_user(opened.database, user_id):
        await _read_shop(opened, connection)


async def read_sides(opened: Installation, due: DueReading) -> None:
    """Read what is due of a user who is not mirrored; each side needs only its own connection.

    Raises like `read_catalog`; the market is read even when the shop cannot be.
    """
    async with opened.database.read() as tx:
        evotor = await connections.find_evotor(tx, due.user_id) if due.evotor else None
        vk = await connections.find_vk(tx, due.user_id) if due.vk else None
    async with hold_user(opened.database, due.user_id):
        try:
            if evotor is not None:
                await _read_shop(opened, evotor)
        finally:
            if vk is not None:
                await _read_market(opened, vk)


async def _read_shop(opened: Installation, connection: EvotorConnection) -> None:
    snapshot = await opened.source(connection).fetch()
    await opened.database.write(catalog.save_snapshot, connection.user_id, snapshot, opened.clock())


async def _read_market(opened: Installation, connection: VkConnection) -> None:
    reading = await opened.target(connection).fetch()
    await opened.database.write(
        market.save_reading,
        connection.user_id,
        connection.community_id,
        reading,
        opened.clock(),
    )
    log.info(
        "market read",
        items=len(reading.items),
        albums=len(reading.albums),
        is_whole=reading.is_whole,
    )
