"""What stands on the market as far as the database knows: the last reading, and what runs wrote."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from evosync.catalog.item import Availability, Link, LinkState, MarketItem, MarketReading
from evosync.db import intents, links, market
from evosync.db.links import Place
from evosync.db.memory import recall
from evosync.db.shop_account import find_current_account
from evosync.db.tables.market import vk_cached_products
from evosync.db.types import Tx
from evosync.engine.plan.standing import Standing


async def load_standing(tx: Tx, place: Place, now: datetime) -> Standing:
    """Return what a plan is made against, without asking VK.

    The market was read before the last run wrote to it, so what that wrote is
    put over the reading. The reading passes for not whole: an item that it
    lacks is not lost.
    """
    linked = await links.list_links(tx, place)
    account = await find_current_account(tx, place.user_id)
    reading = MarketReading(
        items=tuple(
            as_left(
                await market.list_items(tx, place.user_id, place.community_id),
                await _read_at(tx, place),
                linked,
            )
        ),
        albums=tuple(await market.list_albums(tx, place.user_id, place.community_id)),
        begun_at=now,
        is_whole=False,
    )
    return Standing(
        reading=reading,
        links=linked,
        album_links=await links.list_album_links(tx, place),
        intents=await intents.list_open_intents(tx, place),
        known_skus=await links.known_skus(tx, place.user_id, account),
        memory=replace(await recall(tx, place, now), account=account),
    )


async def _read_at(tx: Tx, place: Place) -> Mapping[int, datetime]:
    rows = vk_cached_products
    found = await tx.execute(select(rows.c.item_id, rows.c.updated_at).where(*place.rows_of(rows)))
    return {row.item_id: row.updated_at for row in found}


def as_left(
    items: Iterable[MarketItem], read_at: Mapping[int, datetime], linked: Iterable[Link]
) -> Iterator[MarketItem]:
    """Put what was written since over what was read; what was made since stands too.

    `read_at` is when each of the items (by id) was read. Pure.
    """
    by_item = {link.item_id: link for link in linked}
    for item in items:
        link = by_item.pop(item.item_id, None)
        is_later = link and link.written_at and link.written_at > read_at[item.item_id]
        yield _written_over(item, link) if link and is_later else item
    for link in by_item.values():
        is_made = link.written_at is not None and link.missing_since_at is None
        if link.state is LinkState.LIVE and is_made:
            bare = MarketItem(
                item_id=link.item_id,
                title="",
                description="",
                price=None,
                availability=Availability.AVAILABLE,
            )
            yield _written_over(bare, link)


def _written_over(item: MarketItem, link: Link) -> MarketItem:
    written = link.written
    is_away = written.is_hidden or written.stock == 0
    return replace(
        item,
        title=written.title or item.title,
        description=written.description or item.description,
        price=item.price if written.price is None else written.price,
        stock=item.stock if written.stock is None else written.stock,
        sku=written.sku or item.sku,
        availability=Availability.UNAVAILABLE if is_away else Availability.AVAILABLE,
    )
