"""A shop to measure on: its sandbox apart, its installation in the process that is measured."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evosync.db.runs import RunKind, RunTrigger
from evosync.demo.shop import prepare
from evosync.engine.report import RunReport
from evosync.jobs.asked import Order
from evosync.jobs.one_run import Watch, carry_out
from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.world import SandboxWorld
from evosync.settings import Settings
from evosync.wiring import Installation, open_installation
from tests import mariadb
from tests.bench.apart import Apart
from tests.flow.stand import add_group, fast, shop_settings, small_world

GROUP = 500  # goods

VK_RATE = 3.0  # requests a second, as VK allows them

TEXT = "Собран весной, упакован в крафт-пакет. " * 5  # as goods are described, in 195 characters


def make_world(goods: int, letters: int = len(TEXT)) -> SandboxWorld:
    """Make a shop of so many goods, in groups that albums have room for, at VK's own pace.

    Each has a description of its own, of so many letters; many shops write none.
    """
    world = small_world()
    world.vk.knobs.requests_per_second = VK_RATE
    missing = goods - sum(len(store.products) for store in world.evotor.stores())
    groups = [add_group(world, f"Полка {number + 1}") for number in range(missing // GROUP + 1)]
    for number in range(missing):
        group_id = groups[number // GROUP].id
        world.add_product(f"Товар номер {number}", 100 + number, parent_id=group_id, quantity=10)
    for number, product in enumerate(goods_of(world)):
        product.description = f"Партия {number}. {TEXT}"[:letters]
    return world


def make_fast_world(goods: int, letters: int = len(TEXT)) -> SandboxWorld:
    """Make the same shop, with a quota that costs no time."""
    return fast(make_world(goods, letters))


def databases(wanted: Sequence[str]) -> list[str]:
    """Leave MariaDB out of the databases wanted, and say so, where none is installed."""
    if "mariadb" not in wanted or mariadb.is_installed():
        return list(wanted)
    print("mariadb left out: no server is installed")  # noqa: T201 - a table's footnote
    return [each for each in wanted if each != "mariadb"]


def goods_of(world: SandboxWorld) -> list[ProductState]:
    """List the goods of all stores."""
    return [each for store in world.evotor.stores() for each in store.products.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredShop:
    """Anna's shop, connected and switched on."""

    opened: Installation
    user_id: int

    async def mirror(self) -> RunReport:
        """Carry out a run as the timer does."""
        order = Order(user_id=self.user_id, kind=RunKind.MIRROR, trigger=RunTrigger.TIMER)
        return (await carry_out(self.opened, order, Watch(stopping=asyncio.Event()))).report


@contextlib.asynccontextmanager
async def open_measured(
    apart: Apart, folder: Path, database_url: str = "", settings: Settings | None = None
) -> AsyncIterator[MeasuredShop]:
    """Connect a shop on a database to the sandbox that stands apart."""
    wanted = settings or shop_settings(folder, apart.url, database_url)
    async with open_installation(wanted) as opened:
        # Ids and tokens are alike in all worlds: a small one tells those of the big one.
        yield MeasuredShop(opened=opened, user_id=await prepare(opened, make_world(1)))
