"""What else is done on the pages of the catalog: read it, order its stores, let in new groups."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.db import catalog, journal, selection, switches
from evosync.db.runs import RunKind
from evosync.db.types import Tx
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.asked import Asked
from evosync.web.auth import user_of
from evosync.web.forms import sent_form
from evosync.web.state import desk_of, state_of
from evosync.web.switching import act_of, go_back, is_asked_by_script, read_switch, read_told
from evosync.web.view import redirect, render, told

UNCLEAR = "Не понять, какой магазин передвинуть. Вернитесь на страницу и нажмите ещё раз."


async def refresh(request: Request) -> Response:
    """Ask for a reading; the page that it was asked for on shows how far it is."""
    user_id, sent = user_of(request).id, await sent_form(request)
    is_from_vk = sent.get("next") == request.app.url_path_for("vk-catalog")
    place = "vk-catalog" if is_from_vk else "catalog-stores"
    asked = Asked(user_id=user_id, kind=RunKind.READING, asked_by=user_id)
    try:
        await state_of(request).mirroring.begin(asked)
    except (NeedsPerson, TryLater) as error:
        return told(request, place, "warning", error.message)
    return redirect(request, place)


async def order(request: Request) -> Response:
    """Move one store up, or to the top."""
    form, user_id = await sent_form(request), user_of(request).id
    store_id, move = form.get("store"), form.get("move")
    if not isinstance(store_id, str) or move not in {"up", "first"}:
        raise HTTPException(400, UNCLEAR)
    now = desk_of(request).clock()
    act = act_of(request, "catalog.ordered")

    async def work(tx: Tx) -> bool:
        is_there = await switches.move_store(tx, user_id, store_id, to_top=move == "first", now=now)
        if is_there:
            await journal.write_act(tx, act)
        return is_there

    if not await state_of(request).database.write(work):
        raise HTTPException(404)
    return told(request, "catalog-stores", "success", "Порядок магазинов изменён.")


async def set_new_groups(request: Request) -> Response:
    """Say whether groups that appear in a store later go to VK by themselves."""
    sent, user_id = await read_switch(request), user_of(request).id
    store_id, now = request.path_params["id"], desk_of(request).clock()
    async with state_of(request).database.read() as tx:
        stores = {each.store.id: each.store for each in await catalog.list_stores(tx, user_id)}
    if store_id not in stores:
        raise HTTPException(404)
    act = act_of(request, "catalog.new_groups", name=stores[store_id].name, on=sent.is_on)

    async def work(tx: Tx) -> None:
        await selection.set_new_groups(tx, user_id, store_id, is_on=sent.is_on, now=now)
        await journal.write_act(tx, act)

    await state_of(request).database.write(work)
    sentence = (
        "Новые группы этого магазина будут включаться сами."
        if sent.is_on
        else "Новые группы будут ждать вашего решения."
    )
    if not is_asked_by_script(request):
        return go_back(request, sent, "catalog-groups", sentence, id=store_id)
    async with state_of(request).database.read() as tx:
        region = await read_told(tx, user_id, sentence)
    return render(
        request,
        "catalog/new_groups.html",
        store=stores[store_id],
        new_groups=sent.is_on,
        told=region,
    )
