"""What became of an act, said on the next page: in a cookie that we signed, taken as it is read."""

from dataclasses import dataclass
from typing import Literal

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from evosync.web.auth import is_secure
from evosync.web.state import desk_of

COOKIE = "evosync_flash"
LIFETIME_S = 120
PURPOSE = "cookies"

Kind = Literal["success", "warning", "danger", "secondary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """One sentence and which of the four states it is of."""

    kind: Kind
    text: str


def flash(request: Request, response: Response, kind: Kind, text: str) -> None:
    """Let the next page say this sentence."""
    response.set_cookie(
        COOKIE,
        _serializer(request).dumps([kind, text]),
        max_age=LIFETIME_S,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def take_flashes(request: HTTPConnection) -> list[Flash]:
    """Return what this page is to say; `forget_flashes` takes it from the browser."""
    text = request.cookies.get(COOKIE)
    if not text:
        return []
    try:
        match _serializer(request).loads(text, max_age=LIFETIME_S):
            case [("success" | "warning" | "danger" | "secondary") as kind, str() as words]:
                return [Flash(kind=kind, text=words)]
            case _:
                return []
    except BadSignature:
        return []


def forget_flashes(request: HTTPConnection, response: Response) -> None:
    """Take from the browser what has been said."""
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=is_secure(request))


def _serializer(request: HTTPConnection) -> URLSafeTimedSerializer:
    keys = desk_of(request).vault.derive(PURPOSE)
    # itsdangerous signs with the last one.
    return URLSafeTimedSerializer(list(reversed(keys)), salt=COOKIE)
