"""A page in the list of routes: its address, its two handlers, and whom it is for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.datastructures import URLPath
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evosync.web.auth import Access, Needs, guard, known_session
from evosync.web.description import Description
from evosync.web.path_ids import opened, sealed
from evosync.web.waiting import note_waiting

Handler = Callable[[Request], Awaitable[Response]]


class Page(Route):
    """A route that lets in whom it is for, and nobody else, before its handler begins.

    `has_chat` = the shop's chat with its support may stand there: never where
    tokens, passwords or one-time links are.
    """

    is_json = False
    is_read = True
    has_head = True

    def __init__(
        self,
        path: str,
        *,
        name: str,
        needs: Needs = Access.ACTIVE,
        get: Handler | None = None,
        post: Handler | None = None,
        has_chat: bool = False,
    ) -> None:
        handlers = {"GET": get, "HEAD": get if self.has_head else None, "POST": post}
        self.handlers = {method: each for method, each in handlers.items() if each is not None}
        self.needs = needs
        self.has_chat = has_chat
        super().__init__(path, self._answer, methods=list(self.handlers), name=name)
        # The framework adds HEAD to every GET.
        self.methods = set(self.handlers)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Return the address of the page; ids in it may hold anything."""
        parts = {each: sealed(value) for each, value in path_params.items()}
        return super().url_path_for(name, **parts)

    async def _answer(self, request: Request) -> Response:
        request.state.page = self
        request.scope["path_params"] = opened(request.path_params)
        refusal = await guard(request, self.needs, is_json=self.is_json)
        if refusal is not None:
            return refusal
        session = known_session(request)
        whose = {"user_id": session.user.id} if session else {}
        if self.is_read and not self.is_json:
            await note_waiting(request)
        try:
            # Whatever is asked of Evotor and VK meanwhile is asked for them.
            with structlog.contextvars.bound_contextvars(**whose):
                return await self.handlers[request.method](request)
        finally:
            # Whatever files came with a form are thrown away, wanted or not.
            await request.close()


class FilePage(Page):
    """A route whose GET gives a file or a picture: nothing that a person reads as a page."""

    is_read = False


class Passage(Page):
    """A way out to another service, or back from it: its GET does more than show.

    So programs that only look at links, by HEAD, do nothing there.
    """

    has_head = False


class EventStream(Page):
    """A stream of events for a page of ours: its script is told in JSON that it may not listen."""

    is_json = True


class JsonPage(Page):
    """A route for programs: whoever is kept out is told so in JSON; it describes its methods."""

    is_json = True

    def __init__(
        self,
        path: str,
        *,
        name: str,
        described: Mapping[str, Description],
        needs: Needs = Access.ACTIVE,
        get: Handler | None = None,
        post: Handler | None = None,
    ) -> None:
        self.descriptions = described
        super().__init__(path, name=name, needs=needs, get=get, post=post)


def number_in_path(request: Request, name: str = "id") -> int:
    """Return a number that an address holds. Raises HTTPException 404 when it is none of ours."""
    text = request.path_params[name]
    # Databases take no number past 63 bits.
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise HTTPException(404)
    return int(text)
