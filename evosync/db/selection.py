"""Queries on the switches of the catalog: which stores and groups are on, which products off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, update

from evosync.db.sync import step_version, touch_config
from evosync.db.tables.catalog import cached_groups, cached_products, cached_stores
from evosync.db.tables.sync import sync_filters
from evosync.db.types import Tx
from evosync.engine.rules import NO_GROUP, Selection

NO_GROUP_NAME = "Без группы"


class SwitchKind(StrEnum):
    """What a switch is for. A product's row excludes it, the others' rows include."""

    STORE = "store"
    GROUP = "group"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One row of `sync_filters`; the name is kept for when Evotor lists it no more."""

    store_id: str
    kind: SwitchKind
    entity_id: str
    name: str = ""
    parent_id: str | None = None

    @classmethod
    def group(cls, store_id: str, group_id: str, *, name: str) -> "Switch":
        """Make a group's switch."""
        return cls(store_id=store_id, kind=SwitchKind.GROUP, entity_id=group_id, name=name)

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others of the same user."""
        return (self.store_id, self.kind.value, self.entity_id)


async def get_selection(tx: Tx, user_id: int) -> Selection:
    """Return all switches of a user, and the order of the stores."""
    rows = sync_filters.c
    found = (
        await tx.execute(
            select(rows.kind, rows.store_id, rows.entity_id).where(rows.user_id == user_id)
        )
    ).all()
    by_kind: dict[str, set[tuple[str, str]]] = {kind.value: set() for kind in SwitchKind}
    for kind, store_id, entity_id in found:
        by_kind[kind].add((store_id, entity_id))
    order = await tx.scalars(
        select(cached_stores.c.store_id)
        .where(cached_stores.c.user_id == user_id)
        .order_by(cached_stores.c.position, cached_stores.c.store_id)
    )
    return Selection(
        stores=frozenset(store_id for store_id, _ in by_kind[SwitchKind.STORE]),
        groups=frozenset(by_kind[SwitchKind.GROUP]),
        products_off=frozenset(by_kind[SwitchKind.PRODUCT]),
        store_order=tuple(order),
    )


async def switch_store(tx: Tx, user_id: int, store_id: str, *, is_on: bool, now: datetime) -> None:
    """Switch one store on or off; its groups keep their own switches."""
    await _switch(tx, user_id, await _stores(tx, user_id, store_id), is_on=is_on, now=now)


async def switch_whole_store(
    tx: Tx, user_id: int, store_id: str, *, is_on: bool, now: datetime
) -> None:
    """Switch one store with all its groups and «Без группы»."""
    switches = await _stores(tx, user_id, store_id)
    await _switch_whole(tx, user_id, switches, is_on=is_on, now=now)


async def switch_all(tx: Tx, user_id: int, *, is_on: bool, now: datetime) -> None:
    """Switch every listed store with all its groups; off also clears what is listed no more."""
    if is_on:
        await _switch_whole(tx, user_id, await _stores(tx, user_id), is_on=True, now=now)
        return
    await touch_config(tx, user_id, now)
    await tx.execute(
        delete(sync_filters).where(
            sync_filters.c.user_id == user_id,
            sync_filters.c.kind.in_((SwitchKind.STORE.value, SwitchKind.GROUP.value)),
        )
    )


async def switch_group(
    tx: Tx, user_id: int, store_id: str, group_id: str, *, is_on: bool, now: datetime
) -> None:
    """Switch one group (or `NO_GROUP`) of one store."""
    groups = await _groups(tx, user_id, [store_id])
    switch = next(
        (group for group in groups if group.entity_id == group_id),
        Switch.group(store_id, group_id, name=""),
    )
    await _switch(tx, user_id, [switch], is_on=is_on, now=now)


async def switch_product(
    tx: Tx, user_id: int, store_id: str, product_id: str, *, is_on: bool, now: datetime
) -> None:
    """Switch one product of one store."""
    rows = cached_products.c
    found = await tx.execute(
        select(rows.name, rows.parent_id).where(
            rows.user_id == user_id, rows.store_id == store_id, rows.product_id == product_id
        )
    )
    row = found.one_or_none()
    switch = Switch(
        store_id=store_id,
        kind=SwitchKind.PRODUCT,
        entity_id=product_id,
        name=row.name if row else "",
        parent_id=row.parent_id if row else None,
    )
    # The row of a product says that it is off.
    await _switch(tx, user_id, [switch], is_on=not is_on, now=now)


async def set_new_groups(
    tx: Tx, user_id: int, store_id: str, *, is_on: bool, now: datetime
) -> None:
    """Say whether groups that appear in this store later are switched on by themselves."""
    rows = cached_stores.c
    await tx.execute(
        update(cached_stores)
        .where(rows.user_id == user_id, rows.store_id == store_id)
        .values(new_groups=is_on, updated_at=now)
    )


async def switch_on(tx: Tx, user_id: int, switches: Sequence[Switch], now: datetime) -> None:
    """Write the rows of switches that have none yet."""
    await _switch(tx, user_id, switches, is_on=True, now=now)


async def switch_on_new(tx: Tx, user_id: int, switches: Sequence[Switch], now: datetime) -> None:
    """Switch on what a reading found, as its store wants it: nobody changed the settings."""
    await step_version(tx, user_id, now)
    await _write(tx, user_id, switches, is_on=True, now=now)


async def switch_off(tx: Tx, user_id: int, switches: Sequence[Switch], now: datetime) -> None:
    """Remove the rows of switches that have one."""
    await _switch(tx, user_id, switches, is_on=False, now=now)


async def list_whole(tx: Tx, user_id: int, store_id: str | None = None) -> list[Switch]:
    """List the switches of one store, or of all, with those of its groups and «Без группы»."""
    stores = await _stores(tx, user_id, store_id)
    return [*stores, *await _groups(tx, user_id, [store.store_id for store in stores])]


async def _switch_whole(
    tx: Tx, user_id: int, stores: Sequence[Switch], *, is_on: bool, now: datetime
) -> None:
    groups = await _groups(tx, user_id, [store.store_id for store in stores])
    await _switch(tx, user_id, [*stores, *groups], is_on=is_on, now=now)


async def _switch(
    tx: Tx, user_id: int, switches: Sequence[Switch], *, is_on: bool, now: datetime
) -> None:
    # Locks the user's settings, so that two switches at once queue here.
    await touch_config(tx, user_id, now)
    await _write(tx, user_id, switches, is_on=is_on, now=now)


async def _write(
    tx: Tx, user_id: int, switches: Sequence[Switch], *, is_on: bool, now: datetime
) -> None:
    rows = sync_filters.c
    found = await tx.execute(
        select(rows.store_id, rows.kind, rows.entity_id).where(rows.user_id == user_id)
    )
    standing = {tuple(row) for row in found}
    changed = sorted(
        (switch for switch in switches if (switch.key in standing) != is_on),
        key=lambda switch: switch.key,
    )
    if not changed:
        return
    if is_on:
        await tx.execute(insert(sync_filters), [_row(user_id, each, now) for each in changed])
        return
    await tx.execute(
        delete(sync_filters).where(
            and_(
                rows.user_id == user_id,
                rows.store_id == bindparam("at_store"),
                rows.kind == bindparam("of_kind"),
                rows.entity_id == bindparam("of_entity"),
            )
        ),
        [
            {"at_store": store_id, "of_kind": kind, "of_entity": entity_id}
            for store_id, kind, entity_id in (switch.key for switch in changed)
        ],
    )


def _row(user_id: int, switch: Switch, now: datetime) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "store_id": switch.store_id,
        "kind": switch.kind.value,
        "entity_id": switch.entity_id,
        "entity_name": switch.name,
        "parent_entity_id": switch.parent_id,
        "created_at": now,
    }


async def _stores(tx: Tx, user_id: int, store_id: str | None = None) -> list[Switch]:
    rows = cached_stores.c
    query = select(rows.store_id, rows.name).where(rows.user_id == user_id)
    if store_id is not None:
        query = query.where(rows.store_id == store_id)
    listed = [(row.store_id, row.name) for row in await tx.execute(query)]
    if store_id is not None and not listed:
        listed = [(store_id, "")]
    return [
        Switch(store_id=each, kind=SwitchKind.STORE, entity_id=each, name=name)
        for each, name in listed
    ]


async def _groups(tx: Tx, user_id: int, store_ids: Iterable[str]) -> list[Switch]:
    """List the plain groups of stores, and «Без группы» of each."""
    rows = cached_groups.c
    wanted = list(store_ids)
    found = await tx.execute(
        select(rows.store_id, rows.group_id, rows.name, rows.parent_id).where(
            rows.user_id == user_id, rows.store_id.in_(wanted), rows.attributes.is_(None)
        )
    )
    return [
        *(
            Switch(
                store_id=row.store_id,
                kind=SwitchKind.GROUP,
                entity_id=row.group_id,
                name=row.name,
                parent_id=row.parent_id,
            )
            for row in found
        ),
        *(Switch.group(store_id, NO_GROUP, name=NO_GROUP_NAME) for store_id in wanted),
    ]
