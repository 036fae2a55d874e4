"""`/vk/connect` and `/vk/callback`: to VK ID and back, with PKCE and a state of this browser."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.accounts.refusals import Refused
from evosync.db.services import Service
from evosync.errors import TryLater
from evosync.outbound.grants import Denied
from evosync.vk.oauth import VkId
from evosync.web.auth import user_of
from evosync.web.connector import connector_of
from evosync.web.departures import (
    STARTED_ELSEWHERE,
    Departure,
    depart,
    find_departure,
    forget,
    remember,
)
from evosync.web.flash import Kind
from evosync.web.state import state_of
from evosync.web.view import told

NOT_SET_UP = "Вход через VK ID не настроен. Подключите сообщество ключом."
LONGEST = 2000  # characters of what comes back in an address


async def connect(request: Request) -> Response:
    """Send the person to VK ID, to sign in there and let us work with goods."""
    vk_id = state_of(request).opened.vk_id
    if vk_id is None:
        return told(request, "vk", "warning", NOT_SET_UP)
    departure = depart(request)
    url = vk_id.authorize_url(state=departure.state, verifier=departure.verifier)
    response = RedirectResponse(url, 303)
    remember(request, response, Service.VK, departure)
    return response


async def come_back(request: Request) -> Response:
    """Take in whoever comes back from VK ID with a code; a community is chosen next."""
    vk_id = state_of(request).opened.vk_id
    departure = find_departure(request, Service.VK)
    if vk_id is None or departure is None:
        # Another tab may be on its way: what the browser keeps of that stays.
        words = NOT_SET_UP if vk_id is None else STARTED_ELSEWHERE
        return told(request, "vk", "danger", words)
    kind, words, page = await _taken_in(request, vk_id, departure)
    response = told(request, page, kind, words)
    forget(request, response, Service.VK)
    return response


async def _taken_in(request: Request, vk_id: VkId, departure: Departure) -> tuple[Kind, str, str]:
    code, device_id = (request.query_params.get(name, "") for name in ("code", "device_id"))
    if not code or not device_id or len(code) > LONGEST or len(device_id) > LONGEST:
        return "warning", "VK не дал доступа. Можно попробовать ещё раз.", "vk"
    try:
        grant = await vk_id.exchange(
            code=code,
            verifier=departure.verifier,
            device_id=device_id,
            state=departure.state,
        )
        look = await connector_of(request).sign_in_vk(grant, device_id)
    except Denied:
        return "danger", "VK не принял вход. Попробуйте ещё раз.", "vk"
    except (Refused, TryLater) as error:
        return "danger", error.message, "vk"
    if look.sign_in.community_id is None:
        return "success", "Вы вошли в VK. Осталось выбрать сообщество.", "vk-community"
    await state_of(request).mirroring.read_soon(user_of(request).id)
    if look.trouble is not None:
        return "warning", look.trouble.message, "vk"
    return "success", "ВКонтакте подключён.", "connections"
