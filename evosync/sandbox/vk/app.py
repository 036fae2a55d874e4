"""The fake VK over HTTP: `/method/…`, the upload host and the pictures, as one Starlette app."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evosync.sandbox.stricken import Stricken, Through, respond_under
from evosync.sandbox.vk.call import Call
from evosync.sandbox.vk.dispatch import find_method, run_method
from evosync.sandbox.vk.execute import BrokenOff, ScriptCalls, execute
from evosync.sandbox.vk.faults import EXECUTE, NO_FAULT, UPLOAD, VkFault
from evosync.sandbox.vk.parameters import merge
from evosync.sandbox.vk.pictures import BadPicture, Picture, check_picture
from evosync.sandbox.vk.refusals import Refused, error_body
from evosync.sandbox.vk.tokens import living_token, token_text
from evosync.sandbox.vk.uploads import FILES_MAX, UPLOAD_PATH, receive
from evosync.sandbox.vk.world import VkWorld

_ALL_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
_FORM_PART_BYTES = 16 * 1024 * 1024  # one text of a form; our own limit, VK's is not known
_FORM_FIELDS = 5_000  # an execute brings its Args as fields
_VERSION_MAJOR = "5."
_UPLOAD_MEDIA_TYPE = "text/html"  # the upload host's JSON need not be called JSON
_UPLOAD_ERROR = 22


def vk_app(world: VkWorld) -> Starlette:
    """The app over one world; mounted anywhere, its upload and picture addresses follow."""
    http = _Http(world)
    return Starlette(
        routes=[
            Route("/method/{name}", http.method, methods=_ALL_VERBS),
            Route(UPLOAD_PATH, http.upload, methods=["POST"]),
            Route("/picture/{sha}.jpg", http.picture),
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to a method as it came in: `params` without its token, and why it cannot be."""

    method: str
    params: dict[str, str]
    token: str
    base_url: str
    refused: Refused | None


