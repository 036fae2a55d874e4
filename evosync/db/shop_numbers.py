"""How many goods there are, are chosen, stand in VK and do not: each product counted once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, false, func, select

from evosync.catalog.item import LinkState
from evosync.catalog.product import ProductGroup
from evosync.db.chosen import homes_of, is_on
from evosync.db.links import Place
from evosync.db.tables.catalog import cached_products
from evosync.db.tables.market import product_links
from evosync.db.types import Tx
from evosync.engine.rules import Selection


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
    """Count a user's goods; `groups` are those of all stores. Three queries at most.

    `missing` are chosen products that no item in the community stands for.
    """
    rows = cached_products.c
    plain = {key for key, home in homes_of(groups).items() if key == home}
    on = {key for key in selection.groups if key[0] in selection.stores}
    shown = false() if place is None else _is_shown(place)
    is_there = exists().where(shown, product_links.c.product_id == rows.product_id)
    # Each product once, in however many stores it is.
    each = (
        select(
            func.max(case((is_on(selection, groups), 1), else_=0)).label("chosen"),
            func.max(case((is_there, 1), else_=0)).label("there"),
        )
        .where(rows.user_id == user_id)
        .group_by(rows.product_id)
        .subquery()
    )
    counted = await tx.execute(
        select(
            func.count(),
            func.coalesce(func.sum(each.c.chosen), 0),
            func.coalesce(func.sum(each.c.chosen * (1 - each.c.there)), 0),
        ).select_from(each)
    )
    in_till, chosen, missing = (int(number) for number in counted.one())
    in_vk = 0
    if place is not None:
        of_vk = select(func.count()).select_from(product_links).where(shown)
        in_vk = await tx.scalar(of_vk) or 0
        twins = await tx.scalars(
            select(product_links.c.member_ids).where(shown, product_links.c.member_ids.is_not(None))
        )
        # A twin stands in VK under the id of another.
        missing = max(0, missing - len({one for members in twins for one in members}))
    return Numbers(
        in_till=in_till,
        groups=len(plain),
        chosen=chosen,
        chosen_groups=len(on & plain),
        in_vk=in_vk,
        missing=missing,
    )


def _is_shown(place: Place) -> ColumnElement[bool]:
    """Tell whether buyers see the item of a link, as far as we know."""
    links = product_links.c
    return and_(
        *place.rows_of(product_links),
        links.state == LinkState.LIVE.value,
        links.written_is_hidden.is_(False),
    )
