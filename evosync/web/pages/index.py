"""`GET /`: on to the profile, or to signing in."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.web.auth import known_session
from evosync.web.view import redirect


async def go_on(request: Request) -> Response:
    """Send everybody to where they begin."""
    return redirect(request, "profile" if known_session(request) else "login")
