"""The till of Ulyana, whose goods are in every state: 300, one and none, each in its store."""

from dataclasses import replace
from decimal import Decimal

from evosync.accounts.desk import Desk
from evosync.catalog.item import Written
from evosync.catalog.problem import Problem
from evosync.catalog.product import Product
from evosync.catalog.snapshot import StoreReading
from evosync.db import connections, leases, links, problems, selection, sync
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

EMPTY_SHOP = "20200101-CCCC-4000-80CC-000000000003"
COUNT = 300
_GROUPS = ("Чёрный", "Белый и жёлтый", "Гайвани и пиалы", "Расходники: всё, что не продаётся само")
LONG = (
    "Те Гуань Инь Ван «Железная богиня милосердия», улун слабой ферментации, весенний сбор "
    "2025, Аньси, провинция Фуцзянь, 50 г"
)
_NAMED = (
    ("Цейлон ОПА вес.", None, "4.2", "кг"),
    ("тест тест 111 не пробивать", None, "0", "шт"),
    ("Бай Хао Инь Чжэнь (Серебряные иглы)", 2340_00, "11", "шт"),
    ("Вода «Сенежская» негазированная 0,5 л", 60_00, "48", "шт"),
    ("Гайвань 120мл фарфор (скол!!)", 450_00, "1", "шт"),
    ("Чабань бамбук 40×28 с поддоном", 4200_00, "2", "шт"),
    (LONG, 1290_00, "23", "шт"),
    ("Сертификатподарочныйнатритысячирублейбезсрокадействияпредъявителя", 3000_00, None, ""),
    ("Сидр яблочный нефильтр. 0,33 ж/б", 240_00, "24", "шт"),
    ("Пакет крафт с ручками 22×12×30", 15_00, "310", "шт"),
    ("Варенье из сосновых шишек 180 г", 12_345_678_90, "123456.789", "упак. по 12 банок"),
)
_TOLD = {
    0: "no_price",
    1: "no_price",
    2: "awaiting_adoption",
    3: "marked_type",
    4: "vk_rejected",
    5: "photo_refused",
    6: "name_adjusted",
    8: "forbidden_type",
    12: "checking",
    13: "gone_in_vk",
}
_DETAILS = {
    2: {"items": "999"},
    4: {"why": "слишком мало слов в описании"},
    5: {"why": "картинка меньше 400 точек"},
    6: {
        "title": "Те Гуань Инь Ван «Железная богиня милосердия», улун слабой ферментации, весенний…"
    },
    8: {"type": "BEER_MARKED"},
    12: {"what": "появился ли товар"},
}
_UNLINKED = {*range(6), 8, 12, 13, 14}


async def furnish_ulyana(tx: Tx, desk: Desk, ulyana: User) -> None:
    """Connect both ends; most of the first store stands in VK."""
    now, sealed = desk.clock(), desk.vault.seal("a token")
    evotor = EvotorConnection(user_id=ulyana.id, sealed_token=sealed, store_name="Чайная")
    await connections.save_evotor(tx, evotor, now)
    place = Place(user_id=ulyana.id, community_id=21)
    vk = VkSignIn(user_id=ulyana.id, community_id=place.community_id, sealed_token=sealed)
    await connections.save_vk(tx, vk, now)
    first = _first_store()
    one = store_reading(
        product("only", name="Набор дегустационный"), store=store(SECOND_SHOP, name="Ларёк")
    )
    none = store_reading(store=store(EMPTY_SHOP, name="Новая точка"))
    await save_snapshot(tx, ulyana.id, snapshot(first, one, none), now)
    await selection.switch_all(tx, ulyana.id, is_on=True, now=now)
    await selection.switch_product(tx, ulyana.id, SHOP, product_id(9), is_on=False, now=now)
    await _publish(tx, place, first.products, desk)
    config = await sync.get_config(tx, ulyana.id)
    # On and confirmed for the page, while the timer finds that a run is going on already.
    assert await leases.take(tx, leases.mirror_lease(ulyana.id), leases.new_holder())
    quiet = replace(config, enabled=True, confirmed_at=now, refresh_evotor=False, refresh_vk=False)
    await sync.save_config(tx, quiet, now)


async def _publish(tx: Tx, place: Place, goods: tuple[Product, ...], desk: Desk) -> None:
    now = desk.clock()
    standing = [(number, one) for number, one in enumerate(goods) if number not in _UNLINKED]
    prices = {number: one.price if number % 30 else 1_00 for number, one in standing}
    made = [
        link(
            one.id,
            number + 1,
            store_ids=(SHOP,),
            written=Written(title=one.name, price=prices[number], stock=9),
        )
        for number, one in standing
    ]
    items = [
        item(number + 1, product_id=one.id, title=one.name, price=prices[number])
        for number, one in standing
    ]
    # One that somebody made by hand, and that may be the same.
    items.append(item(999, product_id=None, title=goods[2].name.lower(), price=2400_00))
    await links.save_new_links(tx, place, made, None, now)
    await save_market(tx, place.user_id, place.community_id, reading(*items), now)
    told = [
        Problem(
            product_id=product_id(number),
            store_id=SHOP,
            name=goods[number].name,
            code=code,
            detail=_DETAILS.get(number, {}),
        )
        for number, code in _TOLD.items()
    ]
    await problems.save_problems(tx, place.user_id, told, now)


def _first_store() -> StoreReading:
    groups = tuple(group(f"group-{number}", name=name) for number, name in enumerate(_GROUPS))
    goods = [
        product(
            product_id(number),
            name=name,
            price=price,
            quantity=None if quantity is None else Decimal(quantity),
            measure_name=measure,
        )
        for number, (name, price, quantity, measure) in enumerate(_NAMED)
    ]
    goods += [
        product(
            product_id(number),
            name=f"Чай № {number} с чабрецом и мятой",
            price=(100 + number) * 100,
        )
        for number in range(len(goods), COUNT)
    ]
    goods[3] = replace(goods[3], type="WATER_MARKED")
    goods[8] = replace(goods[8], type="BEER_MARKED")
    placed = [
        replace(one, parent_id=f"group-{number % 4}", code=f"{number:05d}")
        for number, one in enumerate(goods)
    ]
    return store_reading(*placed, store=store(name="Чайная на Лесной"), groups=groups)


def product_id(number: int) -> str:
    """Name one of the first store's products."""
    return f"20200101-0000-4000-8000-{number:012d}"
