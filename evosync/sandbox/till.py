"""The till page: what stands in the fake Evotor; a cashier changes prices, sells and deletes."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from evosync.sandbox.evotor.state import ProductState, StoreState
from evosync.sandbox.rendering import PAGES, page
from evosync.sandbox.world import NoSuchProduct, SandboxWorld

_PRICE_MAX = Decimal("9999999.99")  # roubles, the largest price of Evotor's schema
_PRICE_PLACES = 2
_SHOWN_MAX = 40  # characters of a wrong price that are repeated to the person

_DONE = {
    "price": "Цена изменена.",
    "sell": "Продано: чек выписан, остаток уменьшен.",
    "delete": "Товар удалён.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TillForm:
    """What a button of the page sends; `store_id` and `query` bring the person back."""

    store_id: str
    query: str
    product_id: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A form that could not be taken: what to say, and where the typed text belongs."""

    sentence: str
    status: int = 400
    product_id: str = ""
    price: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Products of one group, under the names of the groups above it."""

    title: str
    products: list[ProductState]


def till_app(world: SandboxWorld) -> Starlette:
    """Return the till page of this world, for mounting at any path that ends with a slash."""
    actions: dict[str, Callable[[SandboxWorld, TillForm], None]] = {
        "price": _set_price,
        "sell": _sell,
        "delete": _delete,
    }
    return Starlette(
        routes=[
            Route("/", partial(_show, world)),
            Route("/till.css", _style),
            *(
                Route(f"/{name}", partial(_act, world, name, action), methods=["POST"])
                for name, action in actions.items()
            ),
        ]
    )


def read_price(text: str) -> Decimal:
    """Read roubles as a person types them: "1 290,50", "1290.5 ₽".

    Raises ValueError with one Russian sentence.
    """
    typed = "".join(text.split()).removesuffix("₽").replace(",", ".")
    if not typed:
        raise ValueError("Напишите цену, например 1290,50.")
    try:
        price = Decimal(typed)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite():
        shown = text.strip()[:_SHOWN_MAX]
        raise ValueError(f"«{shown}» не похоже на цену. Напишите число, например 1290,50.")
    if not 0 <= price <= _PRICE_MAX:
        raise ValueError("Цена в Эвоторе бывает от 0 до 9 999 999,99 ₽.")
    if price != round(price, _PRICE_PLACES):
        raise ValueError("В цене не больше двух знаков после запятой.")
    return round(price, _PRICE_PLACES)


def shelves_of(store: StoreState, query: str) -> list[Shelf]:
    """Return the store's products by group, goods outside any group first, names in order."""
    wanted = query.casefold().split()
    found: dict[str, list[ProductState]] = {}
    for product in store.products.values():
        if all(word in product.name.casefold() for word in wanted):
            found.setdefault(_group_title(store, product.parent_id), []).append(product)
    return [
        Shelf(title=title, products=sorted(found[title], key=lambda product: product.name))
        for title in sorted(found)
    ]


async def _show(world: SandboxWorld, request: Request) -> Response:
    return _page(
        world,
        store_id=request.query_params.get("store", ""),
        query=request.query_params.get("q", ""),
        done=_DONE.get(request.query_params.get("done", ""), ""),
    )


async def _style(_request: Request) -> Response:
    return FileResponse(PAGES / "till.css", media_type="text/css")


async def _act(
    world: SandboxWorld,
    name: str,
    action: Callable[[SandboxWorld, TillForm], None],
    request: Request,
) -> Response:
    fields = await request.form()
    form = TillForm(
        store_id=str(fields.get("store", "")),
        query=str(fields.get("q", "")),
        product_id=str(fields.get("product", "")),
        price=str(fields.get("price", "")),
    )
    try:
        action(world, form)
    except NoSuchProduct:
        mistake = Mistake(sentence="Такого товара в этом магазине уже нет.", status=404)
    except ValueError as error:
        mistake = Mistake(sentence=str(error), product_id=form.product_id, price=form.price)
    else:
        back = {"store": form.store_id, "q": form.query, "done": name}
        return RedirectResponse(f"./?{urlencode(back)}", status_code=303)
    return _page(world, store_id=form.store_id, query=form.query, mistake=mistake)


def _set_price(world: SandboxWorld, form: TillForm) -> None:
    world.set_price(form.product_id, read_price(form.price), store_id=form.store_id)


def _sell(world: SandboxWorld, form: TillForm) -> None:
    world.sell(form.product_id, store_id=form.store_id)


def _delete(world: SandboxWorld, form: TillForm) -> None:
    world.delete_product(form.product_id, store_id=form.store_id)


def _page(
    world: SandboxWorld,
    *,
    store_id: str,
    query: str,
    done: str = "",
    mistake: Mistake | None = None,
) -> Response:
    stores = list(world.evotor.stores())
    store = next((store for store in stores if store.id == store_id), stores[0])
    return page(
        "till.html",
        mistake.status if mistake else 200,
        stores=stores,
        store=store,
        query=query,
        shelves=shelves_of(store, query),
        done=done,
        mistake=mistake,
    )


def _group_title(store: StoreState, group_id: str | None) -> str:
    """Return "Чай › Улуны"; a circle of groups is cut where it closes."""
    names: list[str] = []
    seen: set[str] = set()
    while group_id is not None and group_id in store.groups and group_id not in seen:
        seen.add(group_id)
        group = store.groups[group_id]
        names.append(group.name.strip() or "(без названия)")
        group_id = group.parent_id
    return " › ".join(reversed(names))
