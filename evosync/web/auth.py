"""Who looks at a page: the cookie, the session behind it, and whether the page is for them."""

from enum import Enum
from ipaddress import ip_address
from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from evosync.accounts import sign_in
from evosync.accounts.permissions import Permission
from evosync.accounts.sign_in import WHOLE_LIFETIME, Visit
from evosync.db.accounts import User
from evosync.db.sessions import Session
from evosync.web.state import desk_of

COOKIE = "evosync_session"
LONGEST_KEY = 200  # characters; ours are shorter
LONGEST_NEXT = 2000  # characters
UNKNOWN = "Войдите в EvoSync."


class Access(Enum):
    """Whom a page is for, where it asks for no permission."""

    ANYONE = "anyone"
    ACTIVE = "signed in and active"


Needs = Access | Permission


class Forbidden(Exception):
    """The page is not for this person; who sees it is told so, and not what it is."""


async def session_of(request: HTTPConnection) -> Session | None:
    """Find the session of a request, once; None when nobody is signed in."""
    if not hasattr(request.state, "session"):
        # The page of an error, should this be one, must not ask again.
        request.state.session = None
        key = request.cookies.get(cookie_name(request), "")
        found = None
        if key and len(key) <= LONGEST_KEY:
            found = await sign_in.find_session(desk_of(request), key)
        request.state.session = found
    session: Session | None = request.state.session
    return session


def known_session(request: HTTPConnection) -> Session | None:
    """Return the session that `session_of` found for a request, if it was asked for."""
    session: Session | None = getattr(request.state, "session", None)
    return session


def user_of(request: HTTPConnection) -> User:
    """Return whose page it is: `guard` let nobody else in. Raises Forbidden all the same."""
    session = known_session(request)
    if session is None:
        raise Forbidden
    return session.user


def visit_of(request: HTTPConnection) -> Visit:
    """Tell from where a request came."""
    address = request.client.host if request.client else ""
    try:
        # A proxy that is believed may send whatever it was sent.
        address = str(ip_address(address))
    except ValueError:
        address = "unknown"
    return Visit(address=address, user_agent=request.headers.get("user-agent", ""))


async def guard(request: Request, needs: Needs, *, is_json: bool) -> Response | None:
    """Return the answer that keeps somebody out, None to let them in. Raises Forbidden."""
    if needs is Access.ANYONE and is_json:
        # Programs have no session, and /health answers while there is no database to ask.
        return None
    session = await session_of(request)
    if needs is Access.ANYONE:
        return None
    if session is None:
        return _unknown(request, is_json=is_json)
    if session.user.is_pending and not is_json:
        return RedirectResponse(request.app.url_path_for("confirm-email"), 303)
    if session.user.is_pending or (needs is not Access.ACTIVE and not session.user.may(needs)):
        raise Forbidden
    return None


def open_session(request: Request, response: Response, key: str) -> None:
    """Give the browser its session; a response that says so is a redirect elsewhere."""
    response.set_cookie(
        cookie_name(request),
        key,
        max_age=int(WHOLE_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path="/",
    )


def close_session(request: Request, response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=is_secure(request)
    )


def cookie_name(request: HTTPConnection) -> str:
    """Return the cookie's name; behind https one that no neighbouring host can set."""
    return f"__Host-{COOKIE}" if is_secure(request) else COOKIE


def is_secure(request: HTTPConnection) -> bool:
    """Tell whether the browser speaks https, to us or to a proxy that is believed."""
    return request.url.scheme == "https"


def local_path(text: str) -> str | None:
    """Return a path of our own to go on to; None when the text is anything else.

    Browsers take a backslash for a slash and pass over control characters,
    so that «/\\evil» would lead to another host.
    """
    is_path = text.startswith("/") and not text.startswith("//") and len(text) <= LONGEST_NEXT
    if not is_path or "\\" in text or not text.isprintable():
        return None
    return text


def sign_in_first(request: Request) -> Response:
    """Send whoever is not signed in to the form for it, and from there back to this page."""
    target = request.app.url_path_for("login")
    if request.method in {"GET", "HEAD"} and "hx-request" not in request.headers:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if wanted != "/":
            target = f"{target}?next={quote(wanted, safe='/')}"
    if "hx-request" in request.headers:
        # htmx would put the page for signing in where a part of this one stands.
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def _unknown(request: Request, *, is_json: bool) -> Response:
    return JSONResponse({"error": UNKNOWN}, 401) if is_json else sign_in_first(request)
