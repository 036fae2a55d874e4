"""`/feed/{secret}.yml`: what would be published, as a file, for whoever knows the link."""

import asyncio
import gzip
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from evosync.db import feed
from evosync.pictures import picture_type
from evosync.web.feed_card import hash_secret
from evosync.web.feed_file import FeedFile
from evosync.web.state import state_of
from evosync.web.yml import CONTENT_TYPE

LONGEST_SECRET = 200  # characters; ours are shorter

_SHA256 = re.compile("[0-9a-f]{64}")
_ROBOTS = {"X-Robots-Tag": "noindex"}


async def show(request: Request) -> Response:
    """Give the file; a link that leads nowhere, and one that is off, are told alike."""
    secret = request.path_params["secret"]
    if len(secret) > LONGEST_SECRET:
        return _nothing()
    state = state_of(request)
    async with state.database.read() as tx:
        user_id = await feed.find_feed_owner(tx, hash_secret(secret))
    if user_id is None:
        return _nothing()
    file = await state.feeds.get(state.opened, user_id)
    # A program has to ask again each time, and is told in few bytes that nothing is new.
    headers = {
        "Cache-Control": "no-cache",
        "ETag": f'W/"{file.digest[:32]}"',
        "Last-Modified": format_datetime(file.changed_at.astimezone(UTC), usegmt=True),
        "Vary": "Accept-Encoding",
        **_ROBOTS,
    }
    if _is_known(request, file):
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request):
        packed = headers | {"Content-Encoding": "gzip"}
        return Response(file.packed, media_type=CONTENT_TYPE, headers=packed)
    body = await asyncio.to_thread(gzip.decompress, file.packed)
    return Response(body, media_type=CONTENT_TYPE, headers=headers)


async def show_picture(request: Request) -> Response:
    """Give the picture of goods that have none, by its hash: it is no secret."""
    sha256, state = request.path_params["sha256"], state_of(request)
    if not _SHA256.fullmatch(sha256):
        return _nothing()
    body = state.opened.pictures.get(sha256)
    if body is None:
        async with state.database.read() as tx:
            body = await feed.find_shown_picture(tx, sha256)
    if body is None:
        return _nothing()
    kept = {"Cache-Control": "public, max-age=86400, immutable"}
    return Response(body, media_type=picture_type(body), headers=kept | _ROBOTS)


def _nothing() -> Response:
    return PlainTextResponse("Такой ссылки нет.\n", 404, headers=_ROBOTS)


def _is_known(request: Request, file: FeedFile) -> bool:
    """Tell whether whoever asks has this content already."""
    known = request.headers.get("if-none-match")
    if known is not None:
        names = (name.strip().removeprefix("W/").strip('"') for name in known.split(","))
        return known.strip() == "*" or file.digest[:32] in names
    since = _moment(request.headers.get("if-modified-since", ""))
    return since is not None and file.changed_at.replace(microsecond=0) <= since


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _takes_gzip(request: Request) -> bool:
    offers = (each.strip() for each in request.headers.get("accept-encoding", "").split(","))
    return any(
        each.partition(";")[0] == "gzip" and "q=0" not in each.replace(" ", "").split(";")
        for each in offers
    )
