"""A shop of many goods, written straight into the tables: what pages and benchmarks are big by."""

from dataclasses import dataclass, replace
from decimal import Decimal

from evosync.catalog.item import Availability, Link, LinkState, MarketItem, MarketReading, Written
from evosync.catalog.problem import Problem
from evosync.catalog.product import Product, ProductGroup
from evosync.catalog.snapshot import Snapshot
from evosync.db import links, problems, selection
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.selection import Switch, SwitchKind
from evosync.db.types import Tx
from tests.builders import NOON, SHOP, store, store_reading
from tests.readings import save_market, save_snapshot

SHELVES = 20
_WORDS = ("Чай чёрный", "Улун «Ёлка»", "Пуэр шу", "Чабань бамбук", "Сироп", "Мёд с орехами")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyGoods:
    """How many goods a shop has, and whose it is.

    Of each hundred ten wait for the owner (five without a price, three that VK
    refused, two that are asked about), eight are off, two not sent yet, and
    the rest stand in VK.
    """

    user_id: int
    community_id: int
    count: int

    async def save(self, database: Database) -> None:
        """Write it all."""
        await database.write(self._save)

    async def _save(self, tx: Tx) -> None:
        groups = [
            ProductGroup(id=f"shelf{number}", store_id=SHOP, name=f"Полка {number}")
            for number in range(SHELVES)
        ]
        goods = [_product(number) for number in range(self.count)]
        shop = replace(store_reading(*goods, store=store()), groups=tuple(groups))
        await save_snapshot(tx, self.user_id, Snapshot(readings=(shop,)), NOON)
        await selection.switch_whole_store(tx, self.user_id, SHOP, is_on=True, now=NOON)
        off = [one.id for number, one in enumerate(goods) if 90 <= number % 100 < 98]
        if off:
            switches = [
                Switch(store_id=SHOP, kind=SwitchKind.PRODUCT, entity_id=one) for one in off
            ]
            await selection.switch_on(tx, self.user_id, switches, NOON)
        await self._save_market(tx, goods)

    async def _save_market(self, tx: Tx, goods: list[Product]) -> None:
        place = Place(user_id=self.user_id, community_id=self.community_id)
        standing = [
            (number, one)
            for number, one in enumerate(goods)
            if 5 <= number % 100 < 90 and number % 100 not in (8, 9)
        ]
        linked = [
            Link(
                product_id=one.id,
                item_id=1_000_000 + number,
                store_ids=(SHOP,),
                state=LinkState.LIVE,
                written=Written(title=one.name, price=one.price, stock=1000),
            )
            for number, one in standing
        ]
        await links.save_new_links(tx, place, linked, None, NOON)
        items = [
            MarketItem(
                item_id=1_000_000 + number,
                title=one.name,
                description="Товар из кассы",
                price=one.price,
                availability=Availability.AVAILABLE,
                sku=one.id,
            )
            for number, one in standing
        ]
        reading = MarketReading(items=tuple(items), albums=(), begun_at=NOON)
        await save_market(tx, self.user_id, self.community_id, reading, NOON)
        found = [
            Problem(product_id=one.id, store_id=SHOP, name=one.name, code=code)
            for number, one in enumerate(goods)
            if (code := _code(number))
        ]
        await problems.save_problems(tx, self.user_id, found, NOON)


def _product(number: int) -> Product:
    return Product(
        id=f"2020{number:04d}-0000-4000-8000-{number:012d}",
        store_id=SHOP,
        name=f"{_WORDS[number % len(_WORDS)]} № {number}",
        parent_id=None if number % 21 == 20 else f"shelf{number % 20}",
        price=None if number % 100 < 5 else 100_00 + number,
        quantity=Decimal(number % 300),
        measure_name="шт",
        description="Собран весной, упакован в крафт-пакет. " * 5,
        code=f"{number:05d}",
        barcodes=(f"46{number:011d}",),
    )


def _code(number: int) -> str:
    match number % 100:
        case 0 | 1 | 2 | 3 | 4:
            return "no_price"
        case 5 | 6 | 7:
            return "vk_rejected"
        case 8 | 9:
            return "awaiting_adoption"
        case rest:
            return "name_adjusted" if rest < 40 else ""
