"""`/catalog/stores/{id}/products`: the products of one store, and what becomes of each in VK."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from evosync.catalog.money import price_text
from evosync.catalog.snapshot import ReadingState
from evosync.db.selection import NO_GROUP_NAME
from evosync.db.shelf import ListedProduct, Sort, list_products
from evosync.engine.fates import PLACES, Bucket
from evosync.engine.rules import NO_GROUP
from evosync.russian import counted_noun
from evosync.spoken import number, plural
from evosync.web.application import Application
from evosync.web.connection_cards import ShownState
from evosync.web.flash import Kind
from evosync.web.navigation import Entry, route_names
from evosync.web.paging import make_pager, page_number
from evosync.web.product_states import CHIPS, KINDS, SWITCHED_OFF, Badge, badge_of
from evosync.web.state import state_of
from evosync.web.store_shelf import StoreShelf, Wanted, read_shelf, read_wanted
from evosync.web.switching import read_told
from evosync.web.view import render

PAGE = 100  # products
SORTS = {
    Sort.STATE: "По состоянию",
    Sort.NAME: "По названию",
    Sort.PRICE: "По цене",
    Sort.STOCK: "По остатку",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProduct:
    """A product as the list shows it; `toggle_url` is where its switch is turned."""

    id: str
    name: str
    second_line: str
    price: str
    item_price: str | None
    quantity: Decimal | None
    measure: str
    badge: Badge
    is_on: bool
    url: str
    toggle_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is a link, with how many it leaves."""

    label: str
    url: str
    count: int
    is_current: bool
    kind: Kind | None


