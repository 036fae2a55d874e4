"""Shops, markets and ledgers as hypothesis makes them up, the nastier the better."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from evosync.catalog.item import (
    Album,
    AlbumLink,
    Availability,
    Intent,
    Link,
    LinkState,
    MarketItem,
    Pending,
    Wish,
    Written,
)
from evosync.catalog.product import Attribute, BadRow, Choice, Product, ProductGroup
from evosync.catalog.snapshot import ReadingState, Snapshot, StoreReading
from evosync.engine.memory import Answer, Decision
from evosync.engine.plan.lost import LOST_AFTER
from evosync.engine.rules import (
    NO_GROUP,
    AdoptPolicy,
    GonePolicy,
    LeftBehind,
    Rounding,
    Rules,
    Selection,
    StockMode,
    TwinsPolicy,
)
from tests.builders import NOON, PHOTO, SECOND_SHOP, SHOP, store
from tests.engine.plan.model import World

SETTLE = timedelta(seconds=120)
STORES = (SHOP, SECOND_SHOP)
PRODUCTS = tuple(f"p{number}" for number in range(5))
GROUPS = ("tea", "cups", "deep")
NAMES = (
    "",
    "Я",
    "Чай",
    "Чай чёрный «Ассам»",
    "ч" * 120,
    "&quot;!&quot;",
    "Чашка 5",
    "🍵🍵",
    "a&amp;amp;",
)
SIZE = Attribute(id="size", name="Объём", choices=(Choice(id="s", name="200 мл"),))


@st.composite
def products(draw: st.DrawFn, store_id: str) -> Product:
    return Product(
        id=draw(st.sampled_from(PRODUCTS)),
        store_id=store_id,
        name=draw(st.sampled_from(NAMES)),
        parent_id=draw(st.sampled_from([None, "lost", *GROUPS])),
        type=draw(
            st.sampled_from(["NORMAL"] * 5 + ["SERVICE", None, "BEER_MARKED", "WATER_MARKED"])
        ),
        price=draw(st.sampled_from([None, 0, 1, 99_00, 100_00, 10**12])),
        quantity=draw(st.sampled_from([None, Decimal(0), Decimal(-1), Decimal("2.5"), Decimal(7)])),
        measure_name=draw(st.sampled_from(["", "шт", "кг."])),
        allow_to_sell=draw(st.sampled_from([True, True, True, False])),
        description=draw(st.sampled_from(["", "Крепкий. chai.ru"])),
        choices=draw(st.sampled_from([(), (("size", "s"),)])),
        barcodes=draw(st.sampled_from([(), (), ("4601",), ("4602",)])),
    )


@st.composite
def readings(draw: st.DrawFn, store_id: str) -> StoreReading:
    state = draw(st.sampled_from([ReadingState.WHOLE] * 6 + list(ReadingState)))
    groups = (
        ProductGroup(id="tea", store_id=store_id, name=draw(st.sampled_from(["Чай", "ЧАЙ", " "]))),
        ProductGroup(
            id="cups", store_id=store_id, name="Чашка", parent_id="deep", attributes=(SIZE,)
        ),
        ProductGroup(id="deep", store_id=store_id, name="Посуда", parent_id="tea"),
    )
    rows = draw(st.lists(products(store_id), max_size=5, unique_by=lambda one: one.id))
    bad = draw(st.sampled_from([(), (), (), (BadRow(store_id=store_id, id="p4", field="x"),)]))
    if state in {ReadingState.UNREADABLE, ReadingState.NOT_PAID}:
        return StoreReading(store=store(store_id), state=state)
    good = tuple(row for row in rows if row.id not in {one.id for one in bad})
    return StoreReading(
        store=store(store_id), state=state, groups=groups, products=good, bad_rows=bad
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    listed = [one for one in STORES if draw(st.sampled_from([True, True, True, True, False]))]
    return Snapshot(readings=tuple(draw(readings(store_id)) for store_id in listed))


@st.composite
def all_rules(draw: st.DrawFn) -> Rules:
    mostly = st.sampled_from([True, True, True, False])
    selection = Selection(
        stores=frozenset(one for one in STORES if draw(mostly)),
        groups=frozenset(
            (one, key) for one in STORES for key in (NO_GROUP, "tea", "deep") if draw(mostly)
        ),
        products_off=frozenset(
            (SHOP, key) for key in draw(st.sets(st.sampled_from(PRODUCTS), max_size=1))
        ),
        store_order=draw(st.sampled_from([(), (SECOND_SHOP,)])),
    )
    return Rules(
        selection=selection,
        rounding=draw(st.sampled_from(Rounding)),
        stock_mode=draw(st.sampled_from(StockMode)),
        gone=draw(st.sampled_from(GonePolicy)),
        adopt=draw(st.sampled_from(AdoptPolicy)),
        twins=draw(st.sampled_from(TwinsPolicy)),
        left_behind=draw(st.sampled_from(LeftBehind)),
        allow_marked=draw(st.booleans()),
        photo=draw(st.sampled_from([PHOTO, None])),
    )


@st.composite
def worlds(draw: st.DrawFn, *, doubles: bool = True) -> World:
    world = World(
        is_whole=draw(st.sampled_from([True, True, True, False])),
        shows_sku=draw(st.booleans()),
        shows_stock=draw(st.booleans()),
    )
    _add_albums(draw, world)
    for number, product_id in enumerate(PRODUCTS):
        # Strangers of equal names stand beside ours.
        _add_item(draw, world, 100 + number, sku=None)
        if draw(st.booleans()):
            _add_link(draw, world, 200 + number, product_id)
            if doubles and draw(st.booleans()):
                _add_item(draw, world, 300 + number, sku=product_id)
        elif draw(st.booleans()):
            _add_item(draw, world, 300 + number, sku=product_id)
            if doubles and draw(st.booleans()):
                _add_item(draw, world, 400 + number, sku=product_id)
        if draw(st.sampled_from([True, False, False])):
            _add_intent(draw, world, product_id)
        if draw(st.sampled_from([True, False, False])):
            world.decisions[product_id] = Decision(
                product_id=product_id,
                answer=draw(st.sampled_from(Answer)),
                item_id=draw(st.sampled_from([None, 100, 101, 999])),
            )
    return world


@st.composite
def worlds_of_two_accounts(draw: st.DrawFn) -> World:
    """Make a world in which some links were made from another account than the one in hand."""
    world = draw(worlds())
    world.account = "one"
    for key, link in world.links.items():
        made_from = draw(st.sampled_from(["one", "two", "two", None]))
        world.links[key] = replace(link, account=made_from)
    return world


def _add_albums(draw: st.DrawFn, world: World) -> None:
    for album_id, title in ((1, "чай"), (2, "Посуда"), (3, "посуда"), (4, "Чужая")):
        if draw(st.booleans()):
            world.albums[album_id] = Album(album_id=album_id, title=title)
    for album_id, key in ((1, "чай"), (2, "посуда"), (4, "старая группа")):
        if draw(st.booleans()):
            world.album_links[key] = AlbumLink(
                key=key,
                album_id=album_id,
                title=draw(st.sampled_from(["Чай", "Посуда", ""])),  # "" = in doubt
                is_made=draw(st.booleans()),
                is_hidden=draw(st.booleans()),
                photo=draw(st.sampled_from([PHOTO, None])),
            )


def _add_item(draw: st.DrawFn, world: World, item_id: int, *, sku: str | None) -> MarketItem:
    item = MarketItem(
        item_id=item_id,
        title=draw(st.sampled_from([name for name in NAMES if name])),
        description="",
        price=draw(st.sampled_from([1, 99_00, None])),
        availability=Availability.AVAILABLE,
        sku=sku,
        stock=draw(st.sampled_from([0, 2, 1000])),
        album_ids=draw(st.frozensets(st.sampled_from(sorted(world.albums) or [9]), max_size=2)),
        created_at=NOON - timedelta(seconds=draw(st.sampled_from([5, 400, 3600]))),
        rejected=draw(st.sampled_from([None, None, None, None, "Не по правилам"])),
    )
    world.items[item_id] = item
    if draw(st.sampled_from([True, False, False])):
        world.hidden.add(item_id)
    return item


def _add_link(draw: st.DrawFn, world: World, item_id: int, product_id: str) -> None:
    item = _add_item(draw, world, item_id, sku=product_id)
    values: dict[str, Any] = {"title": item.title, "price": item.price, "stock": item.stock}
    state = draw(st.sampled_from([LinkState.LIVE] * 3 + list(LinkState)))
    if state is LinkState.DELETED and draw(st.booleans()):
        world.throw_away(item_id)
    elif draw(st.sampled_from([True, False, False, False])):
        del world.items[item_id]
        state = draw(st.sampled_from([LinkState.LIVE, LinkState.LOST, LinkState.ERASED]))
    world.links[product_id] = Link(
        product_id=product_id,
        item_id=item_id,
        store_ids=draw(st.sampled_from([(), (SHOP,), (SECOND_SHOP,), STORES])),
        members=draw(st.sampled_from([(), (), *((one,) for one in PRODUCTS if one != product_id)])),
        state=state,
        written=Written(
            **(values if draw(st.booleans()) else {}),
            sku=product_id,
            is_hidden=draw(st.booleans()),
            repeats={
                "title": draw(st.sampled_from([0, 2])),
                "stock": draw(st.sampled_from([0, 2])),
            },
        ),
        text_is_theirs=draw(st.booleans()),
        pending=None
        if item_id not in world.items
        else draw(st.sampled_from([None, None, *Pending])),
        missing_since_at=draw(
            st.sampled_from([None, NOON - LOST_AFTER, NOON - LOST_AFTER + timedelta(seconds=1)])
        ),
        wish=draw(st.sampled_from([None, *Wish])),
    )
    world.known_skus.add(product_id)


def _add_intent(draw: st.DrawFn, world: World, product_id: str) -> None:
    world.intents[product_id] = Intent(
        product_id=product_id,
        run_id=1,
        sent_at=NOON - timedelta(seconds=draw(st.sampled_from([10, 120, 7200]))),
        title=draw(st.sampled_from(["Чай (шт)", "Чай чёрный «Ассам»"])),
        price=draw(st.sampled_from([1, 99_00])),
        store_ids=draw(st.sampled_from([(), (SHOP,), STORES])),
    )
    world.known_skus.add(product_id)
