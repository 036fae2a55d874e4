"""What settings come to on a person's own goods: prices, and how a card will look."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from evosync.catalog.product import Product
from evosync.db import catalog, chosen, connections
from evosync.db.links import Place
from evosync.db.selection import get_selection
from evosync.db.types import Tx
from evosync.engine.draft.groups import Groups, find_home, full_name, index_groups
from evosync.engine.draft.names import make_title, plain_name
from evosync.engine.draft.prices import make_price
from evosync.engine.draft.texts import make_description, plain_measure
from evosync.engine.foresight import PricePair, reprice
from evosync.engine.rules import Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPrice:
    """A product's price in the till and in VK, kopecks."""

    name: str
    till: int
    market: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """How a product looks in VK."""

    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What examples are made of: a few goods, their groups, what stands in VK."""

    products: Sequence[Product]
    groups: Groups
    pairs: Sequence[PricePair]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceExample:
    """Prices as they would be: of a few goods, and in how many of those in VK it shows."""

    prices: tuple[ShownPrice, ...]
    changed: int
    far: int
    total: int


async def read_goods(tx: Tx, user_id: int) -> Goods:
    """Read what examples are made of; a bounded number of queries."""
    selection = await get_selection(tx, user_id)
    groups = await catalog.list_groups(tx, user_id)
    products = await chosen.list_examples(tx, user_id, selection, groups)
    vk = await connections.find_vk(tx, user_id)
    pairs: list[PricePair] = []
    if vk is not None:
        place = Place(user_id=user_id, community_id=vk.community_id)
        pairs = await chosen.list_price_pairs(tx, place, selection, groups)
    store_id = products[0].store_id if products else None
    return Goods(
        products=products,
        groups=index_groups(group for group in groups if group.store_id == store_id),
        pairs=pairs,
    )


def price_example(goods: Goods, multiplier: Decimal, rounding: Rounding) -> PriceExample:
    """Work prices out as a run does."""
    repriced = reprice(goods.pairs, multiplier, rounding)
    return PriceExample(
        prices=tuple(
            ShownPrice(
                name=full_name(product, goods.groups) or "Без названия",
                till=product.price or 0,
                market=make_price(product.price, multiplier, rounding) or 0,
            )
            for product in goods.products
        ),
        changed=repriced.changed,
        far=repriced.far,
        total=repriced.total,
    )


def card_example(goods: Goods) -> ShownCard | None:
    """Make the card of the first of the goods; None when there are none with a name."""
    for product in goods.products:
        name = full_name(product, goods.groups)
        if not name:
            continue
        home = find_home(product, goods.groups)
        measure = plain_measure(product.measure_name)
        title, _ = make_title(
            name,
            measure=measure,
            group=plain_name(home.name) if home else "",
            code=plain_name(product.code),
        )
        text = make_description(product.description, name=name, measure=measure, title=title)
        return ShownCard(title=title, description=text)
    return None
