"""The application: its routes in one list."""

from starlette.applications import Starlette
from starlette.routing import Route

from evosync.web.pages import health

routes = [
    Route("/health", health.show, name="health"),
]


def make_app() -> Starlette:
    """Build the application; `evosync.web.lifespan` gives it its `state.evosync`."""
    return Starlette(routes=routes)
