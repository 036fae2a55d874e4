"""Queries on what of a store's goods stands in VK: for all of them whether, for a page what."""

import contextlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, func, literal, or_, select, type_coerce

from evosync.catalog.item import LinkState
from evosync.db.links import Place
from evosync.db.tables.market import adoption_decisions, product_links, vk_cached_products
from evosync.db.types import Tx
from evosync.engine.fates import ADOPTION, WISHED, LastSeen

_LINK, _ITEM = product_links.c, vk_cached_products.c
_IS_SHOWN = and_(_LINK.state == LinkState.LIVE.value, ~_LINK.written_is_hidden)
# In JSON, for an id may hold anything; what is kept as JSON stays as it is.
_QUOTED: ColumnElement[str] = func.json_quote(_LINK.product_id)
_MEMBERS = literal("[").concat(_QUOTED).concat(",")
_MEMBERS = _MEMBERS.concat(type_coerce(_LINK.member_ids, Text())).concat("]")


def _shown(read: ColumnElement[Any], written: ColumnElement[Any]) -> ColumnElement[Any]:
    is_later = or_(read.is_(None), _LINK.written_at > _ITEM.updated_at)
    return func.coalesce(case((is_later, written), else_=read), read)


SHOWN_PRICE = _shown(_ITEM.price, _LINK.written_price)
"""The price in VK, of links outer-joined with the cached rows: as read, or as we wrote it since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """A product's item: its title and price (kopecks) in VK; whether it is to be seen.

    They are as VK last showed them, or as we wrote them since; `written_…` are
    what we last sent. `store_ids` are the stores that it stands for, first the
    one that names and prices it.
    """

    item_id: int
    price: int | None
    is_shown: bool
    title: str | None = None
    written_title: str | None = None
    written_price: int | None = None
    written_stock: int | None = None
    store_ids: tuple[str, ...] = ()


async def read_known(tx: Tx, place: Place, store_id: str, told: Mapping[str, str]) -> LastSeen:
    """Read what is known of a place for one store, besides what the last run `told` of products."""
    is_alone = _LINK.store_ids == [store_id]
    ids, shared, grouped = await _read_marked(
        tx,
        place,
        case((and_(_IS_SHOWN, is_alone), _QUOTED)),
        case((and_(_IS_SHOWN, ~is_alone), _QUOTED)),
        case((_LINK.member_ids.is_not(None), _MEMBERS)),
    )
    alone: set[str] = set(ids)
    shown = alone.union(shared)
    leaders = {member: leader for leader, members in grouped for member in members}
    shown.update(member for member, leader in leaders.items() if leader in shown)
    by_twin = {member: told[leader] for member, leader in leaders.items() if leader in told}
    answered = await _answered(tx, place, told)
    answered |= {member for member, leader in leaders.items() if leader in answered}
    return LastSeen(
        shown=shown,
        alone=alone,
        told={**told, **by_twin},
        answered=answered,
        leaders=leaders,
    )


async def _read_marked(tx: Tx, place: Place, *marked: ColumnElement[str]) -> list[list[Any]]:
    """Read, for each of some columns of JSON, what stands in it.

    Each comes as one text: 15,000 rows take the driver, and so the loop, far longer.
    """
    of_place = place.rows_of(product_links)
    together = (*map(func.group_concat, marked), *map(func.count, marked))
    row = (await tx.execute(select(*together).where(*of_place))).one()
    texts, counts = row[: len(marked)], row[len(marked) :]
    with contextlib.suppress(json.JSONDecodeError):
        lists = [json.loads(f"[{text or ''}]") for text in texts]
        if [len(each) for each in lists] == list(counts):
            return lists
    # MariaDB cuts a text that is longer than its max_allowed_packet, which may be small.
    rows = await tx.execute(select(*marked).where(*of_place))
    columns = zip(*rows.all(), strict=True)
    return [[json.loads(cell) for cell in column if cell is not None] for column in columns]


async def find_items(
    tx: Tx, place: Place, product_ids: Collection[str]
) -> Mapping[str, ListedItem]:
    """Find the items of some products, by the product id that each is linked to."""
    if not product_ids:
        return {}
    found = await tx.execute(
        select(
            _LINK.product_id,
            _LINK.item_id,
            case((_IS_SHOWN, 1), else_=0).label("is_shown"),
            SHOWN_PRICE.label("price"),
            _shown(_ITEM.title, _LINK.written_title).label("title"),
            _LINK.written_title,
            _LINK.written_price,
            _LINK.written_stock,
            _LINK.store_ids,
        )
        .outerjoin(
            vk_cached_products,
            and_(
                _ITEM.user_id == _LINK.user_id,
                _ITEM.community_id == _LINK.community_id,
                _ITEM.item_id == _LINK.item_id,
            ),
        )
        .where(*place.rows_of(product_links), _LINK.product_id.in_(list(product_ids)))
    )
    return {
        row.product_id: ListedItem(
            item_id=row.item_id,
            price=row.price,
            is_shown=bool(row.is_shown),
            title=row.title,
            written_title=row.written_title,
            written_price=row.written_price,
            written_stock=row.written_stock,
            store_ids=tuple(row.store_ids),
        )
        for row in found
    }


async def _answered(tx: Tx, place: Place, told: Mapping[str, str]) -> set[str]:
    """Find whose question a person has answered since."""
    answered: set[str] = set()
    codes = set(told.values())
    if ADOPTION in codes:
        decided = adoption_decisions
        of_place = place.rows_of(decided)
        found = await tx.scalars(select(decided.c.product_id).where(*of_place))
        answered |= {one for one in found if told.get(one) == ADOPTION}
    if codes.intersection(WISHED):
        found = await tx.scalars(
            select(_LINK.product_id).where(*place.rows_of(product_links), _LINK.wish.is_not(None))
        )
        answered |= {one for one in found if told.get(one) in WISHED}
    return answered
