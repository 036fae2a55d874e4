"""Queries on what the last readings tell, as far as switches have a say in it: no texts.

Rows come in portions, so that whoever loads a great shop leaves the loop to
others in between.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, not_, or_, select

from evosync.catalog.item import (
    Availability,
    Link,
    LinkState,
    MarketItem,
    MarketReading,
    Pending,
    Written,
)
from evosync.catalog.product import Product, ProductGroup
from evosync.catalog.snapshot import Snapshot
from evosync.db.catalog import list_groups, list_stores, product_of
from evosync.db.intents import list_open_intents
from evosync.db.links import Place
from evosync.db.memory import recall
from evosync.db.portions import streamed
from evosync.db.selection import SwitchKind, get_selection
from evosync.db.shop_account import find_current_account
from evosync.db.snapshots import snapshot_of
from evosync.db.standing import as_left
from evosync.db.sync import SyncConfig, get_config
from evosync.db.tables.catalog import cached_products
from evosync.db.tables.market import product_links, vk_cached_products
from evosync.db.tables.sync import sync_filters
from evosync.db.types import Tx
from evosync.engine.consequences import Known
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import Rules, Selection

RulesOf = Callable[[SyncConfig, Selection], Rules]

# No reading is at hand, and nothing that switches bring hangs on when it began.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def load_known(
    tx: Tx, user_id: int, place: Place | None, rules_of: RulesOf, now: datetime
) -> Known:
    """Load all that tells what switches would bring; without a `place` nothing stands in VK."""
    return await _load(tx, user_id, place, rules_of, now)


async def load_known_of(
    tx: Tx, user_id: int, place: Place | None, rules_of: RulesOf, product_id: str
) -> Known:
    """Load what tells what one product's switch would bring: its rows, and those of its namesakes.

    What it tells of the whole shop's goods on sale is nothing.
    """
    rows = cached_products.c
    same = cached_products.alias()
    found = await tx.scalars(
        select(rows.product_id)
        .where(
            rows.user_id == user_id,
            or_(
                rows.product_id == product_id,
                rows.name_folded.in_(
                    select(same.c.name_folded).where(
                        same.c.user_id == user_id, same.c.product_id == product_id
                    )
                ),
            ),
        )
        .distinct()
    )
    return await _load(tx, user_id, place, rules_of, None, product_ids=list(found))


async def count_on_sale(tx: Tx, place: Place) -> tuple[int, int]:
    """Count the linked items on sale, and those of them whose own product is switched off.

    As they were read, and what was written since over it, as `as_left` says.
    """
    links, items, filters = product_links.c, vk_cached_products.c, sync_filters.c
    is_off = links.product_id.in_(
        select(filters.entity_id).where(
            filters.user_id == place.user_id, filters.kind == SwitchKind.PRODUCT.value
        )
    )
    found = await tx.execute(
        select(func.count(), func.coalesce(func.sum(case((is_off, 1), else_=0)), 0))
        .select_from(product_links)
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
            or_(
                and_(_was_written_since(), func.coalesce(links.written_stock, items.stock, 1) != 0),
                and_(
                    not_(_was_written_since()),
                    items.availability == int(Availability.AVAILABLE),
                    func.coalesce(items.stock, links.written_stock, 1) != 0,
                ),
            ),
        )
    )
    live, going = found.one()
    return int(live), int(going)


def _was_written_since() -> ColumnElement[bool]:
    """Tell of a link whether it was written to after its item was read, or made since."""
    links, items = product_links.c, vk_cached_products.c
    return case(
        (links.written_at.is_(None), false()),
        (items.item_id.is_(None), links.missing_since_at.is_(None)),
        else_=links.written_at > items.updated_at,
    )


async def _load(
    tx: Tx,
    user_id: int,
    place: Place | None,
    rules_of: RulesOf,
    now: datetime | None,
    product_ids: Collection[str] | None = None,
) -> Known:
    config = await get_config(tx, user_id)
    rules = rules_of(config, await get_selection(tx, user_id))
    snapshot = await _snapshot(tx, user_id, product_ids)
    standing = Standing(reading=MarketReading(items=(), albums=(), begun_at=_NEVER))
    if place is not None:
        standing = await _standing(tx, place, product_ids)
        if now is not None:
            memory = await recall(tx, place, now)
            account = await find_current_account(tx, user_id)
            standing = replace(standing, memory=replace(memory, account=account))
    return Known(snapshot=snapshot, standing=standing, rules=rules)


async def _snapshot(tx: Tx, user_id: int, product_ids: Collection[str] | None) -> Snapshot:
    rows = cached_products.c
    query = select(*(rows[name] for name in _PRODUCT)).where(rows.user_id == user_id)
    if product_ids is not None:
        query = query.where(rows.product_id.in_(product_ids))
    groups: dict[str, list[ProductGroup]] = defaultdict(list)
    for group in await list_groups(tx, user_id):
        groups[group.store_id].append(group)
    products: dict[str, list[Product]] = defaultdict(list)
    async for row in _portions(tx, query):
        products[row.store_id].append(product_of(row))
    return snapshot_of(await list_stores(tx, user_id), groups, products)


async def _standing(tx: Tx, place: Place, product_ids: Collection[str] | None) -> Standing:
    links, items = product_links.c, vk_cached_products.c
    query = select(*(links[name] for name in _LINK)).where(*place.rows_of(product_links))
    if product_ids is not None:
        query = query.where(links.product_id.in_(product_ids))
    linked = [_link(row) async for row in _portions(tx, query)]
    query = select(*(items[name] for name in (*_ITEM, "updated_at")))
    query = query.where(*place.rows_of(vk_cached_products))
    if product_ids is not None:
        query = query.where(items.item_id.in_([link.item_id for link in linked]))
    found = [(_item(row), row.updated_at) async for row in _portions(tx, query)]
    read_at = {item.item_id: at for item, at in found}
    standing = as_left((item for item, _ in found), read_at, linked)
    reading = MarketReading(items=tuple(standing), albums=(), begun_at=_NEVER)
    intents = await list_open_intents(tx, place)
    return Standing(reading=reading, links=tuple(linked), intents=intents)


async def _portions(tx: Tx, query: Select[Any]) -> AsyncIterator[Row[Any]]:
    async for portion in streamed(tx, query):
        for row in portion:
            yield row


_PRODUCT = (
    *("store_id", "product_id", "name", "parent_id", "type", "price", "quantity"),
    *("measure_name", "allow_to_sell", "code", "barcodes", "choices"),
)
_LINK = (
    *("product_id", "item_id", "evotor_user_id", "store_ids", "member_ids", "state", "pending"),
    *("written_stock", "written_is_hidden", "repeats", "missing_since_at", "written_at"),
)
_ITEM = ("item_id", "availability", "stock", "sku", "rejected")


def _link(row: Row[Any]) -> Link:
    return Link(
        product_id=row.product_id,
        item_id=row.item_id,
        store_ids=row.store_ids,
        state=LinkState(row.state),
        pending=Pending(row.pending) if row.pending else None,
        members=row.member_ids or (),
        account=row.evotor_user_id,
        missing_since_at=row.missing_since_at,
        written_at=row.written_at,
        written=Written(
            stock=row.written_stock, is_hidden=row.written_is_hidden, repeats=row.repeats
        ),
    )


def _item(row: Row[Any]) -> MarketItem:
    return MarketItem(
        item_id=row.item_id,
        title="",
        description="",
        price=None,
        availability=Availability(row.availability),
        sku=row.sku,
        stock=row.stock,
        rejected=row.rejected,
    )
