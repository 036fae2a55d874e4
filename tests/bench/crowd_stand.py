"""A crowd of shops on its feet: made in a sandbox apart and in a database, and connected."""

import argparse
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from evosync.db.engine import open_database
from evosync.sandbox.world import SandboxWorld
from evosync.wiring import open_installation
from tests.bench import crowd
from tests.bench.apart import Apart, served
from tests.bench.crowd_rows import copy_shop, database_mb, open_shop
from tests.bench.cycle import Cycle, carry_out_cycle
from tests.bench.stand import MeasuredShop
from tests.flow.stand import shop_settings, small_world


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many shops, ready to be mirrored, and where they stand."""

    apart: Apart
    folder: Path
    database_url: str
    shops: int
    first_user_id: int
    concurrency: int

    async def cycle(self) -> Cycle:
        """Carry out a cycle until each shop of the crowd has run."""
        return await carry_out_cycle(
            self.apart,
            self.folder,
            self.database_url,
            range(self.first_user_id, self.first_user_id + self.shops),
            SYNC_CONCURRENCY=str(self.concurrency),
        )

    async def size_mb(self) -> float:
        """Return the size of the database in megabytes."""
        database = open_database(self.database_url)
        try:
            return await database_mb(database)
        finally:
            await database.close()

    async def check(self) -> None:
        """Stop the benchmark when a shop's market does not equal its till."""
        unequal = await self.apart.do(crowd.count_unequal, self.shops)
        if unequal:
            raise SystemExit(f"{unequal} of {self.shops} shops do not equal their till")


@contextlib.asynccontextmanager
async def stand_ready(
    wanted: argparse.Namespace, folder: Path, url: str, shops: int, big: int = 0
) -> AsyncIterator[Crowd]:
    """Make the shops as the options say, the big ones first."""
    async with served(crowd.make_shop, wanted.goods) as apart:
        settings = shop_settings(folder, apart.url, url)
        async with open_installation(settings) as opened:
            # The queue of a cycle is in the order of the accounts.
            await apart.do(crowd.add_big_shops, big, wanted.big_goods)
            for number in range(crowd.BIG, crowd.BIG + big):
                await open_shop(opened, _seen(number), f"big-{number}@example.com")
            first = await open_shop(opened, small_world(), "shop-0@example.com")
            await _mirror(MeasuredShop(opened=opened, user_id=first), wanted.goods)
            await apart.do(crowd.spread, shops, wanted.latency)
            await copy_shop(opened, first, shops)
        yield Crowd(
            apart=apart,
            folder=folder,
            database_url=url,
            shops=shops,
            first_user_id=first,
            concurrency=wanted.concurrency,
        )


def _seen(number: int) -> SandboxWorld:
    """Give a world that tells how a shop is reached."""
    door, world = crowd.Door.of(number), small_world()
    world.evotor_token, world.vk_token = door.evotor_token, door.vk_token
    world.community_id = door.community_id
    return world


async def _mirror(shop: MeasuredShop, goods: int) -> None:
    made = await shop.mirror()
    if made.counts()["created"] != goods:
        raise SystemExit(f"the first shop was not made: {made.counts()}, {made.error}")
    # Only a later reading of VK keeps the rows of what this one made.
    settled = await shop.mirror()
    if settled.counts()["unchanged"] != goods:
        raise SystemExit(f"the first shop does not rest: {settled.counts()}, {settled.error}")
