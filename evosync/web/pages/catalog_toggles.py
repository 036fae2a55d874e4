"""The switches of the catalog: stores, groups and products, one at a time or all at once."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.db import catalog, switches
from evosync.db.switches import Turn
from evosync.web.auth import user_of
from evosync.web.pages.catalog_groups import render_groups, render_row
from evosync.web.pages.catalog_stores import render_stores
from evosync.web.state import state_of
from evosync.web.switching import (
    act_of,
    go_back,
    is_asked_by_script,
    read_switch,
    read_told,
    turn_or_ask,
)
from evosync.web.view import render


async def toggle_store(request: Request) -> Response:
    """Turn the switch of one store; its groups keep theirs."""
    sent, user_id = await read_switch(request), user_of(request).id
    store_id = request.path_params["id"]
    async with state_of(request).database.read() as tx:
        switch = await switches.find_store_switch(tx, user_id, store_id)
    if switch is None:
        raise HTTPException(404)
    turn = Turn(user_id=user_id, switches=(switch,), is_on=sent.is_on)
    act = act_of(request, "catalog.switched", of="store", name=switch.name, on=sent.is_on)
    sentence, question = await turn_or_ask(request, turn, sent, act)
    if question is not None:
        return question
    if is_asked_by_script(request):
        return await render_stores(request, sentence)
    return go_back(request, sent, "catalog-stores", sentence)


async def toggle_group(request: Request) -> Response:
    """Turn the switch of one group, or of all that lies in it too."""
    sent, user_id = await read_switch(request), user_of(request).id
    store_id, group_id = request.path_params["id"], request.path_params["gid"]
    async with state_of(request).database.read() as tx:
        found = await switches.list_group_switches(
            tx, user_id, store_id, group_id, with_subgroups=sent.with_subgroups
        )
        is_listed = any(
            each.store.id == store_id for each in await catalog.list_stores(tx, user_id)
        )
    if not found:
        raise HTTPException(404)
    turn = Turn(user_id=user_id, switches=tuple(found), is_on=sent.is_on)
    act = act_of(
        request,
        "catalog.switched",
        of="group",
        name=found[0].name,
        on=sent.is_on,
        with_subgroups=len(found) > 1,
    )
    sentence, question = await turn_or_ask(request, turn, sent, act)
    if question is not None:
        return question
    if not is_listed:
        return go_back(request, sent, "catalog-stores", sentence)
    if is_asked_by_script(request):
        if sent.with_subgroups:
            return await render_groups(request, store_id, sentence)
        return await render_row(request, store_id, group_id, sentence)
    return go_back(request, sent, "catalog-groups", sentence, id=store_id)


async def toggle_product(request: Request) -> Response:
    """Turn the switch of one product in one store; who asks by a script gets the switch anew."""
    sent, user_id = await read_switch(request), user_of(request).id
    store_id, product_id = request.path_params["id"], request.path_params["pid"]
    async with state_of(request).database.read() as tx:
        switch = await switches.find_product_switch(tx, user_id, store_id, product_id)
    if switch is None:
        raise HTTPException(404)
    turn = Turn(user_id=user_id, switches=(switch,), is_on=sent.is_on)
    sentence, question = await turn_or_ask(request, turn, sent, None)
    if question is not None:
        return question
    if not is_asked_by_script(request):
        return go_back(request, sent, "catalog-groups", sentence, id=store_id)
    async with state_of(request).database.read() as tx:
        told = await read_told(tx, user_id, sentence)
    return render(
        request,
        "catalog/product_switch.html",
        store_id=store_id,
        product_id=product_id,
        name=switch.name,
        is_on=sent.is_on,
        next=sent.next,
        told=told,
    )


async def select_all(request: Request) -> Response:
    """Turn the switches of all stores and groups, or of all in one `store`."""
    sent, user_id = await read_switch(request), user_of(request).id
    async with state_of(request).database.read() as tx:
        names = {each.store.id: each.store.name for each in await catalog.list_stores(tx, user_id)}
        if sent.store is not None and sent.store not in names:
            raise HTTPException(404)
        found = await switches.list_all_switches(tx, user_id, sent.store, is_on=sent.is_on)
    if not found:
        return go_back(request, sent, "catalog-stores", "Выбирать пока не из чего.")
    turn = Turn(user_id=user_id, switches=tuple(found), is_on=sent.is_on)
    name = names.get(sent.store or "", "")
    act = act_of(request, "catalog.switched", of="all", name=name, on=sent.is_on)
    sentence, question = await turn_or_ask(request, turn, sent, act)
    if question is not None:
        return question
    if sent.store is not None:
        return go_back(request, sent, "catalog-groups", sentence, id=sent.store)
    return go_back(request, sent, "catalog-stores", sentence)
