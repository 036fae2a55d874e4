"""The tables of the catalog to keep: stores, groups, products, each as CSV for Excel."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.catalog.money import KOPECKS
from evosync.catalog.problem import Problem
from evosync.catalog.snapshot import ReadingState
from evosync.db import catalog, catalog_pages, problems, selection
from evosync.db.catalog_pages import Parent
from evosync.db.shelf import ListedProduct, Slot, list_products
from evosync.engine.group_tree import list_branches
from evosync.engine.rules import NO_GROUP
from evosync.web.auth import user_of
from evosync.web.csv_tables import Cell, csv_file, exactly
from evosync.web.pages.catalog_groups import read_folder
from evosync.web.product_states import badge_of, reason_in_words
from evosync.web.shown_groups import show_groups
from evosync.web.state import state_of
from evosync.web.store_shelf import StoreShelf, read_shelf, read_wanted

CHUNK = 500  # products of one reading, and of one piece of the file

Part = Iterable[Sequence[Cell]]

STORES = ("Магазин", "Адрес", "Выбран", "Состояние", "Групп", "Товаров")
GROUPS = ("Группа", "Внутри группы", "Выбрана", "Товаров", "Из них выключены по одному")
PRODUCTS = (
    *("Название", "Группа", "Код", "Штрихкоды", "Цена в кассе", "Цена в VK", "Остаток"),
    *("Единица", "Выбран", "Состояние", "Причина", "Карточка в VK"),
)
_READINGS = {
    ReadingState.WHOLE: "Прочитан",
    ReadingState.NOT_PAID: "Приложение не оплачено",
}


async def stores(request: Request) -> Response:
    """Give the stores in their order."""
    user_id = user_of(request).id
    async with state_of(request).database.read() as tx:
        listed = await catalog.list_stores(tx, user_id)
        chosen = await selection.get_selection(tx, user_id)
        groups = await catalog.list_groups(tx, user_id)
        counts = await catalog_pages.count_products(tx, user_id)
    rows: list[Sequence[Cell]] = [
        (
            each.store.name,
            each.store.address,
            _yes(each.store.id in chosen.stores),
            _READINGS.get(each.state, "Не прочитан"),
            sum(one.store_id == each.store.id and not one.attributes for one in groups),
            _count(counts, each.store.id),
        )
        for each in listed
    ]
    return csv_file("Магазины", _whole([STORES, *rows]))


async def groups(request: Request) -> Response:
    """Give the groups of one store, each after the one that it lies in."""
    user_id, store_id = user_of(request).id, request.path_params["id"]
    async with state_of(request).database.read() as tx:
        store = next(
            (one for one in await catalog.list_stores(tx, user_id) if one.store.id == store_id),
            None,
        )
        if store is None:
            raise HTTPException(404)
        folder = await read_folder(tx, user_id, store_id)
    inside = {one.group.id: one.parent.name for one in list_branches(folder.groups) if one.parent}
    rows: list[Sequence[Cell]] = [
        (each.name, inside.get(each.id), _yes(each.is_on), each.count, each.off_count)
        for each in show_groups(folder).rows
    ]
    return csv_file(f"Группы — {store.store.name}", _whole([GROUPS, *rows]))


async def products(request: Request) -> Response:
    """Give the products that the page with the same query shows, those of all its pages."""
    store_id = request.path_params["id"]
    async with state_of(request).database.read() as tx:
        found = await read_shelf(request, tx, store_id)
    wanted = read_wanted(request.query_params, found.shelf)
    places = found.shelf.in_bucket(found.shelf.find(wanted.search), wanted.bucket)
    parts = _product_parts(request, found, found.shelf.slots(places))
    return csv_file(f"Товары — {found.name}", parts)


async def _product_parts(
    request: Request, found: StoreShelf, slots: Sequence[Slot]
) -> AsyncIterator[Part]:
    yield [PRODUCTS]
    user_id, store_id = found.mood.config.user_id, found.mood.store_id
    for start in range(0, len(slots), CHUNK):
        chunk = slots[start : start + CHUNK]
        # How long a browser takes nobody knows: nothing is held open meanwhile.
        async with state_of(request).database.read() as tx:
            listed = await list_products(tx, user_id, store_id, found.place, chunk)
            told = await problems.list_of_products(tx, user_id, [one.linked_id for one in chunk])
        yield [_product_row(found, each, told.get(each.slot.linked_id, ())) for each in listed]


def _product_row(
    found: StoreShelf, product: ListedProduct, told: Sequence[Problem]
) -> Sequence[Cell]:
    item, home = product.item, found.shelf.homes.home(product.parent_id)
    is_shown = item is not None and item.is_shown
    return (
        product.name,
        "" if home == NO_GROUP else found.shelf.homes.names[home],
        exactly(product.code),
        exactly(", ".join(product.barcodes)),
        _roubles(product.price),
        _roubles(item.price) if item is not None and is_shown else None,
        product.quantity,
        product.measure_name,
        _yes(product.slot.is_on),
        badge_of(product, found.mood).word,
        reason_in_words(product, told),
        found.front.item_url(item.item_id) if found.front and item and is_shown else None,
    )


def _roubles(kopecks: int | None) -> Cell:
    return None if kopecks is None else kopecks / KOPECKS


def _yes(is_so: bool) -> str:
    return "да" if is_so else "нет"


def _count(counts: Mapping[Parent, int], store_id: str) -> int:
    return sum(number for (each, _), number in counts.items() if each == store_id)


async def _whole(rows: Part) -> AsyncIterator[Part]:
    yield rows
