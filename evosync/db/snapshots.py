"""The shop as it was last read, put together of its cached rows, for whoever drafts from it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from evosync.catalog.product import Product, ProductGroup
from evosync.catalog.snapshot import Snapshot, StoreReading
from evosync.db.catalog import CachedStore, list_groups, list_stores, product_of
from evosync.db.tables.catalog import cached_products
from evosync.db.types import Tx


async def load_snapshot(tx: Tx, user_id: int) -> Snapshot:
    """Return the shop as it was last read: stores in the user's order, three queries.

    A store that was not read whole has its state of now and the rows of
    before; rows that could not be read are not kept, and so not here.
    """
    groups: dict[str, list[ProductGroup]] = defaultdict(list)
    for group in await list_groups(tx, user_id):
        groups[group.store_id].append(group)
    products: dict[str, list[Product]] = defaultdict(list)
    rows = cached_products.c
    for row in await tx.execute(
        select(cached_products)
        .where(rows.user_id == user_id)
        .order_by(rows.store_id, rows.product_id)
    ):
        products[row.store_id].append(product_of(row))
    return snapshot_of(await list_stores(tx, user_id), groups, products)


def snapshot_of(
    stores: Iterable[CachedStore],
    groups: Mapping[str, Sequence[ProductGroup]],
    products: Mapping[str, Sequence[Product]],
) -> Snapshot:
    """Make a snapshot of cached stores, with their groups and products by store id."""
    return Snapshot(
        readings=tuple(
            StoreReading(
                store=each.store,
                state=each.state,
                groups=tuple(groups.get(each.store.id, ())),
                products=tuple(products.get(each.store.id, ())),
                reason=each.reason,
            )
            for each in stores
        )
    )
