"""`/sync/photo`: the picture that goods are shown with, the user's own or the installation's."""

import asyncio

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.desk import Actor
from evosync.catalog.problem import Problem
from evosync.db import journal, pictures, problems, sync
from evosync.db.types import Tx
from evosync.pictures import (
    MAX_OWN_PHOTO_BYTES,
    MAX_PHOTO_RATIO,
    MAX_PHOTO_SIDES,
    MIN_PHOTO_SIDE,
    picture_problem,
    picture_type,
)
from evosync.web.auth import user_of, visit_of
from evosync.web.body_limit import Allowance
from evosync.web.forms import UNPROCESSABLE, sent_form
from evosync.web.state import state_of
from evosync.web.view import render, told

PATH = "/sync/photo"
MEGABYTES = MAX_OWN_PHOTO_BYTES // 1024**2
TOO_LARGE = f"Картинка больше {MEGABYTES} МБ. Выберите другую или уменьшите эту."
FRAME_BYTES = 64 * 1024  # what stands around a file in its form
ALLOWED = Allowance(
    limit=MAX_OWN_PHOTO_BYTES + FRAME_BYTES, sentence=TOO_LARGE, heard=64 * 1024 * 1024
)
KEPT = "private, max-age=31536000, immutable"

# A picture takes up to MAX_DECODED_BYTES while it is decoded, so there is one at a time.
_decoding = asyncio.Semaphore(1)


async def show(request: Request) -> Response:
    """Show the picture that is in use."""
    return await _page(request)


async def submit(request: Request) -> Response:
    """Take another picture, or go back to the installation's."""
    sent = await sent_form(request)
    if sent.get("remove") == "1":
        return await _drop(request)
    body, why = await _picture_in(sent)
    if why is not None:
        return await _page(request, why)
    state, user = state_of(request), user_of(request)
    actor = Actor.of(user, visit_of(request).address)

    async def work(tx: Tx) -> bool:
        now = state.desk.clock()
        is_new = await pictures.save_picture(tx, user.id, body, picture_type(body), now)
        if is_new:
            await journal.write_act(tx, state.desk.act("config.photo_set", actor, user))
        return is_new

    if not await state.database.write(work):
        return told(request, "sync-photo", "secondary", "Эта картинка уже стоит.")
    return told(request, "sync-photo", "success", "Картинка сохранена." + await _when(request))


async def picture(request: Request) -> Response:
    """Give the picture that is in use; under its own hash a browser may keep it."""
    state = state_of(request)
    async with state.database.read() as tx:
        own = await pictures.load_picture(tx, user_of(request).id)
    sha, body = state.opened.photo, state.opened.pictures[state.opened.photo]
    if own is not None:
        sha, body = own.sha, own.body
    headers = {"Cache-Control": KEPT} if request.query_params.get("v") == sha else {}
    return Response(body, media_type=picture_type(body), headers=headers)


async def _drop(request: Request) -> Response:
    state, user = state_of(request), user_of(request)
    actor = Actor.of(user, visit_of(request).address)

    async def work(tx: Tx) -> bool:
        was_there = await pictures.drop_picture(tx, user.id, state.desk.clock())
        if was_there:
            await journal.write_act(tx, state.desk.act("config.photo_dropped", actor, user))
        return was_there

    if not await state.database.write(work):
        return told(request, "sync-photo", "secondary", "Обычная картинка уже стоит.")
    words = "Вернули обычную картинку." + await _when(request)
    return told(request, "sync-photo", "success", words)


async def _picture_in(sent: FormData) -> tuple[bytes, str | None]:
    """Read the file of a form, and say why it cannot be taken, if it cannot."""
    file = sent.get("picture")
    if not isinstance(file, UploadFile) or not file.filename:
        return b"", "Выберите картинку."
    body = await file.read(MAX_OWN_PHOTO_BYTES + 1)
    if len(body) > MAX_OWN_PHOTO_BYTES:
        return b"", TOO_LARGE
    async with _decoding:
        why = await asyncio.to_thread(picture_problem, body)
    return body, None if why is None else why[0].upper() + why[1:]


async def _when(request: Request) -> str:
    """Say when it reaches VK, if it is to."""
    async with state_of(request).database.read() as tx:
        config = await sync.get_config(tx, user_of(request).id)
    is_on = config.enabled and config.mirror and config.confirmed_at is not None
    return " В VK она появится в ближайший запуск." if is_on else ""


async def _page(request: Request, why: str | None = None) -> Response:
    state, user = state_of(request), user_of(request)
    async with state.database.read() as tx:
        own = await pictures.find_picture(tx, user.id)
        counted = await problems.count_problems(tx, user.id)
    refused = next((each for each in counted if each.code == "photo_refused"), None)
    return render(
        request,
        "sync/photo.html",
        status=200 if why is None else UNPROCESSABLE,
        why=why,
        own=own,
        sha=own.sha if own else state.opened.photo,
        refusal=None if refused is None else reason_of(refused),
        megabytes=MEGABYTES,
        side=MIN_PHOTO_SIDE,
        sides=MAX_PHOTO_SIDES,
        ratio=MAX_PHOTO_RATIO,
    )


def reason_of(counted: problems.ProblemCount) -> str:
    """Say a reason that many goods share."""
    example = Problem(product_id="", store_id="", name="", code=counted.code, detail=counted.detail)
    return example.reason
