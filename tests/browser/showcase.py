"""The goods in VK of Anna: albums of ours and her own, items shown, hidden and refused."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update

from evosync.catalog.item import Album, AlbumLink, Availability, MarketItem
from evosync.db import links
from evosync.db.links import Place
from evosync.db.tables.market import product_links
from evosync.db.types import Tx
from tests.builders import item, link, reading
from tests.readings import save_market

TEA, CUPS, OWN, EMPTY = 1, 2, 3, 4
LONG = "Подарочный набор «Чайная церемония» с доской, двумя пиалами и щипцами для горячей посуды"
REFUSED = "Товар нарушает правила площадки. Укажите в описании состав и срок годности"
MANY = 110  # more than one page


async def furnish_showcase(tx: Tx, place: Place, now: datetime) -> None:
    """Let VK have been read: most of it is kept by us, some is her own."""
    ours = [_tea(number) for number in range(1, MANY + 1)]
    ours[0] = replace(ours[0], title=LONG, price=1_234_567_89)
    ours[1] = replace(ours[1], stock=0)
    ours[2] = replace(ours[2], availability=Availability.UNAVAILABLE)
    ours[3] = replace(ours[3], rejected=REFUSED)
    ours[4] = replace(ours[4], availability=Availability.UNAVAILABLE, album_ids=frozenset())
    own = [
        item(900 + number, product_id=None, title=f"Скидка недели № {number}", stock=None)
        for number in range(4)
    ]
    own[0] = replace(own[0], price=None, availability=Availability.UNAVAILABLE)
    own = [
        replace(each, album_ids=frozenset({OWN} if number else ()))
        for number, each in enumerate(own)
    ]
    albums = (
        Album(album_id=TEA, title="Чай", count=MANY - 1),
        Album(album_id=CUPS, title=LONG, count=1),
        Album(album_id=OWN, title="Акции недели", count=3),
        Album(album_id=EMPTY, title="Новый год", is_hidden=True),
    )
    read = reading(*ours, *own, albums=albums)
    await save_market(tx, place.user_id, place.community_id, read, now)
    made = [link(f"tea-{each.item_id}", each.item_id) for each in ours]
    await links.save_new_links(tx, place, made, None, now)
    rows = product_links.c
    await tx.execute(
        update(product_links)
        .where(rows.user_id == place.user_id, rows.item_id == ours[4].item_id)
        .values(written_is_hidden=True)
    )
    linked = [
        AlbumLink(key=title, album_id=number, title=title, is_made=True)
        for title, number in (("чай", TEA), ("посуда", CUPS))
    ]
    await links.save_album_links(tx, place, linked, now)


def _tea(number: int) -> MarketItem:
    return item(
        number,
        product_id=f"tea-{number}",
        title=f"Чай № {number:03}",
        album_ids=frozenset({TEA}),
        price=number * 10_50,
    )
