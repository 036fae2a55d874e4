"""The shop read on its own, so that a new user has something to switch on."""

from evosync.catalog.snapshot import Snapshot
from evosync.db import catalog, connections
from evosync.errors import NeedsPerson
from evosync.jobs.lease import hold_user
from evosync.wiring import Installation


async def read_catalog(opened: Installation, user_id: int) -> Snapshot:
    """Read every store of a user into the cached catalog.

    Raises NeedsPerson or TryLater when the shop cannot be read, or a run of
    this user is going on.
    """
    async with opened.database.read() as tx:
        connection = await connections.find_evotor(tx, user_id)
    if connection is None:
        raise NeedsPerson("Касса Эвотор не подключена.", code="connection_broken")
    async with hold_user(opened.database, user_id):
        snapshot = await opened.source(connection).fetch()
        await opened.database.write(catalog.save_snapshot, user_id, snapshot, opened.clock())
    return snapshot
