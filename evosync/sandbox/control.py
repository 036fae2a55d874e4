"""The sandbox steered over HTTP from its own machine: faults, switches, and the counters."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any, get_type_hints
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from evosync.sandbox.evotor.oauth import COUNTERS as EVOTOR_OAUTH_COUNTERS
from evosync.sandbox.evotor.oauth import EvotorOAuth
from evosync.sandbox.faults import Faults
from evosync.sandbox.install_order import play, read_order
from evosync.sandbox.loopback import is_loopback, is_this_machine
from evosync.sandbox.vkid.world import COUNTERS as VKID_COUNTERS
from evosync.sandbox.vkid.world import VkId
from evosync.sandbox.world import SandboxWorld


class BadOrder(ValueError):
    """What was sent cannot be done; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What can be steered of one fake cloud; `knobs` is its mutable dataclass of switches."""

    faults: Faults[Any]
    knobs: Any
    counters: Callable[[], dict[str, Any]]

    def state(self) -> dict[str, Any]:
        """Return all there is to know of this side."""
        return {
            **self.counters(),
            "struck": self.faults.struck,
            "faults": self.faults.waiting(),
            "knobs": self.knobs,
        }


def control_routes(world: SandboxWorld) -> list[Route]:
    """Return the routes that steer this world.

    `GET /control` tells the state of all sides. Below `/control/evotor`,
    `/control/evotor-oauth`, `/control/vk` and `/control/vkid`: `POST …/faults`
    adds the fault that the JSON object describes, `DELETE …/faults` clears
    them, `POST …/knobs` sets the switches that it names, all or none.
    `POST /control/evotor/install` plays an installation, see `InstallOrder`,
    and tells what became of each call. A wrong order is a 400 with
    `{"error": …}`.
    """
    sides = {
        "evotor": _evotor(world),
        "evotor-oauth": _sign_in(world.evotor_oauth, EVOTOR_OAUTH_COUNTERS),
        "vk": _vk(world),
        "vkid": _sign_in(world.vkid, VKID_COUNTERS),
    }
    routes = [_route("GET", "", partial(_show, sides))]
    routes.append(_route("POST", "/evotor/install", partial(_install, world)))
    for name, side in sides.items():
        routes += [
            _route("POST", f"/{name}/faults", partial(_answer, _add_fault, side)),
            _route("DELETE", f"/{name}/faults", partial(_answer, _clear, side)),
            _route("POST", f"/{name}/knobs", partial(_answer, _set_knobs, side)),
        ]
    return routes


class LoopbackOnly:
    """Refuses whoever is on another machine, and pages of other sites: nothing here asks who it is.

    A page of any site can make a browser on this machine send requests here.
    It then names its own Origin, or, where its name was made to lead here, its
    own Host.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let requests of programs on this machine through."""
        app: ASGIApp = self._app
        if scope["type"] == "http" and not (_is_near(scope) and _is_own(Headers(scope=scope))):
            app = Response(status_code=403)
        await app(scope, receive, send)


def make_fault(faults: Faults[Any], order: dict[str, Any]) -> Any:
    """Make the fault that an order describes; raises BadOrder."""
    kind = faults.kind
    _check_names(order, [field.name for field in fields(kind)], "a fault has no field")
    try:
        return msgspec.convert(order, kind)
    except msgspec.ValidationError as error:
        raise BadOrder(str(error)) from None


def set_knobs(knobs: Any, order: dict[str, Any]) -> None:
    """Set the named switches, all of them or none; raises BadOrder."""
    kinds = get_type_hints(type(knobs))
    _check_names(order, list(kinds), "there is no knob")
    values = {}
    for name, value in order.items():
        try:
            values[name] = msgspec.convert(value, kinds[name])
        except msgspec.ValidationError as error:
            raise BadOrder(f"{name}: {error}") from None
    for name, value in values.items():
        setattr(knobs, name, value)


def _route(verb: str, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
    near = [Middleware(LoopbackOnly)]
    return Route(f"/control{path}", endpoint, methods=[verb], middleware=near)


def _evotor(world: SandboxWorld) -> Side:
    cloud = world.evotor
    return Side(
        faults=cloud.faults,
        knobs=cloud.knobs,
        counters=lambda: {
            "requests": cloud.requests,
            "requests_by_path": cloud.requests_by_path,
        },
    )


def _vk(world: SandboxWorld) -> Side:
    gate = world.vk.gate
    return Side(
        faults=world.vk.faults,
        knobs=world.vk.knobs,
        counters=lambda: {
            "requests": gate.requests,
            "uploads": gate.uploads,
            "writes": gate.writes,
            "calls": gate.calls,
            "errors": gate.errors,
        },
    )


def _sign_in(door: EvotorOAuth | VkId, names: tuple[str, ...]) -> Side:
    return Side(
        faults=door.faults,
        knobs=door.knobs,
        counters=lambda: {name: door.counters[name] for name in names},
    )


async def _show(sides: dict[str, Side], _request: Request) -> Response:
    return _json({name: side.state() for name, side in sides.items()})


async def _answer(
    act: Callable[[Side, bytes], dict[str, Any]], side: Side, request: Request
) -> Response:
    try:
        return _json(act(side, await request.body()))
    except BadOrder as bad:
        return _json({"error": str(bad)}, 400)


async def _install(world: SandboxWorld, request: Request) -> Response:
    try:
        order = read_order(_read(await request.body()), world.evotor_token)
    except ValueError as bad:
        return _json({"error": str(bad)}, 400)
    return _json({"deliveries": await play(order)})


def _add_fault(side: Side, raw: bytes) -> dict[str, Any]:
    side.faults.add(make_fault(side.faults, _read(raw)))
    return {"faults": side.faults.waiting()}


def _clear(side: Side, _raw: bytes) -> dict[str, Any]:
    side.faults.clear()
    return {"faults": []}


def _set_knobs(side: Side, raw: bytes) -> dict[str, Any]:
    set_knobs(side.knobs, _read(raw))
    return {"knobs": asdict(side.knobs)}


def _read(raw: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise BadOrder(f"the body must be a JSON object: {error}") from None


def _check_names(order: dict[str, Any], known: list[str], complaint: str) -> None:
    for name in order:
        if name not in known:
            raise BadOrder(f"{complaint} «{name}»; known are: {', '.join(known)}")


def _is_near(scope: Scope) -> bool:
    client = scope.get("client")
    return client is not None and is_loopback(client[0])


def _is_own(headers: Headers) -> bool:
    host = headers.get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets that do not fit
        return False
    return is_this_machine(name) and headers.get("origin", f"http://{host}") == f"http://{host}"


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
