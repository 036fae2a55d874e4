"""`/catalog/stores/{id}/groups`: the groups of one store as a tree of switches."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.catalog.snapshot import ReadingState
from evosync.db import catalog, catalog_pages, selection, switches
from evosync.db.catalog import CachedStore
from evosync.db.selection import SwitchKind
from evosync.db.types import Tx
from evosync.web.auth import user_of
from evosync.web.connection_cards import ShownState
from evosync.web.navigation import Entry, route_names
from evosync.web.shown_groups import Folder, ShownFolder, folder_in_words, show_groups
from evosync.web.state import state_of
from evosync.web.switching import Told, read_told
from evosync.web.view import render


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    store: CachedStore
    folder: ShownFolder
    is_on: bool
    told: Told


async def show(request: Request) -> Response:
    """Show the page."""
    return await render_groups(request, request.path_params["id"])


async def render_groups(request: Request, store_id: str, sentence: str = "") -> Response:
    """Make the page, with what a switch came to. Raises HTTPException 404 for an unknown store."""
    found = await _read(request, store_id, sentence)
    return render(
        request,
        "catalog/groups.html",
        store=found.store.store,
        name=found.store.store.name or "Без названия",
        state=_state(found),
        tabs=_tabs(request, store_id),
        folder=found.folder,
        is_on=found.is_on,
        is_all_on=found.is_on and all(row.is_on for row in found.folder.rows),
        new_groups=found.store.new_groups,
        told=found.told,
    )


async def render_row(request: Request, store_id: str, group_id: str, sentence: str) -> Response:
    """Make one row of the tree anew, with the sentences around it."""
    found = await _read(request, store_id, sentence)
    row = next((row for row in found.folder.rows if row.id == group_id), None)
    return render(
        request,
        "catalog/group_row.html",
        store=found.store.store,
        row=row,
        state=_state(found),
        told=found.told,
    )


async def _read(request: Request, store_id: str, sentence: str) -> _Read:
    user_id = user_of(request).id
    async with state_of(request).database.read() as tx:
        stores = await catalog.list_stores(tx, user_id)
        store = next((each for each in stores if each.store.id == store_id), None)
        if store is None:
            raise HTTPException(404)
        chosen = await selection.get_selection(tx, user_id)
        folder = await read_folder(tx, user_id, store_id)
        told = await read_told(tx, user_id, sentence)
    return _Read(
        store=store,
        folder=show_groups(folder),
        is_on=store_id in chosen.stores,
        told=told,
    )


async def read_folder(tx: Tx, user_id: int, store_id: str) -> Folder:
    """Read what a store holds: its groups, how much is in each, their switches."""
    new = await catalog_pages.list_new_groups(tx, user_id, store_id)
    return Folder(
        store_id=store_id,
        groups=await catalog.list_groups(tx, user_id, store_id),
        products=await catalog_pages.count_products(tx, user_id, store_id),
        switched_off=await catalog_pages.count_switched_off(tx, user_id, store_id),
        selection=await selection.get_selection(tx, user_id),
        kept=await switches.list_kept(tx, user_id, SwitchKind.GROUP, store_id),
        new={one.group_id: one.first_seen_at for one in new},
    )


def _state(found: _Read) -> ShownState:
    sentence = folder_in_words(found.folder, is_store_on=found.is_on)
    if found.store.state is ReadingState.NOT_PAID:
        told = "Приложение не оплачено для этого магазина в Эвоторе: его товары не читаются."
        return ShownState(kind="warning", sentence=f"{told} {sentence}")
    if found.store.state is not ReadingState.WHOLE:
        told = "Прочитать магазин целиком не удалось: показываем, что прочитали раньше."
        return ShownState(kind="warning", sentence=f"{told} {sentence}")
    is_chosen = found.is_on and found.folder.chosen_products > 0
    return ShownState(kind="success" if is_chosen else "secondary", sentence=sentence)


def _tabs(request: Request, store_id: str) -> list[Entry]:
    tabs = [("catalog-groups", "Группы"), ("catalog-products", "Товары")]
    return [
        Entry(
            label=label,
            url=str(request.app.url_path_for(name, id=store_id)),
            is_current=name == "catalog-groups",
        )
        for name, label in tabs
        if name in route_names(request)
    ]
