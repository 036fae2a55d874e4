"""A person's till as last read, and what of it stands in their community."""

from dataclasses import dataclass, replace

from evosync.catalog.item import MarketItem
from evosync.catalog.snapshot import StoreReading
from evosync.db import connections, links, selection, sync
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.links import Place
from evosync.db.switches import Turn, turn_switches
from evosync.engine.rules import GonePolicy, Selection
from evosync.web.state import AppState
from tests.builders import item, link, reading, snapshot
from tests.readings import save_market, save_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """What a person's pages of the catalog look at."""

    state: AppState
    user_id: int

    @property
    def place(self) -> Place:
        return Place(user_id=self.user_id, community_id=7000 + self.user_id)

    async def connect(self) -> None:
        now, write = self.state.desk.clock(), self.state.database.write
        shop = EvotorConnection(user_id=self.user_id, sealed_token="x", store_name="Чайная")
        await write(connections.save_evotor, shop, now)
        community = VkSignIn(
            user_id=self.user_id, community_id=self.place.community_id, sealed_token="x"
        )
        await write(connections.save_vk, community, now)

    async def read(self, *stores: StoreReading) -> None:
        """Let the till have been read so."""
        now = self.state.desk.clock()
        await self.state.database.write(save_snapshot, self.user_id, snapshot(*stores), now)

    async def choose_all(self) -> None:
        """Switch everything on."""
        await self.state.database.write(
            selection.switch_all, self.user_id, is_on=True, now=self.state.desk.clock()
        )

    async def publish(self, *product_ids: str) -> None:
        """Let these stand in VK, on sale."""
        now = self.state.desk.clock()
        items: list[MarketItem] = []
        made = []
        for number, product_id in enumerate(product_ids, start=1000 * self.user_id):
            items.append(item(number, product_id=product_id))
            made.append(link(product_id, number))
        await self.state.database.write(links.save_new_links, self.place, made, None, now)
        await self.state.database.write(
            save_market, self.user_id, self.place.community_id, reading(*items), now
        )

    async def mirror(self, gone: GonePolicy = GonePolicy.HIDE) -> None:
        """Switch the mirror on, and confirm it."""
        now = self.state.desk.clock()
        async with self.state.database.read() as tx:
            config = await sync.get_config(tx, self.user_id)
        on = replace(config, enabled=True, confirmed_at=now, gone=gone)
        await self.state.database.write(sync.save_config, on, now)

    async def turn(self, turn: Turn) -> None:
        await self.state.database.write(turn_switches, turn, self.state.desk.clock())

    async def chosen(self) -> Selection:
        """Return the switches as they stand."""
        async with self.state.database.read() as tx:
            return await selection.get_selection(tx, self.user_id)