async def show(request: Request) -> Response:
    """Show a page of the list."""
    store_id = request.path_params["id"]
    async with state_of(request).database.read() as tx:
        found = await read_shelf(request, tx, store_id)
        wanted, shelf = read_wanted(request.query_params, found.shelf), found.shelf
        all_found = shelf.find(wanted.search)
        places = shelf.in_bucket(all_found, wanted.bucket)
        # Beyond the end there is nothing to see.
        last_page = max(1, -(-len(places) // PAGE))
        page = min(page_number(request.query_params.get("page")), last_page)
        slots = shelf.slots(places[(page - 1) * PAGE : page * PAGE])
        user_id = found.mood.config.user_id
        listed = await list_products(tx, user_id, store_id, found.place, slots)
        told = await read_told(tx, user_id)
    counts, ways = shelf.count(all_found), _ways(request)
    return render(
        request,
        "catalog/products.html",
        store=found.store.store,
        name=found.name,
        state=_state(found),
        tabs=_tabs(request, store_id),
        wanted=wanted,
        summary=_summary(found, wanted, len(places)),
        groups=_groups(found),
        sorts=[(sort.value, words) for sort, words in SORTS.items()],
        chips=_chips(request, wanted, counts),
        is_anything_waiting=shelf.count()[Bucket.WAITING] > 0,
        waiting_url=f"{request.url.path}?state={Bucket.WAITING.value}",
        products=[_shown(found, each, ways) for each in listed],
        pager=make_pager(request.url.path, wanted.kept, page, PAGE, len(places)),
        export_url=_export_url(request, wanted),
        told=told,
    )


def _export_url(request: Request, wanted: Wanted) -> str | None:
    if "products-export" not in route_names(request):
        return None
    path = request.app.url_path_for("products-export", id=request.path_params["id"])
    return wanted.address(str(path))


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where a product of the list leads to, by its id."""

    problem: Callable[[str], str]
    toggle: Callable[[str], str]


def _shown(found: StoreShelf, product: ListedProduct, ways: _Ways) -> ShownProduct:
    home = found.shelf.homes.home(product.parent_id)
    group = "" if home == NO_GROUP else found.shelf.homes.names[home]
    item = product.item
    price = item.price if item and item.is_shown else None
    return ShownProduct(
        id=product.slot.product_id,
        name=product.name or "Без названия",
        second_line=" · ".join(filter(None, (group, product.code))),
        price="–" if product.price is None else price_text(product.price),
        item_price=None if price is None else price_text(price),
        quantity=product.quantity,
        measure=product.measure_name,
        badge=badge_of(product, found.mood),
        is_on=product.slot.is_on,
        url=ways.problem(product.slot.product_id),
        toggle_url=ways.toggle(product.slot.product_id),
    )


def _ways(request: Request) -> _Ways:
    app: Application = request.app
    store_id = request.path_params["id"]
    problem, query = app.addresses("problem", "pid"), urlencode({"store": store_id})
    return _Ways(
        problem=lambda product_id: f"{problem(product_id)}?{query}",
        toggle=app.addresses("product-toggle", "pid", id=store_id),
    )


def _state(found: StoreShelf) -> ShownState:
    """Say how it stands with the whole store."""
    shelf = found.shelf
    total, counts = len(shelf.fates), shelf.count()
    if found.store.state is ReadingState.NOT_PAID:
        told = "Приложение не оплачено для этого магазина в Эвоторе: его товары не читаются."
        return ShownState(kind="warning", sentence=told)
    if not total:
        return ShownState(kind="secondary", sentence="В кассе нет товаров этого магазина.")
    off = sum(shelf.fates.count(PLACES[fate]) for fate in SWITCHED_OFF)
    if off == total:
        why = "Они не выбраны для VK." if shelf.homes.is_store_on else "Магазин не выбран для VK."
        return ShownState(kind="secondary", sentence=f"В кассе {plural(total, *_GOODS)}. {why}")
    standing = counts[Bucket.IN_VK]
    rest = [
        (counts[Bucket.WAITING], "ждёт вас", "ждут вас"),
        (counts[Bucket.QUEUED], "ждёт отправки", "ждут отправки"),
        (counts[Bucket.OFF] - off, "не публикуется и не должен", "не публикуются и не должны"),
    ]
    others = [f"{number(count)} {_verb(count, one, many)}" for count, one, many in rest if count]
    first = f"{plural(standing, *_GOODS)} из {number(total - off)} {_verb(standing, *_STAND)} в VK"
    if not standing:
        first = f"В VK пока нет ни одного товара из {number(total - off)}"
    return ShownState(
        kind="success" if standing else "warning" if counts[Bucket.WAITING] else "secondary",
        sentence=". ".join(filter(None, (first, ", ".join(others)))) + ".",
    )


_GOODS, _STAND = ("товар", "товара", "товаров"), ("стоит", "стоят")


def _verb(count: int, one: str, many: str) -> str:
    return counted_noun(count, one, many, many)


def _summary(found: StoreShelf, wanted: Wanted, count: int) -> str:
    """Say in words what the list leaves."""
    search = wanted.search
    whole = plural(len(found.shelf.fates), "товара", "товаров", "товаров")
    parts: list[str] = []
    if search.group_id is not None:
        parts.append(f"группа «{_group_name(found, search.group_id)}»")
    if wanted.bucket is not None:
        parts.append(CHIPS[wanted.bucket].lower().replace("vk", "VK"))
    if search.words.strip():
        parts.append(f"поиск «{search.words.strip()}»")
    return f"{number(count)} из {whole}: {', '.join(parts)}"


def _group_name(found: StoreShelf, group_id: str) -> str:
    if group_id == NO_GROUP:
        return NO_GROUP_NAME
    return found.shelf.homes.names[group_id] or "Без названия"


def _groups(found: StoreShelf) -> list[tuple[str, str]]:
    names = found.shelf.homes.names
    return [
        ("", "Все группы"),
        *((one, name or "Без названия") for one, name in names.items()),
        (NO_GROUP, NO_GROUP_NAME),
    ]


def _chips(request: Request, wanted: Wanted, counts: Mapping[Bucket, int]) -> list[Chip]:
    return [
        _chip(request, wanted, bucket, sum(counts.values()) if bucket is None else counts[bucket])
        for bucket in CHIPS
        if bucket is not Bucket.QUEUED or counts[bucket] or wanted.bucket is bucket
    ]


def _chip(request: Request, wanted: Wanted, bucket: Bucket | None, count: int) -> Chip:
    return Chip(
        label=CHIPS[bucket],
        url=wanted.address(request.url.path, state=bucket.value if bucket else ""),
        count=count,
        is_current=wanted.bucket is bucket,
        kind=KINDS[bucket],
    )


def _tabs(request: Request, store_id: str) -> list[Entry]:
    tabs = (("catalog-groups", "Группы"), ("catalog-products", "Товары"))
    return [
        Entry(
            label=label,
            url=str(request.app.url_path_for(name, id=store_id)),
            is_current=name == "catalog-products",
        )
        for name, label in tabs
        if name in route_names(request)
    ]
