"""People sent elsewhere to sign in, who come back: kept in the browser, sealed, for minutes."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from evosync.db.services import Service
from evosync.errors import EvoSyncError
from evosync.outbound.grants import make_secret
from evosync.web.auth import is_secure, user_of
from evosync.web.state import desk_of

# VK's code lives for ten minutes; consent before it takes some.
LIFETIME = timedelta(minutes=20)
STARTED_ELSEWHERE = "Вход начат давно или в другом браузере. Начните его ещё раз."
LONGEST = 2000  # characters; ours are shorter


class _Kept(msgspec.Struct):
    service: Service
    user_id: int
    state: str
    verifier: str
    at: datetime
    is_own_press: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A person on the way to a service: `state` comes back with them, the PKCE verifier stays."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)


def depart(request: Request) -> Departure:
    """Make a departure; `remember` must be told of it."""
    return Departure(state=make_secret(), verifier=make_secret())


def remember(request: Request, response: Response, service: Service, departure: Departure) -> None:
    """Let the browser keep a departure: only this person's, in this browser, once."""
    desk = desk_of(request)
    kept = _Kept(
        service=service,
        user_id=user_of(request).id,
        state=departure.state,
        verifier=departure.verifier,
        at=desk.clock(),
        # Browsers say so: of a page of ours, or of an address that was typed.
        is_own_press=request.headers.get("sec-fetch-site") in {"same-origin", "none"},
    )
    response.set_cookie(
        _name(request, service),
        desk.vault.seal(msgspec.json.encode(kept).decode()),
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path="/",
    )


def forget(request: Request, response: Response, service: Service) -> None:
    """Take a departure from the browser: whoever comes back a second time is unknown."""
    response.delete_cookie(
        _name(request, service), path="/", httponly=True, samesite="lax", secure=is_secure(request)
    )


def find_departure(
    request: Request, service: Service, *, needs_state: bool = True
) -> Departure | None:
    """Return the departure that a person comes back from; None when there was none, or long ago.

    Where the service may not send the state back, its absence is forgiven to
    whoever set out by a press of their own: another site can send a browser on
    its way, and then here with a code of its choice.
    """
    sealed = request.cookies.get(_name(request, service), "")
    if not sealed or len(sealed) > LONGEST:
        return None
    desk = desk_of(request)
    try:
        kept = msgspec.json.decode(desk.vault.open(sealed), type=_Kept)
    except (EvoSyncError, msgspec.DecodeError):
        return None
    came_back = request.query_params.get("state")
    is_right = (
        secrets.compare_digest(kept.state.encode(), came_back.encode(errors="replace"))
        if came_back is not None
        else kept.is_own_press and not needs_state
    )
    is_mine = kept.service is service and kept.user_id == user_of(request).id
    if not is_right or not is_mine or desk.clock() - kept.at > LIFETIME:
        return None
    return Departure(state=kept.state, verifier=kept.verifier)


def _name(request: Request, service: Service) -> str:
    name = f"evosync_to_{service.value}"
    return f"__Host-{name}" if is_secure(request) else name
