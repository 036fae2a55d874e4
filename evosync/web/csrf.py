"""No site but our own sends forms here: the browser itself says where a request comes from."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from evosync.web.errors import error_page

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})


class FetchMetadata:
    """Refuses unsafe requests that another site, or nobody knows who, sends.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site:
    browsers send it over https and to this machine; over plain http, and from
    older ones, there is Origin. Programs of others (webhooks) are exempt by
    path: they bring a secret instead of a cookie.
    """

    def __init__(self, app: ASGIApp, *, exempt: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 403."""
        if scope["type"] != "http" or scope["path"] in self._exempt or _is_own(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await error_page(
            request, 403, "Запрос пришёл не с этой страницы. Откройте её заново и повторите."
        )
        await response(scope, receive, send)


def _is_own(scope: Scope) -> bool:
    if scope["method"] in SAFE_METHODS:
        return True
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    try:
        origin = urlsplit(headers.get("origin", "")).netloc
    except ValueError:
        return False
    return origin != "" and origin == headers.get("host")
