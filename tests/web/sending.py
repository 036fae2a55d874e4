"""A person with a shop that is connected and chosen, who looks at what would be sent, and sends."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx

from evosync.db import connections, run_rows, runs, selection, sync
from evosync.db.run_rows import ChangeLine, ChangeSearch
from evosync.db.runs import Run, RunKind
from evosync.db.sync import SyncConfig
from evosync.sandbox.evotor.hands import ShopHands
from evosync.sandbox.shop import SHOP_TOKEN
from evosync.sandbox.vk.state import Item
from evosync.sandbox.world import COMMUNITY_ID, VK_TOKEN, SandboxWorld
from tests.web.ends import Ends, page_of
from tests.web.page import Page

PREVIEW = "/sync/preview"
OTHER_TILL = ("01-000000000000888", "token-of-the-other-account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A person with a shop, at the pages that send it."""

    ends: Ends
    client: httpx.AsyncClient
    move: Callable[..., None]  # our own clock, by days, hours, minutes, seconds

    @property
    def world(self) -> SandboxWorld:
        return self.ends.outside.world

    @property
    def user_id(self) -> int:
        return self.ends.person.id

    async def connect(self) -> None:
        """Connect both ends and choose everything that the till lists."""
        for service, form in (
            ("evotor", {"token": SHOP_TOKEN}),
            ("vk", {"token": VK_TOKEN, "community": str(COMMUNITY_ID)}),
        ):
            answer = await self.client.post(f"/connections/{service}", data=form)
            assert answer.status_code == 303, answer.text
        await self.ends.settled()
        await self.choose_all()

    def later(self, **units: float) -> None:
        """Let time pass on our own clock, a minute if nothing is said."""
        self.move(**units or {"minutes": 1})

    async def start(self) -> None:
        """Send all there is for the first time."""
        page = await self.preview()
        await self.press("/sync/confirm", preview=page.values["preview"])
        assert len(self.items()) == 5

    def put_by_hand(self, item_id: int, title: str) -> Item:
        """Put an item on the market that somebody made under a product's name."""
        now = self.world.vk.clock() - 86_400
        item = Item(
            item_id=item_id,
            title=title,
            description="Сделано руками",
            category_id=40932,
            price=1,
            created_at=now,
            updated_at=now,
        )
        community = self.world.vk.state.communities[COMMUNITY_ID]
        community.items[item_id] = item
        community.order.append(item_id)
        return item

    async def choose_all(self) -> None:
        """Choose everything that the till lists."""
        database, now = self.ends.state.database, self.ends.state.opened.clock()
        await database.write(selection.switch_all, self.user_id, is_on=True, now=now)
        self.later()

    async def move_to_another_till(self) -> Page:
        """Let the key open another account, which sells but coffee; look at what it would send."""
        [one] = self.world.evotor.state.users.values()
        other = ShopHands(self.world.evotor).add_account(*OTHER_TILL)
        one.tokens, other.tokens = other.tokens, one.tokens
        for store in other.stores.values():
            for product_id, product in list(store.products.items()):
                if product.name == "Чашка белая":
                    product.name = "Кофе"
                else:
                    del store.products[product_id]
        await self.preview()
        await self.choose_all()
        return await self.preview()

    async def move_to_another_community(self) -> None:
        """Choose another community, as another page would."""
        database, now = self.ends.state.database, self.ends.state.opened.clock()
        await database.write(
            connections.choose_community, self.user_id, COMMUNITY_ID + 1, "Другое", now
        )

    async def preview(self) -> Page:
        """Ask for a preview, wait for it, look at it."""
        answer = await self.client.post(PREVIEW)
        assert answer.headers["location"] == PREVIEW
        await self.ends.settled()
        self.later()
        return await self.look()

    async def look(self, query: str = "") -> Page:
        """Look at the last preview."""
        answer = await self.client.get(f"{PREVIEW}{query}")
        assert answer.status_code == 200, answer.text
        return page_of(answer)

    async def press(self, path: str, **form: str) -> str:
        """Send a form; gives where it leads once all that it began has ended."""
        answer = await self.client.post(path, data=form)
        assert answer.status_code == 303, answer.text
        await self.ends.settled()
        self.later()
        return str(answer.headers["location"])

    async def last(self, kind: RunKind = RunKind.PREVIEW) -> Run:
        """Return the last run of a kind."""
        return (await self.runs(kind))[0]

    async def runs(self, kind: RunKind = RunKind.MIRROR) -> list[Run]:
        """List the runs of a kind, the latest first."""
        async with self.ends.state.database.read() as tx:
            return await runs.list_runs(tx, self.user_id, kind=kind)

    async def lines(self, run: Run) -> list[ChangeLine]:
        """List what a run did, or would do."""
        async with self.ends.state.database.read() as tx:
            return list((await run_rows.search_changes(tx, run.id, ChangeSearch())).lines)

    async def config(self) -> SyncConfig:
        async with self.ends.state.database.read() as tx:
            return await sync.get_config(tx, self.user_id)

    async def configure(self, **values: object) -> None:
        """Change settings as another page would."""
        config = replace(await self.config(), **values)  # type: ignore[arg-type]
        await self.ends.state.database.write(
            sync.save_config, config, self.ends.state.opened.clock()
        )

    def items(self) -> list[Item]:
        """List what buyers can see in VK."""
        return self.world.vk.visible_items(COMMUNITY_ID)


def total_of(page: Page) -> int:
    """Read how many changes a page says are ready."""
    found = re.search(r"(\d+)\s+измен\w+ готов", page.text)
    return int(found[1]) if found else 0
