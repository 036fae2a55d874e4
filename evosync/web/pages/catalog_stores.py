"""`/catalog/stores`: the stores of the till, how each was read and what of it goes to VK."""

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import catalog, catalog_pages, connections, selection, switches, sync
from evosync.db.catalog import CachedStore
from evosync.db.catalog_pages import LastReading
from evosync.db.selection import SwitchKind
from evosync.db.types import Tx
from evosync.engine.rules import TwinsPolicy
from evosync.spoken import ago
from evosync.web.advice import PAY
from evosync.web.auth import user_of
from evosync.web.connection_cards import ShownState
from evosync.web.reading_shown import answer_how_far, in_place_of, shown_reading
from evosync.web.shown_stores import Shelves, ShownStore, chosen_in_words, show_stores
from evosync.web.state import desk_of, state_of
from evosync.web.switching import read_told
from evosync.web.view import redirect, render


async def go_on(request: Request) -> Response:
    """Lead to the stores."""
    return redirect(request, "catalog-stores")


async def show(request: Request) -> Response:
    """Show the page; while the till is being read it asks by itself how far that is."""
    how_far = await answer_how_far(request)
    if how_far is not None:
        return how_far
    return in_place_of(request, await render_stores(request), "#catalog")


async def render_stores(request: Request, sentence: str = "") -> Response:
    """Make the page, with what a switch came to."""
    user_id = user_of(request).id
    async with state_of(request).database.read() as tx:
        evotor = await connections.find_evotor(tx, user_id)
        stores = await catalog.list_stores(tx, user_id)
        shelves = await _read_shelves(tx, user_id, stores)
        kept = await switches.list_kept(tx, user_id, SwitchKind.STORE)
        last = await catalog_pages.find_last_reading(tx, user_id)
        told = await read_told(tx, user_id, sentence)
    shown = show_stores(shelves)
    listed = {each.id for each in shown}
    return render(
        request,
        "catalog/stores.html",
        state=_state(request, shown, last, is_connected=evotor is not None),
        stores=shown,
        unlisted=[one for one in kept if one.entity_id not in listed],
        is_connected=evotor is not None,
        is_anything_on=bool(shelves.selection.stores),
        reading=shown_reading(last),
        trouble=last.trouble,
        read_at=last.read_at,
        advice=PAY,
        told=told,
    )


async def _read_shelves(tx: Tx, user_id: int, stores: list[CachedStore]) -> Shelves:
    config = await sync.get_config(tx, user_id)
    has_twins = len(stores) > 1 and config.twins is TwinsPolicy.ONE
    main_id = stores[0].store.id if stores else ""
    new = await catalog_pages.list_new_groups(tx, user_id)
    return Shelves(
        stores=stores,
        groups=await catalog.list_groups(tx, user_id),
        products=await catalog_pages.count_products(tx, user_id),
        switched_off=await catalog_pages.count_switched_off(tx, user_id),
        selection=await selection.get_selection(tx, user_id),
        namesakes=await catalog_pages.count_namesakes(tx, user_id, main_id) if has_twins else {},
        new_groups=Counter(one.store_id for one in new),
    )


def _state(
    request: Request, shown: list[ShownStore], last: LastReading, *, is_connected: bool
) -> ShownState:
    if not shown:
        return ShownState(kind=None, sentence="Здесь появятся магазины и группы из кассы.")
    when = ""
    if last.read_at is not None:
        moment = ago(last.read_at, desk_of(request).clock(), user_of(request).time_zone)
        when = f"Прочитали {moment}. "
    kind, chosen = chosen_in_words(shown)
    if not is_connected:
        return ShownState(kind="warning", sentence=f"Касса не подключена. {when}{chosen}")
    return ShownState(kind=kind, sentence=f"{when}{chosen}")
