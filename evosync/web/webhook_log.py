"""Every webhook that is answered goes to the log of requests, and so does one that breaks."""

from collections.abc import Awaitable
from time import perf_counter

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from evosync.accounts.refusals import TooMany
from evosync.accounts.throttling import Limit
from evosync.apilog.entries import Call
from evosync.web.state import desk_of, state_of


async def logged(request: Request, name: str, work: Awaitable[Response]) -> Response:
    """Answer a webhook, and write down how. `took` has told what it brought and whose it is."""
    began_at, began = desk_of(request).clock(), perf_counter()
    status: int | None
    status, answer = 500, b""
    try:
        response = await work
    except ClientDisconnect:
        status = None
        raise
    except HTTPException as error:
        status = error.status_code
        raise
    else:
        status, answer = response.status_code, bytes(response.body)
        return response
    finally:
        state_of(request).opened.tally.called(name, status)
        call = Call(
            at=began_at,
            name=f"/user/{name}",
            path=request.url.path,
            status=status,
            seconds=perf_counter() - began,
            asked=getattr(request.state, "notice_body", None),
            answer=answer,
            user_id=getattr(request.state, "notice_user_id", None),
        )
        if call.asked is not None or await _may_knock(request):
            state_of(request).opened.requests.record_call(call)


def took(request: Request, *, body: bytes | None = None, user_id: int | None = None) -> None:
    """Tell what a webhook that brought the secret holds, and whose account it is about."""
    if body is not None:
        request.state.notice_body = body
    if user_id is not None:
        request.state.notice_user_id = user_id


async def _may_knock(request: Request) -> bool:
    """Tell whether a call without the secret is logged: anybody can send a million of them."""
    try:
        await desk_of(request).throttle.admit(Limit.KNOCK_LOGGED, "")
    except TooMany:
        return False
    return True
