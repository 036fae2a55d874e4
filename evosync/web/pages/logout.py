"""`/logout`: the end of a session."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import sign_in
from evosync.web.auth import close_session, known_session
from evosync.web.flash import flash
from evosync.web.state import desk_of
from evosync.web.view import redirect, render


async def ask(request: Request) -> Response:
    """Ask by a button: a link, or a picture on another site, must not sign anybody out."""
    if known_session(request) is None:
        return redirect(request, "login")
    return render(request, "public/logout.html")


async def submit(request: Request) -> Response:
    """End the session."""
    session = known_session(request)
    if session is not None:
        await sign_in.sign_out(desk_of(request), session)
    response = redirect(request, "login")
    close_session(request, response)
    flash(request, response, "success", "Вы вышли.")
    return response
