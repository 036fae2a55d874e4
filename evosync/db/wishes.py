"""A person's yes to one linked item: bring it back, show it again (pages, then the next run)."""

from datetime import datetime

from sqlalchemy import update

from evosync.catalog.item import LinkState, Wish
from evosync.db.links import Place
from evosync.db.tables.market import product_links
from evosync.db.types import Tx

# What an item must be for a wish to make sense; what hides it, the next reading tells.
_STATES = {Wish.RETURN: LinkState.LOST, Wish.SHOW: LinkState.LIVE}


async def save_wish(tx: Tx, place: Place, product_id: str, wish: Wish, now: datetime) -> bool:
    """Note what a person wants done with a product's item; the next run does it, and forgets it.

    False when there is nothing to wish for: no item that was lost, or none
    that stands.
    """
    columns = product_links.c
    changed = await tx.execute(
        update(product_links)
        .where(
            *place.rows_of(product_links),
            columns.product_id == product_id,
            columns.state == _STATES[wish].value,
        )
        .values(wish=wish.value, updated_at=now)
    )
    return changed.rowcount == 1
