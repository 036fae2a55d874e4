"""`POST /connections/{service}` and `…/test`: a key typed in is saved, or only tried."""

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evosync.accounts.refusals import Refused, TooMany
from evosync.accounts.throttling import Limit
from evosync.db.services import Service
from evosync.errors import TryLater
from evosync.web.auth import user_of
from evosync.web.connection_cards import TITLES, read_ends
from evosync.web.connector import (
    FORMS,
    KeyForm,
    VkKeyForm,
    connector_of,
    service_in_path,
)
from evosync.web.description import Description, Parameter
from evosync.web.flash import flash
from evosync.web.forms import TOO_MANY, read_form
from evosync.web.pages import evotor, vk
from evosync.web.state import desk_of, state_of
from evosync.web.view import redirect

NO_KEY = "Вставьте ключ доступа."


class KeyToTry(msgspec.Struct, kw_only=True):
    """A key, and for VK the community that it is for; without a key what is saved is checked."""

    token: str = ""
    community: str = ""


class KeyTrial(msgspec.Struct, kw_only=True):
    """What a key, or the connection that stands, is worth: `name` of what it opens, or why not."""

    ok: bool
    name: str | None
    problem: str | None
    checked_at: datetime


class TooManyTrials(msgspec.Struct, kw_only=True):
    """There were too many of late; the header Retry-After says in how many seconds to come."""

    error: str


TRIAL = Description(
    summary="Проверить ключ из формы, а если его нет — сохранённое подключение",
    group="Подключения",
    parameters=(Parameter(name="service", about="Какое подключение", kind=Service),),
    form=KeyToTry,
    answers={
        200: ("Что с ключом", KeyTrial),
        429: ("Слишком часто", TooManyTrials),
    },
)


async def save(request: Request) -> Response:
    """Connect an end by a key; one that does not work is not saved, and the page says why."""
    service = service_in_path(request)
    form = await read_form(request, FORMS[service])
    if form.checked():
        with form.telling():
            told = await _save(request, form)
            response = redirect(request, "connections" if told is None else service.value)
            words = f"{TITLES[service]} подключён." if told is None else told
            flash(request, response, "success" if told is None else "warning", words)
            await state_of(request).mirroring.read_soon(user_of(request).id)
            return response
    if isinstance(form, VkKeyForm):
        return await vk.render_page(request, form)
    return await evotor.render_page(request, form)


async def test(request: Request) -> Response:
    """Try the key of the form, else check what is saved; a browser is led back to the page."""
    service = service_in_path(request)
    form = await read_form(request, FORMS[service])
    wants_page = "text/html" in request.headers.get("accept", "")
    try:
        trial = await _try(request, service, form)
    except TooMany as error:
        headers = {"Retry-After": str(error.wait_s)}
        if not wants_page:
            return JSONResponse({"error": error.message}, TOO_MANY, headers)
        trial = _failed(request, error.message)
    if not wants_page:
        return Response(msgspec.json.encode(trial), media_type="application/json")
    response = redirect(request, service.value)
    if trial.ok:
        flash(request, response, "success", f"{TITLES[service]} в порядке.")
    else:
        flash(request, response, "warning", trial.problem or "")
    return response


async def _save(request: Request, form: KeyForm) -> str | None:
    """Save the key; returns what is still amiss with it. Raises Refused and TooMany."""
    connector = connector_of(request)
    try:
        if isinstance(form, VkKeyForm):
            look = await connector.save_vk_key(form.key, form.address)
            return look.trouble.message if look.trouble else None
        await connector.save_evotor_key(form.key)
    except TryLater as error:
        raise Refused(f"{error.message} Ключ не сохранён.") from None
    return None


async def _try(request: Request, service: Service, form: KeyForm) -> KeyTrial:
    if not form.key:
        return await _try_saved(request, service)
    if not form.validate():
        return _failed(request, next(field.errors[0] for field in form if field.errors))
    connector = connector_of(request)
    try:
        if isinstance(form, VkKeyForm):
            look = await connector.try_vk_key(form.key, form.address)
            if look.trouble is not None:
                return _failed(request, look.trouble.message)
            name = look.sign_in.community_name
        else:
            name = (await connector.try_evotor_key(form.key)).store_name
    except TooMany:
        raise
    except (Refused, TryLater) as error:
        return _failed(request, error.message)
    return KeyTrial(ok=True, name=name, problem=None, checked_at=desk_of(request).clock())


async def _try_saved(request: Request, service: Service) -> KeyTrial:
    state, user_id = state_of(request), user_of(request).id
    await state.desk.throttle.admit(Limit.KEY_TRIED, str(user_id))
    finding = await state.checks.check(service, user_id, with_rights=True)
    if finding is None:
        return _failed(request, NO_KEY)
    if finding.error is not None:
        return _failed(request, finding.error)
    async with state.database.read() as tx:
        ends = await read_ends(request, tx, user_id)
    card = ends.card(service)
    return KeyTrial(
        ok=True,
        name=None if card is None else card.detail,
        problem=None,
        checked_at=state.desk.clock(),
    )


def _failed(request: Request, problem: str) -> KeyTrial:
    return KeyTrial(ok=False, name=None, problem=problem, checked_at=desk_of(request).clock())
