"""`/runs/{id}/events`: how a run goes on, told to whoever has its page open."""

from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.db import sessions
from evosync.db.types import Tx
from evosync.web.auth import cookie_name, user_of
from evosync.web.routing import number_in_path
from evosync.web.run_live import Look, live_part, make_live, read_look
from evosync.web.state import AppState, state_of
from evosync.web.streams import pause

EVERY_S = 1.0
RETRY_MS = 2000
HEARTBEAT_S = 15


async def show(request: Request) -> Response:
    """Open the stream. It ends with the run, with the service, and with who listens."""
    run_id, user_id = number_in_path(request), user_of(request).id
    async with state_of(request).database.read() as tx:
        if await read_look(tx, run_id, user_id) is None:
            raise HTTPException(404)
    return EventSourceResponse(
        _follow(request, run_id),
        ping=HEARTBEAT_S,
        ping_message_factory=lambda: ServerSentEvent(comment="still here"),
        sep="\n",
    )


async def _follow(request: Request, run_id: int) -> AsyncIterator[ServerSentEvent]:
    """Tell what is new, and why nothing more will come: `end`, `out` (signed out), `poll`."""
    state, user_id, mark = state_of(request), user_of(request).id, None
    with state.streams.seat(user_id) as displaced:
        while not state.stopping.is_set():
            seen = await state.streams.whole(_see(request, state, run_id, mark))
            if seen is None:
                yield ServerSentEvent(event="out", data="")
                return
            look, html = seen
            mark = look.mark
            if html is not None:
                yield ServerSentEvent(event="progress", data=html, retry=RETRY_MS)
            if look.run.finished_at is not None:
                yield ServerSentEvent(event="end", data="")
                return
            await pause(EVERY_S, state.stopping, displaced)
            if displaced.is_set():
                yield ServerSentEvent(event="poll", data="")
                return


async def _see(
    request: Request, state: AppState, run_id: int, mark: object
) -> tuple[Look, str | None] | None:
    """Look at a run, and make its part of the page if there is something new to see.

    None when the person is signed out by now, or suspended, or the run is gone.
    """
    async with state.database.read() as tx:
        if not await _is_let_in(request, tx):
            return None
        look = await read_look(tx, run_id, user_of(request).id)
        if look is None or look.mark == mark:
            return None if look is None else (look, None)
        live = await make_live(request, tx, look)
    return look, live_part(request, live)


async def _is_let_in(request: Request, tx: Tx) -> bool:
    # Looked up anew, and not let last on: an open page is no act of its person.
    key = request.cookies.get(cookie_name(request), "")
    session = await sessions.find_session(tx, key, state_of(request).opened.clock())
    return session is not None and session.user.may_come_in and not session.user.is_pending
