"""A person's goods: what the till lists, what stands in VK, what the last run met."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from evosync.catalog.item import Link, MarketItem, MarketReading
from evosync.catalog.problem import Problem
from evosync.catalog.product import Product
from evosync.catalog.snapshot import Snapshot, StoreReading
from evosync.db import links, problems, refusals, runs, selection, sync
from evosync.db.links import Place
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.engine.draft.product import Drawn, Party, Row, draw_party
from evosync.engine.held import Ask, make_held
from evosync.engine.memory import Refusal
from evosync.engine.report import RunStatus
from evosync.web.state import AppState
from tests.builders import SHOP, item, link, product, rules, snapshot
from tests.readings import save_market, save_snapshot
from tests.web.shop import GREEN, Shop


class Trade:
    """What somebody sells."""

    def __init__(self, state: AppState, user_id: int) -> None:
        self.state = state
        self.user_id = user_id
        self.shop = Shop(state, user_id)
        self.place = Place(user_id=user_id, community_id=7000 + user_id)

    async def open(self, *goods: Product | StoreReading, is_on: bool = True) -> None:
        """Connect both ends, confirm, list the goods, switch everything on."""
        await self.shop.connect(GREEN, GREEN)
        await self.read(*goods)
        await self.switch_all(is_on=is_on)
        await self.set(enabled=is_on, confirmed_at=self.now if is_on else None)

    async def read(self, *goods: Product | StoreReading) -> None:
        """Let the till list these goods."""
        read: Snapshot = snapshot(*goods)
        await self.state.database.write(save_snapshot, self.user_id, read, self.now)

    async def switch_all(self, *, is_on: bool) -> None:
        async def switch(tx: Any) -> None:
            await selection.switch_all(tx, self.user_id, is_on=is_on, now=self.now)

        await self.state.database.write(switch)

    async def set(self, **values: Any) -> None:
        """Set some settings."""
        async with self.state.database.read() as tx:
            config = await sync.get_config(tx, self.user_id)
        await self.state.database.write(sync.save_config, replace(config, **values), self.now)

    async def publish(self, *cards: tuple[Link, MarketItem]) -> None:
        """Let these cards stand in VK, read after we wrote to them."""
        write, before = self.state.database.write, self.now.replace(year=2020)
        await write(links.save_new_links, self.place, [each for each, _ in cards], None, before)
        await self.show(*(each for _, each in cards))

    async def show(self, *items: MarketItem) -> None:
        """Let VK show these cards."""
        read = MarketReading(items=items, albums=(), begun_at=self.now)
        await self.state.database.write(
            save_market, self.user_id, self.place.community_id, read, self.now
        )

    async def tell(self, *found: Problem) -> None:
        """Let the last run have met these problems."""
        await self.state.database.write(problems.save_problems, self.user_id, found, self.now)

    async def refuse(self, *said: Refusal) -> None:
        """Let VK have refused these."""
        await self.state.database.write(refusals.save_refusals, self.place, said)

    async def hold(self) -> int:
        """Let the last run wait for an answer: is a card to be hidden?"""
        write, now = self.state.database.write, self.now
        run_id = await write(
            runs.create_run,
            *(self.user_id, RunKind.MIRROR, RunTrigger.TIMER, now, self.place.community_id),
        )
        held = make_held([(Ask.HIDE.value, "assam")], ("Товаров стало меньше.",))
        await write(runs.finish_run, run_id, RunEnd(status=RunStatus.HELD, held=held), now)
        return run_id

    @property
    def now(self) -> Any:
        return self.state.desk.clock()


def told(
    problem: str, product_id: str = "assam", name: str = "Чай чёрный «Ассам»", **detail: str
) -> Problem:
    """Make a problem of a product of the first store."""
    return Problem(product_id=product_id, store_id=SHOP, name=name, code=problem, detail=detail)


def card_of(
    state: AppState, wanted: Product, item_id: int = 1, **values: Any
) -> tuple[Link, MarketItem]:
    """Make the card that a product stands as when all is well, but for values of the item."""
    row = Row(product=wanted, name=wanted.name, home=None, place=0)
    drawn: Drawn = draw_party(
        Party(leader=wanted.id, rows=[row]), rules(photo=state.opened.photo), settled=True
    )
    made = drawn.draft
    assert made is not None
    last = {
        "title": made.title,
        "description": made.description,
        "price": made.price,
        "stock": made.stock,
        "photo": made.photo,
        "sku": wanted.id,
    }
    stands = {"title": made.title, "description": made.description, "price": made.price}
    return (
        link(wanted.id, item_id, last=last, store_ids=made.store_ids),
        item(item_id, product_id=wanted.id, **stands | values),
    )


def many(count: int, **values: Any) -> Iterable[Product]:
    """Make goods of different names."""
    return [
        product(f"p{number:03}", name=f"Чай № {number:03}", **values) for number in range(count)
    ]
