"""Queries on what the switches of the catalog come to: how much is chosen, and examples of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, exists, false, func, or_, select

from evosync.catalog.item import LinkState
from evosync.catalog.product import Product, ProductGroup
from evosync.db.catalog import product_of
from evosync.db.known_items import SHOWN_PRICE
from evosync.db.links import Place
from evosync.db.selection import SwitchKind
from evosync.db.tables.catalog import cached_products, cached_stores
from evosync.db.tables.market import product_links, vk_cached_products
from evosync.db.tables.sync import sync_filters
from evosync.db.types import Tx
from evosync.engine.draft.groups import find_home, index_groups, is_switched_on
from evosync.engine.foresight import PricePair
from evosync.engine.rules import NO_GROUP, Selection

_SPREAD = (0.5, 0.2, 0.8)  # of the shop's prices, the middle one first
_WINDOW = 20  # rows that one example is sought in


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How much is switched on, of what the till lists."""

    stores: int = 0
    groups: int = 0
    products: int = 0


async def count_chosen(
    tx: Tx, user_id: int, selection: Selection, groups: Sequence[ProductGroup]
) -> Chosen:
    """Count what is switched on, each product once; `groups` are those of all stores. One query."""
    stores = selection.stores & set(selection.store_order)
    listed = {key for key, home in homes_of(groups).items() if key == home}
    on = {key for key in selection.groups if key[0] in stores}
    rows = cached_products.c
    products = await tx.scalar(
        select(func.count(distinct(rows.product_id))).where(
            rows.user_id == user_id, is_on(selection, groups)
        )
    )
    return Chosen(stores=len(stores), groups=len(on & listed), products=products or 0)


async def list_examples(
    tx: Tx, user_id: int, selection: Selection, groups: Sequence[ProductGroup]
) -> list[Product]:
    """List up to three goods with a price, from the first store that has any: dear and cheap.

    Of stores that are switched on, else of any; goods that are switched on come first.
    """
    order = [one for one in selection.store_order if one in selection.stores]
    for store_id in order or selection.store_order:
        rows = cached_products.c
        priced = and_(rows.user_id == user_id, rows.store_id == store_id, rows.price > 0)
        total = await tx.scalar(select(func.count()).where(priced)) or 0
        if total:
            own = [group for group in groups if group.store_id == store_id]
            found = [await _example(tx, priced, int(total * at), own, selection) for at in _SPREAD]
            return list({one.id: one for one in found if one is not None}.values())
    return []


async def list_price_pairs(
    tx: Tx, place: Place, selection: Selection, groups: Sequence[ProductGroup]
) -> list[PricePair]:
    """List what goods that stand in VK cost: as read there, or as we wrote it since.

    The till's price is that of the first store where it is switched on and for
    sale, as R9 says; `groups` are those of all stores. Goods of equal prices
    are counted together: a shop has many goods, and few prices.
    """
    priced = _priced(place, is_on(selection, groups)).subquery()
    found = await tx.execute(
        select(priced.c.till, priced.c.market, func.count())
        .where(priced.c.rank == 1, priced.c.market.is_not(None))
        .group_by(priced.c.till, priced.c.market)
    )
    return [PricePair(till=till, market=shown, count=number) for till, shown, number in found]


def is_on(selection: Selection, groups: Sequence[ProductGroup]) -> ColumnElement[bool]:
    """Ask of a row of the till whether its store, its group and its product are on."""
    rows, off = cached_products.c, sync_filters.c
    homes = homes_of(groups)
    of_stores = []
    for store_id in sorted(selection.stores):
        parents: dict[bool, list[str]] = {True: [], False: []}
        for (of_store, group_id), home in homes.items():
            if of_store == store_id:
                parents[home in selection.groups].append(group_id)
        if (store_id, NO_GROUP) in selection.groups:
            # Goods of groups that are not listed are among those without one.
            fits = or_(rows.parent_id.is_(None), rows.parent_id.not_in(parents[False]))
        else:
            fits = rows.parent_id.in_(parents[True])
        of_stores.append(and_(rows.store_id == store_id, fits))
    is_off = exists().where(
        off.user_id == rows.user_id,
        off.store_id == rows.store_id,
        off.kind == SwitchKind.PRODUCT.value,
        off.entity_id == rows.product_id,
    )
    return and_(or_(false(), *of_stores), ~is_off)


def _priced(place: Place, chosen: ColumnElement[bool]) -> Select[Any]:
    rows, items, links = cached_products.c, vk_cached_products.c, product_links.c
    first = (rows.allow_to_sell.desc(), cached_stores.c.position, rows.store_id)
    rank = func.row_number().over(partition_by=links.product_id, order_by=first)
    return (
        select(rows.price.label("till"), SHOWN_PRICE.label("market"), rank.label("rank"))
        .select_from(product_links)
        .join(
            cached_products,
            and_(rows.user_id == links.user_id, rows.product_id == links.product_id),
        )
        .join(
            cached_stores,
            and_(
                cached_stores.c.user_id == rows.user_id,
                cached_stores.c.store_id == rows.store_id,
            ),
        )
        .join(
            vk_cached_products,
            and_(
                items.user_id == links.user_id,
                items.community_id == links.community_id,
                items.item_id == links.item_id,
            ),
            isouter=True,
        )
        .where(
            *place.rows_of(product_links),
            links.state == LinkState.LIVE.value,
            links.written_is_hidden.is_(False),
            rows.price > 0,
            chosen,
        )
    )


def homes_of(groups: Sequence[ProductGroup]) -> dict[tuple[str, str], tuple[str, str]]:
    """Find the plain group that goods of each group belong to, by store and group."""
    by_store: dict[str, list[ProductGroup]] = {}
    for group in groups:
        by_store.setdefault(group.store_id, []).append(group)
    homes = {}
    for store_id, own in by_store.items():
        index = index_groups(own)
        for group in own:
            probe = Product(id="", store_id=store_id, name="", parent_id=group.id)
            home = find_home(probe, index)
            homes[store_id, group.id] = (store_id, home.id if home else NO_GROUP)
    return homes


async def _example(
    tx: Tx,
    priced: ColumnElement[bool],
    offset: int,
    groups: Sequence[ProductGroup],
    selection: Selection,
) -> Product | None:
    query = select(cached_products).where(priced).order_by(cached_products.c.price)
    found = await tx.execute(query.offset(offset).limit(_WINDOW))
    products = [product_of(row) for row in found]
    index = index_groups(groups)
    on = (one for one in products if is_switched_on(one, find_home(one, index), selection))
    return next(on, next(iter(products), None))
