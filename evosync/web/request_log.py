"""One line a request: what it was, how it ended, how long it took; no query, it may hold a link."""

import re
import secrets
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evosync.redact import MASK
from evosync.tally import Answered
from evosync.web.auth import known_session
from evosync.web.errors import broken_page
from evosync.web.routing import EventStream
from evosync.web.state import state_of

log = structlog.get_logger(__name__)

HEADER = "X-Request-Id"
QUIET = re.compile(r"/health|/metrics|/static/.*", re.DOTALL)
# Whoever reads the rest of such an address could open what it leads to.
LINKS = "/feed/"
GONE = 499  # nginx's number for who does not wait for the answer


class RequestLog:
    """Gives each request an id, writes its line, and turns what broke into a page that names it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write its line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Ours, and not one that the request brings: it goes to logs.
        request_id = secrets.token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        status, began_answer = 0, 0.0

        async def noted(message: Message) -> None:
            nonlocal status, began_answer
            if message["type"] == "http.response.start":
                status, began_answer = message["status"], perf_counter()
                message["headers"] = [
                    *message["headers"],
                    (HEADER.lower().encode(), request_id.encode()),
                ]
            await send(message)

        began = perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noted)
            except ClientDisconnect:
                status = status or GONE
            except Exception:
                log.exception("request broke", method=scope["method"], path=_shown_path(scope))
                if status == 0:
                    response = await broken_page(Request(scope, receive))
                    await response(scope, receive, noted)
            ended = perf_counter()
            _write(scope, status, ended - began)
            _count(scope, status, (began_answer if _is_stream(scope) else ended) - began)


def _count(scope: Scope, status: int, seconds: float) -> None:
    """Tell whoever counts, by the name of the route: paths there are without end."""
    if not hasattr(scope["app"].state, "evosync"):
        return  # nobody counts where nothing is open
    route = scope.get("route")
    name = "static" if isinstance(route, Mount) else getattr(route, "name", None)
    state_of(Request(scope)).opened.tally.answered(
        Answered(route=name, method=scope["method"], status=status, seconds=seconds)
    )


def _is_stream(scope: Scope) -> bool:
    return isinstance(scope.get("route"), EventStream)


def _write(scope: Scope, status: int, seconds: float) -> None:
    session = known_session(Request(scope))
    tell = log.debug if QUIET.fullmatch(scope["path"]) else log.info
    tell(
        "request answered",
        method=scope["method"],
        path=_shown_path(scope),
        status=status,
        ms=round(seconds * 1000, 1),
        **({"user_id": session.user.id} if session else {}),
    )


def _shown_path(scope: Scope) -> str:
    path: str = scope["path"]
    return f"{LINKS}{MASK}" if path.startswith(LINKS) else path
