"""How much waits for whoever looks at a page: read before the page is made, shown beside it."""

from dataclasses import replace

from starlette.requests import HTTPConnection, Request

from evosync.db.types import Tx
from evosync.db.waiting import Waiting, count_waiting
from evosync.engine.report import RunStatus
from evosync.jobs.looking import INTERNAL, UNREACHABLE
from evosync.web.auth import known_session
from evosync.web.reasons import WAITING
from evosync.web.run_question import find_waiting
from evosync.web.state import state_of

PASSING = frozenset({UNREACHABLE, INTERNAL})
"""What connections are told of that mends itself."""

LIVE = "live"
"""The value of `part` by which a script asks for what changes of a page, every second or so."""


async def note_waiting(request: Request) -> None:
    """Count for a page of somebody who is signed in and active; a part of a page shows nothing."""
    session = known_session(request)
    is_part = "hx-request" in request.headers or request.query_params.get("part") == LIVE
    if session is None or session.user.is_pending or is_part:
        return
    user_id = session.user.id
    async with state_of(request).database.read() as tx:
        waiting = await count_waiting(tx, user_id, WAITING, PASSING)
        if waiting.is_held and await find_held(request, tx, user_id) is None:
            waiting = replace(waiting, is_held=False)
    request.state.waiting = waiting


async def find_held(request: HTTPConnection, tx: Tx, user_id: int) -> int | None:
    """Find the run whose question still waits for an answer."""
    run = await find_waiting(tx, user_id, state_of(request).desk.clock())
    return run.id if run is not None and run.status is RunStatus.HELD else None


def waiting_of(request: HTTPConnection) -> Waiting:
    """Return what was counted for this page; nothing where nobody counted."""
    found: Waiting = getattr(request.state, "waiting", Waiting())
    return found
