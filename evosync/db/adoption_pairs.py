"""Queries on both sides of questions of adoption: the product in the till, the items in VK."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from evosync.db.adoption import Question
from evosync.db.links import Place
from evosync.db.tables.catalog import cached_products
from evosync.db.tables.market import vk_cached_products
from evosync.db.types import Tx

PAGE = 100  # pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesake:
    """An item of VK as it was last read. `price` is in kopecks; VK's picture is at `thumb_url`."""

    item_id: int
    title: str
    price: int | None
    thumb_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A product of the till, and the items that bear its name. `price` is in kopecks."""

    product_id: str
    name: str
    price: int | None
    code: str | None
    namesakes: tuple[Namesake, ...]


async def list_pairs(tx: Tx, place: Place, questions: Sequence[Question]) -> list[Pair]:
    """Fill a page of questions in from both readings, two queries in all."""
    if not questions:
        return []
    goods = cached_products.c
    found = await tx.execute(
        select(goods.product_id, goods.price, goods.code)
        .where(
            goods.user_id == place.user_id,
            goods.product_id.in_([one.product_id for one in questions]),
        )
        # Of several stores any will do, but the same one each time.
        .order_by(goods.store_id.desc())
    )
    tills = {row.product_id: row for row in found}
    items = vk_cached_products.c
    found = await tx.execute(
        select(items.item_id, items.title, items.price, items.thumb_url).where(
            *place.rows_of(vk_cached_products),
            items.item_id.in_({each for one in questions for each in one.item_ids}),
        )
    )
    standing = {
        row.item_id: Namesake(
            item_id=row.item_id,
            title=row.title,
            price=row.price,
            thumb_url=row.thumb_url,
        )
        for row in found
    }
    namesakes: dict[str, list[Namesake]] = defaultdict(list)
    for one in questions:
        namesakes[one.product_id] = [standing[each] for each in one.item_ids if each in standing]
    return [
        Pair(
            product_id=one.product_id,
            name=one.name,
            price=tills[one.product_id].price if one.product_id in tills else None,
            code=tills[one.product_id].code if one.product_id in tills else None,
            namesakes=tuple(namesakes[one.product_id]),
        )
        for one in questions
    ]
