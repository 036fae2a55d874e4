"""`/docs`, `/redoc`, `/openapi.json`: what programs may ask of the service."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evosync.web.description import Description
from evosync.web.headers import DOCS_CSP, policy
from evosync.web.openapi import describe
from evosync.web.view import render

DESCRIPTION = Description(
    summary="Это описание", answers={200: ("Описание в виде OpenAPI 3.1", dict[str, Any])}
)


async def swagger(request: Request) -> Response:
    """Show the description so that it can be tried."""
    return _page(request, "docs/swagger.html")


async def redoc(request: Request) -> Response:
    """Show the description for reading."""
    return _page(request, "docs/redoc.html")


async def openapi(request: Request) -> Response:
    """Give the description itself."""
    return JSONResponse(describe(request.app.routes))


def _page(request: Request, template: str) -> Response:
    response = render(request, template)
    response.headers["Content-Security-Policy"] = policy(DOCS_CSP)
    return response
