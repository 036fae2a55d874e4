"""What every answer says of security: nothing foreign runs in our pages, nobody frames them."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

# Swagger UI and Redoc write styles into their elements.
DOCS_CSP = CSP | {"style-src": "'self' 'unsafe-inline'"}

_JIVO = "https://*.jivosite.com https://*.jivo.ru"
# The widget of JivoSite, from its own documentation on content security policies.
CHAT_CSP = CSP | {
    "script-src": f"'self' {_JIVO}",
    "style-src": f"'self' 'unsafe-inline' {_JIVO}",
    "img-src": f"'self' data: blob: {_JIVO}",
    "font-src": f"'self' data: {_JIVO}",
    "media-src": _JIVO,
    "frame-src": _JIVO,
    "connect-src": f"'self' {_JIVO} wss://*.jivosite.com wss://*.jivo.ru",
}

YEAR_S = 365 * 24 * 3600


class SecurityHeaders:
    """Adds to every answer what it does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _DEFAULTS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
            await send(message)

        await self._app(scope, receive, with_headers)


def policy(directives: dict[str, str]) -> str:
    """Write a policy as its header holds it."""
    return "; ".join(f"{name} {value}" for name, value in directives.items())


_DEFAULTS = {
    "Content-Security-Policy": policy(CSP),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it browsers send «Origin: null» with our own forms, and over
    # plain http, where there is no Sec-Fetch-Site, nothing else tells that they are ours.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # What one person sees is for no cache; static files say otherwise themselves.
    "Cache-Control": "no-store",
}
