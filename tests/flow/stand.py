"""A shop on its feet: a sandbox over loopback, an installation, Anna connected to both."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evosync.catalog.item import Wish
from evosync.clock import now
from evosync.db import selection, sync
from evosync.db.links import Place
from evosync.db.runs import RunKind, RunTrigger
from evosync.db.wishes import save_wish
from evosync.demo.shop import prepare
from evosync.engine.report import RunReport
from evosync.jobs.asked import Order
from evosync.jobs.one_run import Finished, Watch, carry_out
from evosync.sandbox.evotor.state import GroupState, ProductState, StoreState, made_id
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID, UNPAID_ID
from evosync.sandbox.vk.state import Album, Item
from evosync.sandbox.world import (
    EVOTOR_OAUTH_CLIENT_ID,
    EVOTOR_OAUTH_CLIENT_SECRET,
    VK_CLIENT_ID,
    SandboxWorld,
)
from evosync.settings import Settings
from evosync.wiring import Installation, open_installation

REQUESTS_PER_SECOND = 500.0  # a quota that costs the tests no time

POLL_S = 0.05
DEADLINE_S = 90.0  # only what never comes takes so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Anna's shop: what stands on both sides, and a hand to mirror it with."""

    world: SandboxWorld
    opened: Installation
    user_id: int

    async def carry_out(
        self, kind: RunKind = RunKind.MIRROR, *, approve: str | None = None
    ) -> Finished:
        """Run once; `approve` is the digest of what an earlier run held."""
        order = Order(user_id=self.user_id, kind=kind, trigger=RunTrigger.COMMAND, approve=approve)
        return await carry_out(self.opened, order, Watch(stopping=asyncio.Event()))

    async def mirror(self) -> RunReport:
        """Run once and give the report."""
        return (await self.carry_out()).report

    async def switch_product(self, product: ProductState, *, is_on: bool) -> None:
        """Turn a product's switch in every store that has it."""
        for store, _ in self.world.places(product.id):
            await self.opened.database.write(
                selection.switch_product,
                self.user_id,
                store.id,
                product.id,
                is_on=is_on,
                now=self.opened.clock(),
            )

    def later(self, passed: timedelta) -> "Shop":
        """Give the same shop with our own clock so far ahead; VK's and Evotor's stay."""
        return replace(self, opened=replace(self.opened, clock=lambda: now() + passed))

    async def configure(self, **values: Any) -> None:
        """Change settings of the mirror."""
        async with self.opened.database.read() as tx:
            config = await sync.get_config(tx, self.user_id)
        changed = replace(config, **values)
        await self.opened.database.write(sync.save_config, changed, self.opened.clock())

    async def wish(self, product: ProductState, wish: Wish) -> bool:
        """Say yes to bringing a product's item back, or to showing it again."""
        place = Place(user_id=self.user_id, community_id=self.world.community_id)
        return await self.opened.database.write(
            save_wish, place, product.id, wish, self.opened.clock()
        )

    def items(self, product: ProductState) -> list[Item]:
        """List the items of a product that were not deleted, hidden ones too."""
        vk = self.world.vk
        return [item for item in vk.items(self.world.community_id) if item.sku == product.id]

    def item(self, product: ProductState) -> Item:
        """Give the one item of a product."""
        [item] = self.items(product)
        return item

    def visible(self) -> list[Item]:
        """List what a buyer sees."""
        return self.world.vk.visible_items(self.world.community_id)

    def albums_of(self, product: ProductState) -> list[str]:
        """List the titles of the albums that a product's item is in."""
        return [
            album.title for album in self.albums() if self.item(product).item_id in album.item_ids
        ]

    def albums(self) -> list[Album]:
        """List the albums, hidden ones too."""
        return self.world.vk.albums(self.world.community_id)


def fast(world: SandboxWorld) -> SandboxWorld:
    """Let the sandbox take requests as fast as they come."""
    world.vk.knobs.requests_per_second = 2 * REQUESTS_PER_SECOND
    return world


def seeded_world(goods: Path | None = None) -> SandboxWorld:
    """Make the tea shop, or that of a goods file."""
    return fast(SandboxWorld.seeded(goods=goods))


def small_world(teas: int = 3) -> SandboxWorld:
    """Make two stores: on Lesnaya so many teas and a cup, on Mira a pie; the third one is gone."""
    world = seeded_world()
    [owner] = world.evotor.state.users.values()
    del owner.stores[UNPAID_ID]
    for store in owner.stores.values():
        store.groups.clear()
        store.products.clear()
    tea, cups = add_group(world, "Чай"), add_group(world, "Посуда")
    for number in range(1, teas + 1):
        name = f"Чай номер {number}"
        world.add_product(name, 100 + number, parent_id=tea.id, quantity=10, code=str(number))
    world.add_product("Чашка белая", 390, parent_id=cups.id, quantity=5)
    pies = add_group(world, "Пироги", store_id=MIRA_ID)
    world.add_product("Пирог с вишней", "250.50", store_id=MIRA_ID, parent_id=pies.id, quantity=4)
    return world


def store_of(world: SandboxWorld, store_id: str = LESNAYA_ID) -> StoreState:
    """Give a store."""
    return next(store for store in world.evotor.stores() if store.id == store_id)


def add_group(world: SandboxWorld, name: str, *, store_id: str = LESNAYA_ID) -> GroupState:
    """Add a plain group to a store."""
    now_ms = world.evotor.now_ms()
    group = GroupState(
        id=made_id("group", f"{store_id} {name}"), name=name, created_ms=now_ms, updated_ms=now_ms
    )
    store_of(world, store_id).groups[group.id] = group
    return group


def product_named(world: SandboxWorld, name: str) -> ProductState:
    """Find a product by its name, in the first store that has it."""
    return next(
        product
        for store in world.evotor.stores()
        for product in store.products.values()
        if product.name == name
    )


def shop_settings(folder: Path, url: str, database_url: str = "") -> Settings:
    """Make settings that point at a sandbox."""
    return Settings(
        data_dir=folder,
        database_url=database_url,
        port=0,
        evotor_api_url=f"{url}/evotor",
        evotor_oauth_url=f"{url}/evotor-oauth",
        evotor_oauth_client_id=EVOTOR_OAUTH_CLIENT_ID,
        evotor_oauth_client_secret=EVOTOR_OAUTH_CLIENT_SECRET,
        vk_api_url=f"{url}/vk",
        vk_id_url=f"{url}/vkid",
        vk_client_id=VK_CLIENT_ID,
        vk_upload_hosts="127.0.0.1",
        vk_requests_per_second=REQUESTS_PER_SECOND,
        vk_settle_seconds=1,
    )


@contextlib.asynccontextmanager
async def open_shop(
    world: SandboxWorld, folder: Path, database_url: str, *, clock: Callable[[], datetime] = now
) -> AsyncIterator[Shop]:
    """Serve a world and prepare Anna's account on a database, as the demo does."""
    async with (
        serve_sandbox(world) as url,
        open_installation(shop_settings(folder, url, database_url), now=clock) as opened,
    ):
        yield Shop(world=world, opened=opened, user_id=await prepare(opened, world))


async def until(is_so: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Wait for something that another task or process brings about."""
    try:
        async with asyncio.timeout(deadline_s):
            while not is_so():  # noqa: ASYNC110 - it comes about in another process, or in VK
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"waited {deadline_s} s in vain: {what}") from None
