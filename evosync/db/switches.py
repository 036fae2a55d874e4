"""Queries behind the switches of pages: which of them an act is about, and turning them at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select, update

from evosync.db.catalog import list_groups
from evosync.db.selection import (
    NO_GROUP_NAME,
    Switch,
    SwitchKind,
    list_whole,
    switch_off,
    switch_on,
)
from evosync.db.sync import touch_config
from evosync.db.tables.catalog import cached_groups, cached_products, cached_stores
from evosync.db.tables.sync import sync_filters
from evosync.db.types import Tx
from evosync.engine.group_tree import list_below, list_branches
from evosync.engine.rules import NO_GROUP, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Switches of one user that are to be turned together, on or off.

    A product's switch says that it is off, so that here too "on" means that
    the product may go to VK.
    """

    user_id: int
    switches: tuple[Switch, ...]
    is_on: bool


def turned(selection: Selection, turn: Turn) -> Selection:
    """Return the switches as they would be. Pure."""
    by_kind: dict[SwitchKind, set[tuple[str, str]]] = {kind: set() for kind in SwitchKind}
    for switch in turn.switches:
        by_kind[switch.kind].add((switch.store_id, switch.entity_id))
    stores = {store_id for store_id, _ in by_kind[SwitchKind.STORE]}
    groups, products = by_kind[SwitchKind.GROUP], by_kind[SwitchKind.PRODUCT]
    if turn.is_on:
        return replace(
            selection,
            stores=selection.stores | stores,
            groups=selection.groups | groups,
            products_off=selection.products_off - products,
        )
    return replace(
        selection,
        stores=selection.stores - stores,
        groups=selection.groups - groups,
        products_off=selection.products_off | products,
    )


async def turn_switches(tx: Tx, turn: Turn, now: datetime) -> None:
    """Turn them; what was new is so no more, since somebody has decided on it."""
    products = [one for one in turn.switches if one.kind is SwitchKind.PRODUCT]
    others = [one for one in turn.switches if one.kind is not SwitchKind.PRODUCT]
    written, gone = (others, products) if turn.is_on else (products, others)
    await switch_on(tx, turn.user_id, written, now)
    await switch_off(tx, turn.user_id, gone, now)
    await _decided(tx, turn.user_id, turn.switches)


async def find_store_switch(tx: Tx, user_id: int, store_id: str) -> Switch | None:
    """Find the switch of a store that is listed, or that was switched on while it was."""
    rows = cached_stores.c
    name = await tx.scalar(
        select(rows.name).where(rows.user_id == user_id, rows.store_id == store_id)
    )
    switch = Switch(store_id=store_id, kind=SwitchKind.STORE, entity_id=store_id, name=name or "")
    if name is None:
        return await _find_kept(tx, user_id, switch)
    return switch


async def list_group_switches(
    tx: Tx, user_id: int, store_id: str, group_id: str, *, with_subgroups: bool
) -> list[Switch]:
    """List the switch of a plain group, first, and those of all that lies in it.

    Nothing for what is no group of this store; one that is listed no more may
    still be switched on, and has its own switch alone.
    """
    alone = Switch.group(store_id, group_id, name=NO_GROUP_NAME if group_id == NO_GROUP else "")
    if group_id == NO_GROUP:
        is_there = await find_store_switch(tx, user_id, store_id)
        return [alone] if is_there else []
    branches = list_branches(await list_groups(tx, user_id, store_id))
    found = list_below(branches, group_id)
    if not found:
        kept = await _find_kept(tx, user_id, alone)
        return [] if kept is None else [kept]
    listed = [
        replace(Switch.group(store_id, one.id, name=one.name), parent_id=one.parent_id)
        for one in found
    ]
    return listed if with_subgroups else listed[:1]


