"""`/vk-catalog/pictures/{kind}/{id}`: a picture of VK's, by way of us, for a page that shows it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from evosync.db import thumbs
from evosync.web.assets import FOLDER
from evosync.web.market_face import NO_PICTURE, find_face
from evosync.web.routing import number_in_path
from evosync.web.state import state_of

_FIND = {"item": thumbs.find_item_thumb, "album": thumbs.find_album_thumb}
# Its address changes when the picture does.
_FOR_A_DAY = "private, max-age=86400, immutable"
_FOR_A_WHILE = "private, max-age=60"


async def show(request: Request) -> Response:
    """Give the picture, or one that stands for it: a picture that is missing breaks no page."""
    find = _FIND.get(request.path_params["kind"])
    if find is None:
        raise HTTPException(404)
    number = number_in_path(request)
    async with state_of(request).database.read() as tx:
        face = await find_face(request, tx)
        row = None if face is None else await find(tx, face.place, number)
    if row is None:
        raise HTTPException(404)
    [address] = row
    thumb = None if address is None else await state_of(request).opened.thumbs.find(address)
    if thumb is None:
        return FileResponse(FOLDER / NO_PICTURE, headers={"Cache-Control": _FOR_A_WHILE})
    return Response(
        thumb.body, media_type=thumb.content_type, headers={"Cache-Control": _FOR_A_DAY}
    )
