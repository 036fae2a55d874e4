"""What mends an error that a run or an act met: the button beside its sentence, or the way."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.errors import NeedsPerson
from evosync.web.connection_cards import Remedy
from evosync.web.flash import flash
from evosync.web.navigation import route_names
from evosync.web.reasons import reason_of

_WAITS = frozenset({"vk_busy", "busy", "interrupted", "stopping", "internal", "cancelled"})
"""Codes that nobody has to mend: another try does."""

_OWN = {
    "never_confirmed": ("Посмотреть и начать", "sync-preview"),
    "stale_preview": ("Посмотреть новую", "sync-preview"),
    "sync_off": ("Включить", "sync"),
}


def find_remedy(request: Request, code: str | None, link: str | None = None) -> Remedy | None:
    """Find what mends a code: VK's own link, or a page of ours; None when only time does."""
    if link and link.startswith("https://"):
        return Remedy(label="Подтвердить в VK", url=link, is_external=True)
    if code is None or code in _WAITS:
        return None
    pages = [_OWN[code]] if code in _OWN else []
    pages += [(one.label, one.route) for one in reason_of(code).buttons if one.route]
    names = route_names(request)
    for label, route in (*pages, ("Открыть подключения", "connections")):
        if route in names and route != "run":
            return Remedy(label=label, url=str(request.app.url_path_for(route)))
    return None


def turned_away(request: Request, error: NeedsPerson, page: str) -> Response:
    """Say why an act cannot begin, on the page where that is mended, or else on this one."""
    remedy = find_remedy(request, error.code)
    address = remedy.url if remedy else str(request.app.url_path_for(page))
    response = RedirectResponse(address, 303)
    flash(request, response, "warning", error.message)
    return response