async def find_product_switch(
    tx: Tx, user_id: int, store_id: str, product_id: str
) -> Switch | None:
    """Find the switch of a product that is listed, or that was switched off while it was."""
    rows = cached_products.c
    found = await tx.execute(
        select(rows.name, rows.parent_id).where(
            rows.user_id == user_id, rows.store_id == store_id, rows.product_id == product_id
        )
    )
    row = found.one_or_none()
    switch = Switch(store_id=store_id, kind=SwitchKind.PRODUCT, entity_id=product_id)
    if row is None:
        return await _find_kept(tx, user_id, switch)
    return replace(switch, name=row.name, parent_id=row.parent_id)


async def list_all_switches(
    tx: Tx, user_id: int, store_id: str | None, *, is_on: bool
) -> list[Switch]:
    """List the switches of one store with all its groups, or of all stores.

    To switch them off means what is listed no more, too.
    """
    listed = await list_whole(tx, user_id, store_id)
    if is_on:
        return listed
    kept = [
        one
        for kind in (SwitchKind.STORE, SwitchKind.GROUP)
        for one in await list_kept(tx, user_id, kind, store_id)
    ]
    return list({one.key: one for one in (*kept, *listed)}.values())


async def list_kept(
    tx: Tx, user_id: int, kind: SwitchKind, store_id: str | None = None
) -> list[Switch]:
    """List the rows of one kind of switch, with the names that were kept, of one store or all."""
    rows = sync_filters.c
    query = select(rows.store_id, rows.entity_id, rows.entity_name, rows.parent_entity_id).where(
        rows.user_id == user_id, rows.kind == kind.value
    )
    if store_id is not None:
        query = query.where(rows.store_id == store_id)
    return [
        Switch(
            store_id=row.store_id,
            kind=kind,
            entity_id=row.entity_id,
            name=row.entity_name,
            parent_id=row.parent_entity_id,
        )
        for row in await tx.execute(query.order_by(rows.id))
    ]


async def move_store(tx: Tx, user_id: int, store_id: str, *, to_top: bool, now: datetime) -> bool:
    """Move a store one place up in the user's order, or to its top; False when there is none.

    The order decides whose name and price count where a product stands in several.
    """
    rows = cached_stores.c
    listed = (
        select(rows.store_id).where(rows.user_id == user_id).order_by(rows.position, rows.store_id)
    )
    if store_id not in list(await tx.scalars(listed)):
        return False
    # Locks the user's settings, so that two moves at once queue here.
    await touch_config(tx, user_id, now)
    order = list(await tx.scalars(listed))
    place = order.index(store_id)
    order.insert(0 if to_top else max(0, place - 1), order.pop(place))
    await tx.execute(
        update(cached_stores)
        .where(rows.user_id == user_id, rows.store_id == bindparam("of_store"))
        .values(position=bindparam("new_position")),
        [{"of_store": each, "new_position": position} for position, each in enumerate(order)],
    )
    return True


async def _decided(tx: Tx, user_id: int, switches: Iterable[Switch]) -> None:
    for table, kind in ((cached_stores, SwitchKind.STORE), (cached_groups, SwitchKind.GROUP)):
        new = select(*table.primary_key.columns).where(table.c.user_id == user_id, table.c.is_new)
        keys = {tuple(row[1:]) for row in await tx.execute(new)}
        about = {
            (one.store_id,) if kind is SwitchKind.STORE else (one.store_id, one.entity_id)
            for one in switches
            if one.kind is kind
        }
        names = [column.name for column in table.primary_key.columns][1:]
        for key in sorted(keys & about):
            conditions = (table.c[name] == each for name, each in zip(names, key, strict=True))
            await tx.execute(
                update(table).where(table.c.user_id == user_id, *conditions).values(is_new=False)
            )


async def _find_kept(tx: Tx, user_id: int, switch: Switch) -> Switch | None:
    """Find a switch that has a row of its own, under the name that was kept."""
    rows = sync_filters.c
    found = await tx.execute(
        select(rows.entity_name, rows.parent_entity_id).where(
            rows.user_id == user_id,
            rows.store_id == switch.store_id,
            rows.kind == switch.kind.value,
            rows.entity_id == switch.entity_id,
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    return replace(switch, name=row.entity_name, parent_id=row.parent_entity_id)
