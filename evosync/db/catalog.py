"""Queries on the cached rows of the shop: what Evotor listed when it was last read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from evosync.catalog.product import Attribute, Choice, Product, ProductGroup, Store
from evosync.catalog.snapshot import ReadingState, Snapshot, StoreReading
from evosync.db.catalog_rows import GroupRow, ProductRow, StoreRow, group_rows, product_row
from evosync.db.differences import (
    Differences,
    Key,
    Scope,
    find_differences,
    load_rows,
    write_differences,
)
from evosync.db.goods import note_change
from evosync.db.selection import Switch, switch_on_new
from evosync.db.tables.catalog import cached_groups, cached_products, cached_stores
from evosync.db.types import Tx, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedStore:
    """A store as last read. `position` is the user's order, from 0."""

    store: Store
    state: ReadingState
    reason: str
    position: int
    new_groups: bool
    is_new: bool


async def find_changed_goods(tx: Tx, user_id: int, snapshot: Snapshot) -> Differences:
    """Find the rows of products that differ from a snapshot, for `save_snapshot`.

    In a transaction that only reads: it takes long, and on SQLite all other
    writers would wait.
    """
    scope = Scope(table=cached_products, fixed={"user_id": user_id}, columns=ProductRow._fields)
    listed = {
        (product.store_id, product.id): product
        for reading in snapshot.readings
        if reading.is_whole
        for product in reading.products
    }
    return await find_differences(
        tx, scope, listed, lambda product, _stands: product_row(product), _is_unknown(snapshot)
    )


async def save_snapshot(
    tx: Tx, user_id: int, snapshot: Snapshot, goods: Differences, now: datetime
) -> frozenset[tuple[str, str]]:
    """Bring the cached rows up to date; `goods` are the products that `find_changed_goods` found.

    A store that is no longer listed goes with all its rows. A store that was
    not read whole keeps its groups and products; of it only the state is
    new. Groups that appeared later are switched on where the user wants so;
    returns these, by store id and group id.
    """
    fixed = {"user_id": user_id}
    stores = Scope(table=cached_stores, fixed=fixed, columns=StoreRow._fields)
    groups = Scope(table=cached_groups, fixed=fixed, columns=GroupRow._fields)
    readings = {reading.store.id: reading for reading in snapshot.readings}
    known = await _save_stores(tx, stores, readings, now)
    whole = [reading for reading in readings.values() if reading.is_whole]
    standing = await load_rows(tx, groups)
    wanted = group_rows(whole, standing)
    changed = await write_differences(tx, groups, standing, wanted, now, _is_unknown(snapshot))
    opened = await _switch_on_new(
        tx, user_id, [key for key in changed.inserted if known.get(key[0])], wanted, now
    )
    await goods.save(tx, now)
    await note_change(tx, user_id, (key[0] for key in (*changed.keys, *goods.keys)))
    return opened


async def list_stores(tx: Tx, user_id: int) -> list[CachedStore]:
    """List the stores in the user's order."""
    found = await tx.execute(
        select(cached_stores)
        .where(cached_stores.c.user_id == user_id)
        .order_by(cached_stores.c.position, cached_stores.c.store_id)
    )
    return [
        CachedStore(
            store=Store(
                id=row.store_id, name=row.name, address=row.address, user_id=row.evotor_user_id
            ),
            state=ReadingState(row.state),
            reason=row.reason,
            position=row.position,
            new_groups=row.new_groups,
            is_new=row.is_new,
        )
        for row in found
    ]


async def list_groups(tx: Tx, user_id: int, store_id: str | None = None) -> list[ProductGroup]:
    """List the groups of one store or of all, by store and name; modification groups too."""
    query = select(cached_groups).where(cached_groups.c.user_id == user_id)
    if store_id is not None:
        query = query.where(cached_groups.c.store_id == store_id)
    found = await tx.execute(
        query.order_by(
            cached_groups.c.store_id, cached_groups.c.name_folded, cached_groups.c.group_id
        )
    )
    return [
        ProductGroup(
            id=row.group_id,
            store_id=row.store_id,
            name=row.name,
            parent_id=row.parent_id,
            attributes=_attributes(row.attributes or []),
        )
        for row in found
    ]