class _Http:
    def __init__(self, world: VkWorld) -> None:
        self._world = world

    async def method(self, request: Request) -> Response:
        """Any API method; HTTP 200 whatever comes of it, unless a fault strikes."""
        self._world.gate.requests += 1
        asked = await _asked(request)
        token = self._world.state.tokens.get(asked.token)
        bearer_id = token.bearer_id if token is not None else None
        fault = self._world.faults.for_request(asked.method, bearer_id)
        return respond_under(_real(fault), partial(self._called, asked, fault), body_is_read=True)

    async def _called(self, asked: Asked, fault: VkFault) -> Response:
        try:
            answer = await self._answer(asked, fault)
        except BrokenOff as broken:
            # The calls before it are done, and what the client sees is no answer to them.
            done = _json({"response": broken.results})
            return Through(Stricken(done, broken.fault))
        except Refused as refused:
            self._world.gate.errors[refused.code] += 1
            echo = {"method": asked.method, "oauth": "1"} | asked.params
            answer = {"error": error_body(refused, echo)}
        return _json(answer)

    async def upload(self, request: Request) -> Response:
        """A file by `upload_url`; the answer is JSON text, of success and of failure alike."""
        self._world.gate.admit_upload()
        door = self._world.state.doors.get(request.query_params.get("token", ""))
        fault = self._world.faults.for_request(UPLOAD, door.user_id if door is not None else None)
        return respond_under(_real(fault), partial(self._uploaded, request, fault))

    async def _uploaded(self, request: Request, fault: VkFault) -> Response:
        try:
            answer = await self._received(request) if fault.works else ""
            fault.raise_error(self._world.clock())
        except BadPicture as bad:
            answer = _upload_error(_UPLOAD_ERROR, bad.code, bad.reason)
        except Refused as refused:
            answer = _upload_error(refused.code, "ERR_UPLOAD_FAILED", refused.text)
        return Response(answer, media_type=_UPLOAD_MEDIA_TYPE)

    async def picture(self, request: Request) -> Response:
        """The small copy of a saved or received picture."""
        thumb = self._world.state.pictures.get(request.path_params["sha"])
        if thumb is None:
            return Response(status_code=404)
        return Response(thumb, media_type="image/jpeg")

    async def _answer(self, asked: Asked, fault: VkFault) -> dict[str, Any]:
        """The whole answer; raises Refused, or BrokenOff in the midst of an `execute`."""
        if asked.refused is not None:
            raise asked.refused
        if asked.method != EXECUTE and find_method(self._world, asked.method) is None:
            raise Refused(3)
        if not asked.params.get("v", "").startswith(_VERSION_MAJOR):
            raise Refused(8, "v (version) is required")
        token = living_token(self._world, asked.token)
        if not fault.works:
            fault.raise_error(self._world.clock(), token)
        self._world.gate.admit_request(asked.token, token.kind)
        call = Call(world=self._world, token=token, base_url=asked.base_url)
        answer = await self._carried_out(call, asked, fault)
        fault.raise_error(self._world.clock(), token)
        return answer

    async def _carried_out(self, call: Call, asked: Asked, fault: VkFault) -> dict[str, Any]:
        knobs = self._world.knobs
        if asked.method != EXECUTE:
            answer = {"response": run_method(call, asked.method, asked.params)}
            await asyncio.sleep(knobs.call_delay_s)
            return answer
        calls = ScriptCalls(call, fault)
        answer = execute(call, asked.params, calls)
        await asyncio.sleep(knobs.execute_delay_s + calls.made * knobs.call_delay_s + calls.delay_s)
        return answer

    async def _received(self, request: Request) -> str:
        door = self._world.state.doors.get(request.query_params.get("token", ""))
        if door is None:
            raise BadPicture("ERR_UPLOAD_BAD_TOKEN", "upload address is not valid")
        async with request.form(max_part_size=_FORM_PART_BYTES) as form:
            files = {
                name: await part.read()
                for name, part in form.multi_items()
                if isinstance(part, UploadFile)
            }
        numbered = [f"file{number}" for number in range(1, FILES_MAX + 1)]
        bulk = door.use == "product" and "file" not in files
        bodies = [files[name] for name in (numbered if bulk else ["file"]) if name in files]
        if not bodies:
            raise BadPicture("ERR_UPLOAD_NO_FILE", "no file in the request")
        pictures: list[Picture] = [
            await run_in_threadpool(check_picture, body, door.use) for body in bodies
        ]
        return receive(self._world, door, pictures, bulk=bulk)


def _real(fault: VkFault) -> VkFault | None:
    return None if fault is NO_FAULT else fault


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")


async def _asked(request: Request) -> Asked:
    given = dict(request.query_params)
    refused = None
    try:
        given |= await _form(request)
    except Refused as error:
        refused = error
    token = token_text(request.headers.get("authorization", ""), given)
    given.pop("access_token", None)
    return Asked(
        method=request.path_params["name"],
        params=given,
        token=token,
        base_url=_base(request),
        refused=refused,
    )


async def _form(request: Request) -> dict[str, str]:
    """Parameters of the body and of PHP-style names in the query, merged."""
    if request.method not in {"GET", "POST"}:
        raise Refused(9999)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in {"", "application/x-www-form-urlencoded", "multipart/form-data"}:
        raise Refused(8, f"content type {content_type} is not supported")
    async with request.form(max_fields=_FORM_FIELDS, max_part_size=_FORM_PART_BYTES) as form:
        body = [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
    return merge([*request.query_params.multi_items(), *body])


def _base(request: Request) -> str:
    """The address this app answers at, mount path and all, without a slash at its end."""
    root_path = request.scope.get("root_path", "").rstrip("/")
    return f"{request.url.scheme}://{request.url.netloc}{root_path}"


def _upload_error(code: int, name: str, reason: str) -> str:
    error = {
        "error": f"{name}: {reason}",
        "error_code": code,
        "error_msg": reason,
        "error_descr": name,
        "error_is_logged": False,
    }
    return msgspec.json.encode(error).decode()
