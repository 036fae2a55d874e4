"""Queries on what was published from another Evotor account, or into another community (R17)."""

from dataclasses import dataclass

from sqlalchemy import func, select

from evosync.catalog.item import LinkState
from evosync.db.links import Place
from evosync.db.shop_account import find_current_account
from evosync.db.tables.catalog import cached_products
from evosync.db.tables.market import product_links
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """What an earlier till left in this community, and how many items stand in other ones.

    `products` are ids of the earlier till, in order: what hiding them is asked of.
    """

    products: tuple[str, ...] = ()
    elsewhere: int = 0


async def find_left_behind(tx: Tx, place: Place) -> LeftBehind:
    """Find it as of the last reading; what both tills list, by the same id, is not left."""
    rows, goods = product_links.c, cached_products.c
    mine = (rows.user_id == place.user_id, rows.state == LinkState.LIVE.value)
    elsewhere = await tx.scalar(
        select(func.count())
        .select_from(product_links)
        .where(*mine, rows.community_id != place.community_id)
    )
    account = await find_current_account(tx, place.user_id)
    if account is None:
        return LeftBehind(elsewhere=elsewhere or 0)
    listed = select(goods.product_id).where(goods.user_id == place.user_id)
    found = await tx.scalars(
        select(rows.product_id)
        .where(
            *mine,
            rows.community_id == place.community_id,
            rows.evotor_user_id.is_not(None),
            rows.evotor_user_id != account,
            rows.written_is_hidden.is_(False),
            rows.product_id.not_in(listed),
        )
        .order_by(rows.product_id)
    )
    return LeftBehind(products=tuple(found), elsewhere=elsewhere or 0)
