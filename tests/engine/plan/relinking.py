"""A product that left, its item, and the plans that give the item to another product."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from evosync.catalog.item import Availability, Draft, Intent, Link, MarketItem
from evosync.engine.changes import Field, Plan, Relink
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy, TwinsPolicy
from tests.builders import BOTH_SHOPS, SECOND_SHOP, draft, item, link, reading, rules

NEW = draft("new")
TWIN = draft("twin", store_ids=(SECOND_SHOP,))
OF_BOTH = link(store_ids=BOTH_SHOPS, members=("twin",))
GONE = frozenset({"assam"})
SKU = frozenset({Field.SKU})
RELINK = Relink(link=link(), draft=NEW, item=item(), fields=SKU)
AWAY = Availability.UNAVAILABLE


def plan(  # noqa: PLR0913 - a test names only what it is about
    *drafts: Draft,
    links: Iterable[Link] = (link(),),
    items: Iterable[MarketItem] = (item(),),
    absent: frozenset[str] = GONE,
    intents: tuple[Intent, ...] = (),
    gone: GonePolicy = GonePolicy.HIDE,
    stores: tuple[str, ...] = BOTH_SHOPS,
    twins: TwinsPolicy = TwinsPolicy.ONE,
    **seen: Any,
) -> Plan:
    links = tuple(links)
    drafted = Drafted(drafts={one.product_id: one for one in drafts}, **seen)
    standing = Standing(
        reading=reading(*items),
        links=links,
        intents=intents,
        known_skus=frozenset(
            {one.product_id for one in links} | {one.product_id for one in intents}
        ),
    )
    return make_plan(
        drafted,
        standing,
        rules(stores=stores, gone=gone, twins=twins),
        settle=timedelta(seconds=120),
        absent=absent,
    )
