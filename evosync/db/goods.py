"""The goods of one store as lists need them: read once, kept while no reading changes them."""

import asyncio
import json
import secrets
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, select, type_coerce, update
from sqlalchemy.types import NullType

from evosync.catalog.names import fold_name
from evosync.db.tables.catalog import cached_products, cached_stores
from evosync.db.types import Tx
from evosync.engine.fates import Good, own_gate

MOST_KEPT = 60_000  # goods of all stores together: some 30 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What is judged, searched and sorted of each product of a store, by name.

    A text holds all that a search looks through, folded, a line each.
    `by_price` and `by_stock` are places in that order, what is unknown first.
    """

    goods: Sequence[Good] = ()
    texts: Sequence[str] = ()
    by_price: Sequence[int] = ()
    by_stock: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class GoodsKeeper:
    """Keeps the goods of the stores that were looked at last."""

    _kept: OrderedDict[tuple[int, str], tuple[int | None, Goods]] = field(
        default_factory=OrderedDict
    )

    async def get(self, tx: Tx, user_id: int, store_id: str, stamp: int | None) -> Goods:
        """Return the goods of a store; `stamp` is what its row says of them in this transaction."""
        key = (user_id, store_id)
        kept = self._kept.get(key)
        if kept is not None and kept[0] == stamp:
            self._kept.move_to_end(key)
            return kept[1]
        goods = await read_goods(tx, user_id, store_id)
        self._kept[key] = (stamp, goods)
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(len(one.goods) for _, one in self._kept.values()) > (
            MOST_KEPT
        ):
            self._kept.popitem(last=False)
        return goods


async def find_stamp(tx: Tx, user_id: int, store_id: str) -> int | None:
    """Find the number that is another one whenever the goods of a store are others."""
    stamp: int | None = await tx.scalar(
        select(cached_stores.c.goods_stamp).where(
            cached_stores.c.user_id == user_id, cached_stores.c.store_id == store_id
        )
    )
    return stamp


async def read_goods(tx: Tx, user_id: int, store_id: str) -> Goods:
    """Read the goods of a store."""
    rows = cached_products.c
    found = await tx.execute(
        select(*(rows[name] for name in _COLUMNS), *(_raw(rows[name]) for name in _RAW_COLUMNS))
        .where(rows.user_id == user_id, rows.store_id == store_id)
        .order_by(rows.name_folded, rows.product_id)
    )
    # A page would hold up all others for as long as 15,000 rows are gone through.
    return await asyncio.to_thread(_goods, found.all())


def _goods(rows: Iterable[Row[Any]]) -> Goods:
    goods: list[Good] = []
    texts: list[str] = []
    prices: list[Any] = []
    stocks: list[Any] = []
    for row in rows:
        gate = own_gate(
            product_type=row.type,
            price=row.price,
            name=row.name_folded,
            allow_to_sell=row.allow_to_sell,
        )
        goods.append((row.product_id, row.parent_id, gate))
        barcodes = json.loads(row.barcodes)
        texts.append("\n".join((row.name_folded, fold_name(row.code), *barcodes)))
        prices.append(row.price)
        stocks.append(row.quantity)
    return Goods(goods=goods, texts=texts, by_price=_order(prices), by_stock=_order(stocks))


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    """Ask for a column as the database gives it: what is made of it can wait for the thread."""
    return type_coerce(column, NullType()).label(column.name)


async def note_change(tx: Tx, user_id: int, store_ids: Iterable[str]) -> None:
    """Note that the goods of these stores are others now than they were."""
    for store_id in sorted(set(store_ids)):
        await tx.execute(
            update(cached_stores)
            .where(cached_stores.c.user_id == user_id, cached_stores.c.store_id == store_id)
            # No number that counts on: a store may go, and come again.
            .values(goods_stamp=secrets.randbits(62))
        )


def _order(values: Sequence[Any]) -> Sequence[int]:
    """Sort places by value; what is unknown comes first, and equals stay by name."""
    # Kept for long: four bytes each, where a list takes thirty-six.
    return array(
        "I", sorted(range(len(values)), key=lambda at: (values[at] is not None, values[at] or 0))
    )


_COLUMNS = (
    *("product_id", "parent_id", "name_folded", "type", "price"),
    *("allow_to_sell", "code"),
)
_RAW_COLUMNS = ("quantity", "barcodes")  # the first is only compared, and so may be of any scale
