"""The till of Tamara, who chooses what goes to VK: stores, groups in groups, goods on sale."""

from dataclasses import replace

from evosync.accounts.desk import Desk
from evosync.catalog.product import Product, ProductGroup
from evosync.catalog.snapshot import ReadingState, StoreReading
from evosync.db import connections, links, selection, sync
from evosync.db.accounts import User
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.links import Place
from evosync.db.types import Tx
from tests.builders import (
    SECOND_SHOP,
    SHOP,
    group,
    item,
    link,
    product,
    reading,
    snapshot,
    store,
    store_reading,
)
from tests.readings import save_market, save_snapshot

UNPAID_SHOP = "20200101-CCCC-4000-80CC-000000000003"
LONG = "Подарочные наборы к празднику весны и труда, не удалять до инвентаризации, спросить Свету"
DEPTH = 12
ON_SALE = 30


async def furnish_tamara(tx: Tx, desk: Desk, tamara: User) -> None:
    """Connect both ends; most of the first store stands in VK, on sale."""
    now, sealed = desk.clock(), desk.vault.seal("a token")
    evotor = EvotorConnection(user_id=tamara.id, sealed_token=sealed, store_name="Чайная")
    await connections.save_evotor(tx, evotor, now)
    place = Place(user_id=tamara.id, community_id=20)
    vk = VkSignIn(user_id=tamara.id, community_id=place.community_id, sealed_token=sealed)
    await connections.save_vk(tx, vk, now)
    first = _chosen_store()
    await save_snapshot(tx, tamara.id, snapshot(first), now)
    await selection.switch_all(tx, tamara.id, is_on=True, now=now)
    later = _with_news(first)
    await save_snapshot(tx, tamara.id, snapshot(later, _long_store(), _unpaid()), now)
    await selection.switch_product(tx, tamara.id, SHOP, "sweet-1", is_on=False, now=now)
    ids = [f"tea-{number}" for number in range(ON_SALE)]
    standing = [item(number, product_id=each) for number, each in enumerate(ids, 1000)]
    made = [link(each, number) for number, each in enumerate(ids, 1000)]
    await links.save_new_links(tx, place, made, None, now)
    await save_market(tx, tamara.id, place.community_id, reading(*standing), now)
    # On and confirmed for the page, while the timer finds a connection that opens nothing.
    config = await sync.get_config(tx, tamara.id)
    quiet = replace(config, refresh_evotor=False, refresh_vk=False)
    await sync.save_config(tx, quiet, now)


def _chosen_store() -> StoreReading:
    tea = [
        product(f"tea-{number}", name=f"Чай № {number}", parent_id=("black", "green")[number % 2])
        for number in range(ON_SALE)
    ]
    sweets = [product(f"sweet-{number}", name=f"Пастила № {number}") for number in range(4)]
    return store_reading(
        *tea,
        *(replace(each, parent_id="sweets") for each in sweets),
        product("bag", name="Пакет"),
        store=store(name="Чайная", address="ул. Лесная, 12"),
        groups=(
            group(),
            group("black", name="Чёрный", parent_id="tea"),
            group("green", name="Зелёный", parent_id="tea"),
            group("sweets", name="Сладкое к чаю"),
        ),
    )


def _with_news(before: StoreReading) -> StoreReading:
    gifts = product("gift", name="Набор", parent_id="gifts", store_id=SHOP)
    new = group("gifts", name=LONG)
    return replace(before, products=(*before.products, gifts), groups=(*before.groups, new))


def _long_store() -> StoreReading:
    groups: list[ProductGroup] = [
        group(f"deep-{depth}", name=f"{LONG}, уровень {depth}", store_id=SECOND_SHOP)
        for depth in range(DEPTH)
    ]
    nested = tuple(
        replace(each, parent_id=f"deep-{depth - 1}") if depth else each
        for depth, each in enumerate(groups)
    )
    goods: list[Product] = [
        product(f"gift-{depth}", name=f"Чай № {depth}", parent_id=f"deep-{depth}")
        for depth in range(DEPTH)
    ]
    named = store(SECOND_SHOP, name=f"Чайная на вокзале, павильон 7: {LONG}", address=LONG)
    return store_reading(*goods, store=named, groups=nested)


def _unpaid() -> StoreReading:
    return store_reading(store=store(UNPAID_SHOP, name="Склад"), state=ReadingState.NOT_PAID)
