"""The two sides read on their own, so that a new user has something to look at and switch on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from evosync.catalog.item import MarketReading
from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.db import catalog, connections, market
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.due import DueReading
from evosync.engine.apply import Progress
from evosync.errors import NeedsPerson
from evosync.jobs.lease import hold_user
from evosync.wiring import Installation

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Read:
    """What a reading came to so far; None = that side was not read.

    Stores that are not paid for leave it whole: that is their owner's choice.
    """

    stores: int | None = None
    products: int | None = None
    items: int | None = None
    is_whole: bool = True

    def add_shop(self, snapshot: Snapshot) -> None:
        """Take in what the till told."""
        self.stores = len(snapshot.readings)
        self.products = sum(len(reading.products) for reading in snapshot.readings)
        unread = {ReadingState.PARTIAL, ReadingState.UNREADABLE}
        self.is_whole &= not any(reading.state in unread for reading in snapshot.readings)

    def add_market(self, reading: MarketReading) -> None:
        """Take in what VK showed."""
        self.items = len(reading.items)
        self.is_whole &= reading.is_whole


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


async def read_held(
    opened: Installation,
    due: DueReading,
    read: Read,
    progress: Progress,
    is_cancelled: Callable[[], Awaitable[bool]],
) -> None:
    """Read what is due of a user whose lease the caller holds; `read` is filled as it goes.

    The market is read even when the shop cannot be, unless it `is_cancelled` by then.
    """
    async with opened.database.read() as tx:
        evotor = await connections.find_evotor(tx, due.user_id) if due.evotor else None
        vk = await connections.find_vk(tx, due.user_id) if due.vk else None
    try:
        if evotor is not None:
            progress("shop", 0, 1)
            read.add_shop(await _read_shop(opened, evotor))
    finally:
        if vk is not None and not await is_cancelled():
            progress("market", 0, 1)
            read.add_market(await _read_market(opened, vk))


async def _read_shop(opened: Installation, connection: EvotorConnection) -> Snapshot:
    with structlog.contextvars.bound_contextvars(user_id=connection.user_id):
        snapshot = await opened.source(connection).fetch()
    database, user_id = opened.database, connection.user_id
    async with database.read() as tx:
        goods = await catalog.find_changed_goods(tx, user_id, snapshot)
    await database.write(catalog.save_snapshot, user_id, snapshot, goods, opened.clock())
    return snapshot


async def _read_market(opened: Installation, connection: VkConnection) -> MarketReading:
    with structlog.contextvars.bound_contextvars(user_id=connection.user_id):
        reading = await opened.target(connection).fetch()
    await market.save_reading(
        opened.database, connection.user_id, connection.community_id, reading, opened.clock()
    )
    log.info(
        "market read",
        items=len(reading.items),
        albums=len(reading.albums),
        is_whole=reading.is_whole,
    )
    return reading
