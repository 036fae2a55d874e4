"""Readings saved in one transaction, with whatever else a test writes in it."""

from datetime import datetime

from evosync.catalog.item import MarketReading
from evosync.catalog.snapshot import Snapshot
from evosync.db import catalog, market
from evosync.db.types import Tx


async def save_snapshot(
    tx: Tx, user_id: int, snapshot: Snapshot, now: datetime
) -> frozenset[tuple[str, str]]:
    """Save a snapshot; returns the groups that are switched on by themselves."""
    goods = await catalog.find_changed_goods(tx, user_id, snapshot)
    return await catalog.save_snapshot(tx, user_id, snapshot, goods, now)


async def save_market(
    tx: Tx, user_id: int, community_id: int, reading: MarketReading, now: datetime
) -> None:
    """Save a reading of the market."""
    found = await market.find_changes(tx, user_id, community_id, reading)
    await market.save_changes(tx, found, now)
