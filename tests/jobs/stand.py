"""What tests of the registry need: its end waited for, its runs listed, a mistake planted."""

import asyncio
from dataclasses import dataclass, fields, replace
from typing import Any

from evosync.db import accounts, connections, selection, sync
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.connections import EvotorConnection
from evosync.db.runs import Run, list_runs
from evosync.evotor.source import EvotorSource
from evosync.jobs.connections import check_evotor, check_vk
from evosync.jobs.reading import read_catalog
from evosync.wiring import Installation
from tests.flow.stand import Shop

DELAY_S = 0.2  # of VK's answers, long enough to do something in the meantime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What opens somebody's two ends."""

    evotor: str
    vk: str


async def joined(shop: Shop, email: str, community_id: int, tokens: Tokens) -> Shop:
    """Let somebody else mirror, too: connected, all switched on, not mirrored yet."""
    opened = shop.opened
    write, now = opened.database.write, opened.clock()
    user_id = await write(accounts.create_user, NewUser(email=email, status=UserStatus.ACTIVE), now)
    assert user_id is not None
    evotor = await check_evotor(opened, user_id, tokens.evotor)
    await write(connections.save_evotor, evotor, now)
    vk = await check_vk(opened, user_id, community_id, tokens.vk)
    await write(connections.save_vk, vk, now)
    await read_catalog(opened, user_id)
    await write(selection.switch_all, user_id, is_on=True, now=now)
    async with opened.database.read() as tx:
        config = await sync.get_config(tx, user_id)
    await write(sync.save_config, replace(config, enabled=True, confirmed_at=now), now)
    return replace(shop, user_id=user_id)


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
