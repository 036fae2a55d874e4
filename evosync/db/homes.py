"""Where the products of one store belong, group by group (R14), and which groups are on."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from evosync.db.selection import SwitchKind
from evosync.db.tables.catalog import cached_groups
from evosync.db.tables.sync import sync_filters
from evosync.db.types import Tx
from evosync.engine.rules import NO_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """The groups of one store as products see them.

    `names` are those of the plain groups by id, in order of name. `home_of`
    gives, for each listed group, the plain group that its goods belong to;
    a group that leads to none is not in it. `on` holds the ids of groups
    (`NO_GROUP` among them) that are switched on.
    """

    store_id: str
    names: Mapping[str, str]
    home_of: Mapping[str, str]
    on: frozenset[str]
    is_store_on: bool

    def home(self, parent_id: str | None) -> str:
        """Return the id of the group that a product with this parent belongs to."""
        return NO_GROUP if parent_id is None else self.home_of.get(parent_id, NO_GROUP)


async def read_homes(tx: Tx, user_id: int, store_id: str) -> Homes:
    """Read the groups of a store and their switches."""
    rows = cached_groups.c
    found = await tx.execute(
        select(
            rows.group_id, rows.name, rows.parent_id, rows.attributes.is_(None).label("is_plain")
        )
        .where(rows.user_id == user_id, rows.store_id == store_id)
        .order_by(rows.name_folded, rows.group_id)
    )
    groups = {row.group_id: row for row in found}
    switches = sync_filters.c
    kinds = (SwitchKind.STORE.value, SwitchKind.GROUP.value)
    on = (
        await tx.execute(
            select(switches.kind, switches.entity_id).where(
                switches.user_id == user_id,
                switches.store_id == store_id,
                switches.kind.in_(kinds),
            )
        )
    ).all()
    parents = {one: None if row.is_plain else row.parent_id for one, row in groups.items()}
    plain = {one: row.name for one, row in groups.items() if row.is_plain}
    return Homes(
        store_id=store_id,
        names=plain,
        home_of={one: home for one in groups if (home := _climb(one, plain, parents)) is not None},
        on=frozenset(one.entity_id for one in on if one.kind == SwitchKind.GROUP.value),
        is_store_on=any(one.kind == SwitchKind.STORE.value for one in on),
    )


def _climb(
    group_id: str, plain: Mapping[str, str], parents: Mapping[str, str | None]
) -> str | None:
    """Find the nearest plain group, from this one up; modifications may lead in a circle."""
    seen: set[str] = set()
    at: str | None = group_id
    while at is not None and at not in seen:
        if at in plain:
            return at
        seen.add(at)
        at = parents.get(at)
    return None
