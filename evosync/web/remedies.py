"""Where a person is led who asked for a run that cannot begin: to the page that mends it."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.errors import NeedsPerson
from evosync.web.navigation import route_names
from evosync.web.reasons import reason_of
from evosync.web.view import told

_PAGES = {"never_confirmed": "sync-preview", "sync_off": "sync"}
"""Pages by code, where it is not the first that the reason itself leads to."""


def turned_away(request: Request, error: NeedsPerson, page: str) -> Response:
    """Say why an act cannot begin, on the page where that is mended, or else on this one."""
    wanted = [
        _PAGES.get(error.code, ""),
        *(one.route for one in reason_of(error.code).buttons),
        page,
    ]
    names = route_names(request)
    return told(request, next(one for one in wanted if one in names), "warning", error.message)
