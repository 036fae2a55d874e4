"""What tests of the registry need: its end waited for, its runs listed, a mistake planted."""

import asyncio
from dataclasses import fields, replace
from typing import Any

from evosync.db import sync
from evosync.db.connections import EvotorConnection
from evosync.db.runs import Run, list_runs
from evosync.evotor.source import EvotorSource
from evosync.wiring import Installation
from tests.flow.stand import Shop

DELAY_S = 0.2  # of VK's answers, long enough to do something in the meantime


class Broken(Installation):
    """An installation with a mistake that nobody foresaw, in the run of one user."""

    __slots__ = ()
    user_ids: set[int] = set()  # noqa: RUF012 - emptied to mend it

    def source(self, connection: EvotorConnection) -> EvotorSource:
        if connection.user_id in self.user_ids:
            raise ZeroDivisionError("nobody thought of this")
        return super().source(connection)


def broken_for(opened: Installation, user_id: int) -> Broken:
    Broken.user_ids = {user_id}
    return Broken(**parts(opened))


def parts(opened: Installation) -> dict[str, Any]:
    return {each.name: getattr(opened, each.name) for each in fields(opened)}


async def quiet() -> None:
    """Wait until no run goes on, and none comes of one that ended."""
    while tasks := [task for task in asyncio.all_tasks() if task.get_name().startswith("run of")]:
        await asyncio.wait(tasks)


async def runs_of(shop: Shop) -> list[Run]:
    """List the runs, the first one first."""
    async with shop.opened.database.read() as tx:
        return (await list_runs(tx, shop.user_id))[::-1]


async def set_enabled(shop: Shop, *, is_on: bool) -> None:
    async with shop.opened.database.read() as tx:
        config = await sync.get_config(tx, shop.user_id)
    changed = replace(config, enabled=is_on)
    await shop.opened.database.write(sync.save_config, changed, shop.opened.clock())
