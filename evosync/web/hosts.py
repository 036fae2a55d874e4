"""By which names the service is asked: a name of somebody else's that leads here is refused.

Otherwise a page of theirs could, once its name is pointed at this machine,
speak to the service as if it were its own (DNS rebinding), and the browser
would find nothing wrong.
"""

from functools import cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from evosync.settings import Settings
from evosync.web.errors import error_page
from evosync.web.state import desk_of

MISDIRECTED = 421
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Monitors and balancers ask by number, or by a name within their own network. Nothing is told
# there but whether the service lives, and the rest only to a token that no browser has.
_FOR_ALL = frozenset({"/health", "/metrics"})


class KnownHosts:
    """Answers 421 to a request for a host that the settings do not know."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http" or scope["path"] in _FOR_ALL:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        known = known_hosts(desk_of(request).settings)
        if not known or _host(scope) in known:
            await self._app(scope, receive, send)
            return
        told = "Сервис не знает этого адреса. Впишите его в настройку BASE_URL или DOMAIN."
        response = await error_page(request, MISDIRECTED, told)
        await response(scope, receive, send)


@cache
def known_hosts(settings: Settings) -> frozenset[str]:
    """Return the names that the service goes by; none known = by any.

    Without a name in the settings a service that listens on this machine
    alone is asked by the machine's own names, and one that listens to others
    by whatever name or number it has among them.
    """
    named = {urlsplit(settings.base_url).hostname or "", *settings.domains} - {""}
    if not named and settings.host not in _LOOPBACK:
        return frozenset()
    return _LOOPBACK | {_folded(name) for name in named}


def _host(scope: Scope) -> str:
    try:
        return _folded(urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname or "")
    except ValueError:
        return ""


def _folded(name: str) -> str:
    try:
        return name.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return name.lower()
