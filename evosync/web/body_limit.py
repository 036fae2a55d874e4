"""How much a request may bring: a form is small, and what is larger is not read at all."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evosync.web.errors import error_page

# The longest form of ours takes a tenth; a megabyte of fields stops the loop for 0.2 s.
MAX_BODY = 128 * 1024  # bytes
LONGEST_LENGTH = 18  # digits; Python reads no number of thousands of them
TOO_LARGE = "Это больше, чем EvoSync принимает за один раз."


class BodyLimit:
    """Answers 413 to a body that is too large, by its own word or once it turns out to be."""

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and (len(said) > LONGEST_LENGTH or int(said) > self._limit):
            response = await error_page(Request(scope, receive), 413, TOO_LARGE)
            response.headers["connection"] = "close"
            await response(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                # Starlette turns it into an answer where the body is read.
                raise HTTPException(413, TOO_LARGE)
            return message

        await self._app(scope, counted, send)
