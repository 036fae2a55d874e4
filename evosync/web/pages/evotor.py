"""`/evotor`: the till's end, the steps to its key, and signing in at Evotor if that is set up."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.accounts.refusals import Refused
from evosync.catalog.snapshot import ReadingState
from evosync.db import catalog
from evosync.db.services import Service
from evosync.errors import TryLater
from evosync.evotor.oauth import EvotorOAuth
from evosync.outbound.grants import Denied
from evosync.web.auth import user_of
from evosync.web.connection_cards import Card, ShownState, read_ends
from evosync.web.connector import KeyForm, connector_of
from evosync.web.departures import STARTED_ELSEWHERE, depart, find_departure, forget, remember
from evosync.web.flash import Kind
from evosync.web.state import state_of
from evosync.web.view import render_form, told

MARKET = "https://market.evotor.ru/store/apps/"
NOT_SET_UP = "Вход через Эвотор не настроен. Подключите кассу ключом."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStore:
    """A store of the till, as last read."""

    name: str
    is_paid: bool


async def show(request: Request) -> Response:
    """Show the page."""
    return await render_page(request, KeyForm())


async def render_page(request: Request, form: KeyForm) -> Response:
    """Make the page around a form, sent or not."""
    state, user = state_of(request), user_of(request)
    settings = state.desk.settings
    async with state.database.read() as tx:
        ends = await read_ends(request, tx, user.id)
        stores = await catalog.list_stores(tx, user.id) if ends.evotor else []
    card = ends.card(Service.EVOTOR)
    has_webhooks = bool(settings.evotor_webhook_secret)
    return render_form(
        request,
        "connections/evotor.html",
        form,
        card=card,
        state=_state(card),
        install_url=f"{MARKET}{settings.evotor_app_id}" if settings.evotor_app_id else None,
        has_oauth=state.opened.evotor_oauth is not None,
        webhook_url=f"{settings.public_url}/api/v1/user/token" if has_webhooks else None,
        stores=[
            ShownStore(name=each.store.name, is_paid=each.state is not ReadingState.NOT_PAID)
            for each in stores
        ],
    )


async def connect(request: Request) -> Response:
    """Send the person to Evotor, to let us read the shop."""
    oauth = state_of(request).opened.evotor_oauth
    if oauth is None:
        return told(request, "evotor", "warning", NOT_SET_UP)
    departure = depart(request)
    response = RedirectResponse(oauth.authorize_url(state=departure.state), 303)
    remember(request, response, Service.EVOTOR, departure)
    return response


async def come_back(request: Request) -> Response:
    """Take in whoever comes back from Evotor with a code."""
    oauth = state_of(request).opened.evotor_oauth
    # Its guide says nothing of a state.
    departure = find_departure(request, Service.EVOTOR, needs_state=False)
    if oauth is None or departure is None:
        words = NOT_SET_UP if oauth is None else STARTED_ELSEWHERE
        return told(request, "evotor", "danger", words)
    kind, words, page = await _taken_in(request, oauth)
    response = told(request, page, kind, words)
    forget(request, response, Service.EVOTOR)
    return response


async def _taken_in(request: Request, oauth: EvotorOAuth) -> tuple[Kind, str, str]:
    code = request.query_params.get("code")
    if not code:
        return "warning", "Эвотор не дал доступа. Можно попробовать ещё раз.", "evotor"
    try:
        await connector_of(request).sign_in_evotor(await oauth.exchange(code=code))
    except Denied:
        return "danger", "Эвотор не принял вход. Попробуйте ещё раз.", "evotor"
    except (Refused, TryLater) as error:
        return "danger", error.message, "evotor"
    await state_of(request).mirroring.read_soon(user_of(request).id)
    return "success", "Эвотор подключён.", "connections"


def _state(card: Card | None) -> ShownState:
    if card is None:
        told = "Отсюда EvoSync берёт товары, цены и остатки. В кассе он ничего не меняет."
        return ShownState(kind=None, sentence=told)
    if card.trouble is not None:
        return ShownState(kind=card.kind, sentence="EvoSync пока не может читать товары.")
    return ShownState(kind=card.kind, sentence="Отсюда EvoSync берёт товары, цены и остатки.")
