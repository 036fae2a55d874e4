"""What goes wrong on purpose: pages that break, a database that is gone."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evosync.db.engine import Database, open_database
from evosync.web.auth import Access
from evosync.web.routing import JsonPage, Page
from tests.web.conftest import with_database

BROKEN = "/broken"
WORDS = "broken for a test"


async def break_down(_request: Request) -> Response:
    """Fail as nobody foresaw."""
    raise RuntimeError(WORDS)


def add_page(
    app: Starlette,
    handler: Callable[[Request], Awaitable[Response]],
    *,
    path: str = BROKEN,
    is_json: bool = False,
) -> None:
    """Let an application have one more page, for anyone."""
    page: Route
    if is_json:
        page = JsonPage(
            path, name=path, needs=Access.ANYONE, get=handler, post=handler, described={}
        )
    else:
        page = Page(path, name=path, needs=Access.ANYONE, get=handler, post=handler)
    app.router.routes.insert(0, page)


def take_database(app: Starlette) -> Database:
    """Put a database under an application that nobody listens for; it is to be closed."""
    # Port 1 is nobody's, and a closed port is refused at once.
    gone = open_database("mariadb://anna:secret@127.0.0.1:1/evosync")
    with_database(app, gone)
    return gone
