"""How much a request may bring: a form is small, and what is larger is not kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evosync.web.errors import error_page

# The longest form of ours takes a tenth; a megabyte of fields stops the loop for 0.2 s.
MAX_BODY = 128 * 1024  # bytes
LONGEST_LENGTH = 18  # digits; Python reads no number of thousands of them
TOO_LARGE = "Это больше, чем EvoSync принимает за один раз."


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much may come (bytes), and the sentence for who sends more.

    Of what is too large by its own word so much is `heard` (bytes) and thrown
    away: a browser looks for the answer only once all of its file is sent.
    """

    limit: int
    sentence: str = TOO_LARGE
    heard: int = 0


class BodyLimit:
    """Answers 413 to a body that is too large, by its own word or once it turns out to be.

    `larger` are the paths that take files.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int = MAX_BODY, larger: Mapping[str, Allowance] | None = None
    ) -> None:
        self._app = app
        self._usual = Allowance(limit=limit)
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        allowed = self._larger.get(scope["path"], self._usual)
        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and (len(said) > LONGEST_LENGTH or int(said) > allowed.limit):
            await _throw_away(receive, allowed.heard)
            response = await error_page(Request(scope, receive), 413, allowed.sentence)
            response.headers["connection"] = "close"
            await response(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > allowed.limit:
                # Starlette turns it into an answer where the body is read.
                raise HTTPException(413, allowed.sentence)
            return message

        await self._app(scope, counted, send)


async def _throw_away(receive: Receive, most: int) -> None:
    """Hear a body without keeping any of it."""
    heard = 0
    while heard < most:
        message = await receive()
        heard += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
