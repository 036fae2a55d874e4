"""How much waits for whoever looks at a page: read before the page is made, shown beside it."""

from starlette.requests import HTTPConnection, Request

from evosync.db.waiting import Waiting, count_waiting
from evosync.jobs.checks import INTERNAL, UNREACHABLE
from evosync.web.auth import known_session
from evosync.web.reasons import WAITING
from evosync.web.state import state_of

PASSING = frozenset({UNREACHABLE, INTERNAL})
"""What connections are told of that mends itself."""


async def note_waiting(request: Request) -> None:
    """Count for a page of somebody who is signed in and active; a part of a page shows nothing."""
    session = known_session(request)
    if session is None or session.user.is_pending or "hx-request" in request.headers:
        return
    async with state_of(request).database.read() as tx:
        request.state.waiting = await count_waiting(tx, session.user.id, WAITING, PASSING)


def waiting_of(request: HTTPConnection) -> Waiting:
    """Return what was counted for this page; nothing where nobody counted."""
    found: Waiting = getattr(request.state, "waiting", Waiting())
    return found
