"""The fake VK over HTTP: `/method/…`, the upload host and the pictures, as one Starlette app."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evosync.sandbox.vk.call import Call
from evosync.sandbox.vk.dispatch import find_method, run_method
from evosync.sandbox.vk.execute import execute
from evosync.sandbox.vk.parameters import merge
from evosync.sandbox.vk.pictures import BadPicture, Picture, check_picture
from evosync.sandbox.vk.refusals import Refused, error_body
from evosync.sandbox.vk.state import Token
from evosync.sandbox.vk.uploads import FILES_MAX, UPLOAD_PATH, receive
from evosync.sandbox.vk.world import VkWorld

_ALL_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
_FORM_PART_BYTES = 16 * 1024 * 1024  # one text of a form; our own limit, VK's is not known
_FORM_FIELDS = 5_000  # an execute brings its Args as fields
_VERSION_MAJOR = "5."
_UPLOAD_MEDIA_TYPE = "text/html"  # the upload host's JSON need not be called JSON
_UPLOAD_ERROR_CODE = 22


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


class _Http:
    def __init__(self, world: VkWorld) -> None:
        self._world = world

    async def method(self, request: Request) -> Response:
        """Any API method; HTTP 200 whatever comes of it."""
        self._world.gate.requests += 1
        name = request.path_params["name"]
        given = dict(request.query_params)
        try:
            given |= await _form(request)
            answer = await self._answer(request, name, given)
        except Refused as refused:
            self._world.gate.errors[refused.code] += 1
            asked = {"method": name, "oauth": "1"} | given
            asked.pop("access_token", None)
            answer = {"error": error_body(refused, asked)}
        return Response(msgspec.json.encode(answer), media_type="application/json")

    async def upload(self, request: Request) -> Response:
        """A file by `upload_url`; the answer is JSON text, of success and of failure alike."""
        self._world.gate.admit_upload()
        try:
            answer = await self._received(request)
        except BadPicture as bad:
            answer = msgspec.json.encode(_upload_error(bad)).decode()
        return Response(answer, media_type=_UPLOAD_MEDIA_TYPE)

    async def picture(self, request: Request) -> Response:
        """The small copy of a saved or received picture."""
        thumb = self._world.state.pictures.get(request.path_params["sha"])
        if thumb is None:
            return Response(status_code=404)
        return Response(thumb, media_type="image/jpeg")

    async def _answer(
        self, request: Request, name: str, given: Mapping[str, str]
    ) -> dict[str, Any]:
        knobs = self._world.knobs
        if name != "execute" and find_method(self._world, name) is None:
            raise Refused(3)
        if not given.get("v", "").startswith(_VERSION_MAJOR):
            raise Refused(8, "v (version) is required")
        call = Call(world=self._world, token=self._admit(request, given), base_url=_base(request))
        given = {key: value for key, value in given.items() if key != "access_token"}
        if name != "execute":
            answer = {"response": run_method(call, name, given)}
            await asyncio.sleep(knobs.call_delay_s)
            return answer
        answer, calls = execute(call, given)
        await asyncio.sleep(knobs.execute_delay_s + calls * knobs.call_delay_s)
        return answer

    def _admit(self, request: Request, given: Mapping[str, str]) -> Token:
        header = request.headers.get("authorization", "")
        scheme, _, bearer = header.partition(" ")
        text = given.get("access_token") or (bearer.strip() if scheme.lower() == "bearer" else "")
        if not text:
            raise Refused(5, "no access_token passed.")
        token = self._world.state.tokens.get(text)
        if token is None:
            raise Refused(5, "invalid access_token (4).")
        if token.expired:
            code = self._world.knobs.expired_token_code
            raise Refused(code, "access_token has expired." if code == 5 else "")
        self._world.gate.admit_request(text, token.kind)
        return token

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


def _upload_error(bad: BadPicture) -> dict[str, Any]:
    return {
        "error": f"{bad.code}: {bad.reason}",
        "error_code": _UPLOAD_ERROR_CODE,
        "error_msg": bad.reason,
        "error_descr": bad.code,
        "error_is_logged": False,
    }