async def list_products(tx: Tx, user_id: int, store_id: str) -> list[Product]:
    """List the products of one store by name."""
    found = await tx.execute(
        select(cached_products)
        .where(cached_products.c.user_id == user_id, cached_products.c.store_id == store_id)
        .order_by(cached_products.c.name_folded, cached_products.c.product_id)
    )
    return [product_of(row) for row in found]


async def find_stores_of(tx: Tx, user_id: int, product_id: str) -> list[str]:
    """List the ids of the stores that a product stands in."""
    rows = cached_products.c
    found = await tx.scalars(
        select(rows.store_id)
        .where(rows.user_id == user_id, rows.product_id == product_id)
        .order_by(rows.store_id)
    )
    return list(found)


def _is_unknown(snapshot: Snapshot) -> Callable[[Key], bool]:
    """Tell what of a store's rows was not read, and so is as it was; what is not listed is gone."""
    unread = {reading.store.id for reading in snapshot.readings if not reading.is_whole}
    bad = {
        (row.store_id, row.id)
        for reading in snapshot.readings
        if reading.is_whole
        for row in reading.bad_rows
    }
    return lambda key: key[0] in unread or key in bad


async def _save_stores(
    tx: Tx, scope: Scope, readings: Mapping[str, StoreReading], now: datetime
) -> Mapping[str, bool]:
    """Write the stores; returns those known before, and whether each wants its new groups on."""
    standing = {key[0]: StoreRow(*row) for key, row in (await load_rows(tx, scope)).items()}
    last = max((row.position for row in standing.values()), default=-1)
    wanted: dict[Key, StoreRow] = {}
    for store_id, reading in readings.items():
        kept = standing.get(store_id)
        if kept is None:
            last += 1
        wanted[(store_id,)] = StoreRow(
            name=reading.store.name,
            name_folded=folded(reading.store.name),
            address=reading.store.address,
            evotor_user_id=reading.store.user_id,
            state=reading.state.value,
            reason=reading.reason,
            position=kept.position if kept else last,
            new_groups=kept.new_groups if kept else False,
            # The first reading shows nothing as new: all of it would be.
            is_new=kept.is_new if kept else bool(standing),
        )
    rows = {(store_id,): row for store_id, row in standing.items()}
    await write_differences(tx, scope, rows, wanted, now)
    return {store_id: row.new_groups for store_id, row in standing.items()}


async def _switch_on_new(
    tx: Tx, user_id: int, born: Iterable[Key], rows: Mapping[Key, GroupRow], now: datetime
) -> frozenset[tuple[str, str]]:
    plain = [
        (store_id, group_id)
        for store_id, group_id in born
        # A modification group has no switch of its own.
        if rows[store_id, group_id].attributes is None
    ]
    if plain:
        switches = [Switch.group(*key, name=rows[key].name) for key in plain]
        await switch_on_new(tx, user_id, switches, now)
    return frozenset(plain)


def product_of(row: Row[Any]) -> Product:
    """Make a product of its cached row."""
    return Product(
        id=row.product_id,
        store_id=row.store_id,
        name=row.name,
        parent_id=row.parent_id,
        type=row.type,
        price=row.price,
        quantity=row.quantity,
        measure_name=row.measure_name,
        allow_to_sell=row.allow_to_sell,
        # Long, and left out where nobody reads it.
        description=getattr(row, "description", ""),
        code=row.code,
        barcodes=row.barcodes,
        choices=row.choices,
    )


def _attributes(plain: Iterable[Any]) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            id=attribute_id,
            name=name,
            choices=tuple(
                Choice(id=choice_id, name=choice_name) for choice_id, choice_name in choices
            ),
        )
        for attribute_id, name, choices in plain
    )
