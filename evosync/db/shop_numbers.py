"""How many goods there are, are chosen, stand in VK and do not: each product counted once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, distinct, exists, false, func, or_, select

from evosync.catalog.item import LinkState
from evosync.catalog.product import ProductGroup
from evosync.db.chosen import homes_of
from evosync.db.links import Place
from evosync.db.selection import SwitchKind
from evosync.db.tables.catalog import cached_products
from evosync.db.tables.market import product_links
from evosync.db.tables.sync import sync_filters
from evosync.db.types import Tx
from evosync.engine.rules import NO_GROUP, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Products in the till and those chosen for VK; items that are seen there; who is missing."""

    in_till: int = 0
    groups: int = 0
    chosen: int = 0
    chosen_groups: int = 0
    in_vk: int = 0
    missing: int = 0


async def count_goods(
    tx: Tx,
    user_id: int,
    place: Place | None,
    selection: Selection,
    groups: Sequence[ProductGroup],
) -> Numbers:
    """Count a user's goods; `groups` are those of all stores. Five queries at most.

    `missing` are chosen products that no item in the community stands for.
    """
    rows = cached_products.c
    homes = homes_of(groups)
    plain = {key for key, home in homes.items() if key == home}
    on = {key for key in selection.groups if key[0] in selection.stores}
    in_till = await tx.scalar(
        select(func.count(distinct(rows.product_id))).where(rows.user_id == user_id)
    )
    chosen_here = and_(rows.user_id == user_id, _is_chosen(user_id, selection, homes))
    number = select(func.count(distinct(rows.product_id))).where(chosen_here)
    chosen = await tx.scalar(number) or 0
    in_vk, missing = 0, chosen
    if place is not None:
        shown = and_(
            *place.rows_of(product_links),
            product_links.c.state == LinkState.LIVE.value,
            product_links.c.written_is_hidden.is_(False),
        )
        in_vk = await tx.scalar(select(func.count()).select_from(product_links).where(shown)) or 0
        own = exists().where(shown, product_links.c.product_id == rows.product_id)
        missing = await tx.scalar(number.where(~own)) or 0
        twins = await tx.scalars(
            select(product_links.c.member_ids).where(shown, product_links.c.member_ids.is_not(None))
        )
        # A twin stands in VK under the id of another.
        missing = max(0, missing - len({one for members in twins for one in members}))
    return Numbers(
        in_till=in_till or 0,
        groups=len(plain),
        chosen=chosen,
        chosen_groups=len(on & plain),
        in_vk=in_vk,
        missing=missing,
    )


def _is_chosen(
    user_id: int, selection: Selection, homes: dict[tuple[str, str], tuple[str, str]]
) -> ColumnElement[bool]:
    """Tell whether a row is switched on in its store, by the plain group that it belongs to."""
    rows, off = cached_products.c, sync_filters.c
    is_off = exists().where(
        off.user_id == user_id,
        off.store_id == rows.store_id,
        off.kind == SwitchKind.PRODUCT.value,
        off.entity_id == rows.product_id,
    )
    of_stores = []
    for store_id in sorted(selection.stores):
        own = [key for key in homes if key[0] == store_id]
        parents = [key[1] for key in own if homes[key] in selection.groups]
        fits: list[ColumnElement[bool]] = [rows.parent_id.in_(parents)]
        if (store_id, NO_GROUP) in selection.groups:
            listed = [key[1] for key in own]
            fits += [rows.parent_id.is_(None), rows.parent_id.not_in(listed)]
        of_stores.append(and_(rows.store_id == store_id, or_(*fits)))
    return and_(or_(false(), *of_stores), ~is_off)
