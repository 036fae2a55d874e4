"""The products of one store as their page lists them: judged, found, in order, and their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import select

from evosync.catalog.names import fold_name
from evosync.db.goods import Goods
from evosync.db.homes import Homes
from evosync.db.known_items import ListedItem, find_items, read_known
from evosync.db.links import Place
from evosync.db.selection import SwitchKind
from evosync.db.sync import SyncConfig
from evosync.db.tables.catalog import cached_products
from evosync.db.tables.runs import problems
from evosync.db.tables.sync import sync_filters
from evosync.db.types import Tx
from evosync.engine.fates import (
    BAD_ROW,
    BUCKETS,
    FATES,
    OWN,
    PLACES,
    TOLD,
    Bucket,
    LastSeen,
    Switches,
    find_fates,
    first_told,
)
from evosync.engine.rules import NO_GROUP


class Sort(StrEnum):
    """In what order products are listed; of equals the name decides."""

    STATE = "state"
    NAME = "name"
    PRICE = "price"
    STOCK = "stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSearch:
    """What is looked for.

    `words` are a part of a name, a code or a barcode; `group_id` is a group
    whose own goods are wanted, or `NO_GROUP`.
    """

    words: str = ""
    group_id: str | None = None
    sort: Sort = Sort.STATE

    @property
    def is_narrow(self) -> bool:
        """Whether it may leave goods out."""
        return bool(self.words.strip()) or self.group_id is not None


@dataclass(frozen=True, slots=True)
class Slot:
    """One product of a list, and what becomes of it."""

    product_id: str
    linked_id: str  # the id that its item is linked to, should it have one
    fate: str
    is_on: bool  # by its own switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The goods of a store, judged; `fates` are in their order."""

    goods: Goods
    homes: Homes
    switches: Switches
    leaders: Mapping[str, str]
    fates: bytes

    def count(self, found: Sequence[int] | None = None) -> Mapping[Bucket, int]:
        """Count by bucket: the whole store, or what was found of it."""
        fates = self.fates if found is None else bytes(map(self.fates.__getitem__, found))
        return {
            bucket: sum(fates.count(PLACES[fate]) for fate in members)
            for bucket, members in BUCKETS.items()
        }

    def find(self, search: ProductSearch) -> Sequence[int]:
        """Find products, in order: their places among the goods."""
        places = self._ordered(search.sort)
        if search.group_id is not None:
            home, parents = self.homes.home, self.goods.goods
            places = [at for at in places if home(parents[at][1]) == search.group_id]
        if wanted := fold_name(search.words):
            texts = self.goods.texts
            places = [at for at in places if wanted in texts[at]]
        if search.sort is Sort.STATE:
            return sorted(places, key=self.fates.__getitem__)
        return places

    def in_bucket(self, found: Sequence[int], bucket: Bucket | None) -> Sequence[int]:
        """Leave those that are in a bucket."""
        if bucket is None:
            return found
        wanted = {PLACES[fate] for fate in BUCKETS[bucket]}
        return [at for at in found if self.fates[at] in wanted]

    def slots(self, places: Sequence[int]) -> list[Slot]:
        """Tell what stands at these places."""
        ids = [(at, self.goods.goods[at][0]) for at in places]
        return [
            Slot(
                one,
                self.leaders.get(one, one),
                FATES[self.fates[at]],
                one not in self.switches.products_off,
            )
            for at, one in ids
        ]

    def _ordered(self, sort: Sort) -> Sequence[int]:
        match sort:
            case Sort.STATE | Sort.NAME:
                return range(len(self.fates))
            case Sort.PRICE:
                return self.goods.by_price
            case Sort.STOCK:
                return self.goods.by_stock


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProduct:
    """A product's row with its slot and its item in VK; `price` is the till's, in kopecks."""

    slot: Slot
    name: str
    parent_id: str | None
    code: str
    barcodes: tuple[str, ...]
    price: int | None
    quantity: Decimal | None
    measure_name: str
    item: ListedItem | None


async def fill_shelf(
    tx: Tx, place: Place | None, config: SyncConfig, homes: Homes, goods: Goods
) -> Shelf:
    """Judge the goods of a store; without a `place` nothing stands in VK."""
    switches = await _switches(tx, config, homes)
    told = await _told(tx, config.user_id, homes.store_id)
    last = LastSeen(told=told)
    if place is not None:
        last = await read_known(tx, place, homes.store_id, told)
    fates = find_fates(goods.goods, switches, last)
    return Shelf(goods=goods, homes=homes, switches=switches, leaders=last.leaders, fates=fates)


async def list_products(
    tx: Tx, user_id: int, store_id: str, place: Place | None, slots: Sequence[Slot]
) -> list[ListedProduct]:
    """Read the rows of these slots, in their order; what is listed no more is left out."""
    rows = cached_products.c
    found = await tx.execute(
        select(*(rows[name] for name in _COLUMNS)).where(
            rows.user_id == user_id,
            rows.store_id == store_id,
            rows.product_id.in_([slot.product_id for slot in slots]),
        )
    )
    by_id = {row.product_id: row for row in found}
    items = {} if place is None else await find_items(tx, place, [slot.linked_id for slot in slots])
    return [
        ListedProduct(
            slot=slot,
            name=row.name,
            parent_id=row.parent_id,
            code=row.code,
            barcodes=row.barcodes,
            price=row.price,
            quantity=row.quantity,
            measure_name=row.measure_name,
            item=items.get(slot.linked_id),
        )
        for slot in slots
        if (row := by_id.get(slot.product_id)) is not None
    ]


async def _switches(tx: Tx, config: SyncConfig, homes: Homes) -> Switches:
    rows = sync_filters.c
    off = await tx.scalars(
        select(rows.entity_id).where(
            rows.user_id == config.user_id,
            rows.store_id == homes.store_id,
            rows.kind == SwitchKind.PRODUCT.value,
        )
    )
    return Switches(
        is_store_on=homes.is_store_on,
        parents_on={one: home in homes.on for one, home in homes.home_of.items()},
        is_rest_on=NO_GROUP in homes.on,
        products_off=frozenset(off),
        allow_marked=config.allow_marked,
        allow_unknown_type=config.allow_unknown_type,
    )


async def _told(tx: Tx, user_id: int, store_id: str) -> Mapping[str, str]:
    rows = problems.c
    found = await tx.execute(
        select(rows.product_id, rows.store_id, rows.code).where(
            rows.user_id == user_id, rows.code.in_((BAD_ROW, *TOLD, *OWN))
        )
    )
    return first_told(map(tuple, found), store_id)


_COLUMNS = (
    *("product_id", "name", "parent_id", "code", "barcodes", "price"),
    *("quantity", "measure_name"),
)
