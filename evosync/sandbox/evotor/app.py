"""The fake Evotor cloud over HTTP: `GET /stores` and what follows, v2 with a little v1."""

from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from evosync.sandbox.evotor import reading, writing
from evosync.sandbox.evotor.call import Answer, Call
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.evotor.limiter import Budget
from evosync.sandbox.evotor.refusals import Refusal
from evosync.sandbox.evotor.state import UserState
from evosync.sandbox.evotor.wire import V2_MEDIA_TYPE, encode
from evosync.sandbox.stricken import Stricken

_STORE = "/stores/{store_id}"
_PRODUCT = "/stores/{store_id}/products/{product_id}"
_V1 = "/api/v1/inventories/stores"

_METHODS: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ("GET", "/stores", reading.list_stores),
    ("GET", _STORE, reading.get_store),
    ("GET", f"{_STORE}/product-groups", reading.list_groups),
    ("GET", f"{_STORE}/product-groups/{{group_id}}", reading.get_group),
    ("GET", f"{_STORE}/products", reading.list_products),
    ("DELETE", f"{_STORE}/products", writing.delete_products),
    ("GET", _PRODUCT, reading.get_product),
    ("PATCH", _PRODUCT, writing.patch_product),
    ("PUT", _PRODUCT, writing.put_product),
    ("DELETE", _PRODUCT, writing.delete_product),
    ("GET", f"{_STORE}/documents", reading.list_documents),
    ("GET", f"{_V1}/search", reading.v1_search_stores),
    ("GET", f"{_V1}/{{store_id}}/products", reading.v1_list_products),
)


def evotor_app(cloud: EvotorCloud) -> Starlette:
    """Return the API of this cloud; its base URL is wherever this app is mounted."""
    return Starlette(
        routes=[
            Route(path, partial(_answer, cloud, method), methods=[verb])
            for verb, path, method in _METHODS
        ],
        middleware=[Middleware(Gate, cloud=cloud)],
    )


class Gate:
    """The one place every request passes, known path or not, before anything looks at it.

    Here requests are counted, and here a fault strikes without the methods
    knowing.
    """

    def __init__(self, app: ASGIApp, cloud: EvotorCloud) -> None:
        self._app = app
        self._cloud = cloud

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, unless something is to go wrong with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        verb, path, token = scope["method"], _path(scope), _token(self._cloud, Request(scope))
        self._cloud.requests_by_path[path] += 1
        fault = self._cloud.faults.take(lambda fault: fault.strikes(verb, path, token))
        app = self._app
        if fault is not None:
            headers = fault.headers(self._cloud.knobs.rate_limit, self._cloud.clock())
            app = Stricken(app, fault, headers)
        await app(scope, receive, send)


async def _answer(
    cloud: EvotorCloud, method: Callable[[Call], Answer], request: Request
) -> Response:
    raw = await request.body()
    try:
        user = _caller(cloud, request)
        _check_media_types(cloud, request, raw)
        budget = _spend(cloud, request)
        answer = method(Call(cloud=cloud, user=user, request=request, raw=raw))
    except Refusal as refusal:
        return _refused(refusal)
    if answer.body is None:
        return Response(status_code=answer.status, headers=budget.headers)
    return _json(answer.status, answer.body, budget.headers)


def _caller(cloud: EvotorCloud, request: Request) -> UserState:
    user = cloud.user_of(_token(cloud, request))
    if user is None:
        raise Refusal(401)
    return user


def _spend(cloud: EvotorCloud, request: Request) -> Budget:
    budget = cloud.limiter.take(_token(cloud, request), _path(request.scope))
    if not budget.allowed:
        raise Refusal(429, headers=budget.headers)
    return budget


def _token(cloud: EvotorCloud, request: Request) -> str:
    """Read the token from any form seen to work; "" if there is none."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if cloud.knobs.strict_auth:
        return token if scheme == "Bearer" else ""
    if not header:
        return request.headers.get("x-authorization", "")
    if not token:
        return header
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_media_types(cloud: EvotorCloud, request: Request, raw: bytes) -> None:
    """Refuse undeclared versions, if this cloud is strict; v1 has no media type of its own."""
    if _path(request.scope).startswith(_V1):
        return
    if cloud.knobs.strict_accept and V2_MEDIA_TYPE not in request.headers.get("accept", ""):
        raise Refusal(406)
    declared = request.headers.get("content-type", "")
    if raw and cloud.knobs.strict_content_type and not declared.startswith(V2_MEDIA_TYPE):
        raise Refusal(415)


def _refused(refusal: Refusal) -> Response:
    if refusal.status != 400:
        return Response(status_code=refusal.status, headers=refusal.headers)
    body = {
        "code": "validation_failed",
        "message": "validation failed for specified payload",
        "violations": [{"reason": refusal.reason, "subject": refusal.subject}],
    }
    return _json(400, body, {})


def _json(status: int, body: object, headers: dict[str, str]) -> Response:
    return Response(
        encode(body), status, headers=headers, media_type=f"{V2_MEDIA_TYPE};charset=UTF-8"
    )


def _path(scope: Scope) -> str:
    """Return the path below the mount point."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
