"""What the pages of the goods in VK have in common: whose market it is, and where it is seen."""

import hashlib
from dataclasses import dataclass

from starlette.requests import Request

from evosync.db import connections
from evosync.db.links import Place
from evosync.db.types import Tx
from evosync.vk.addresses import Storefront, storefront
from evosync.web.assets import static
from evosync.web.auth import user_of
from evosync.web.state import state_of

NO_PICTURE = "no-picture.svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFace:
    """The market of the person who looks."""

    place: Place
    front: Storefront


async def find_face(request: Request, tx: Tx) -> MarketFace | None:
    """Find the market of whoever looks; None while no community is connected."""
    user_id = user_of(request).id
    vk = await connections.find_vk_sign_in(tx, user_id)
    if vk is None or vk.community_id is None:
        return None
    api_url = state_of(request).opened.settings.vk_api_url
    return MarketFace(
        place=Place(user_id=user_id, community_id=vk.community_id),
        front=storefront(vk.community_id, api_url),
    )


def picture_of(request: Request, kind: str, number: int, thumb_url: str | None) -> str:
    """Return the address of ours that shows a picture of VK's; another picture has another one."""
    if thumb_url is None:
        return static(NO_PICTURE)
    path = request.app.url_path_for("vk-catalog-picture", kind=kind, id=number)
    return f"{path}?v={hashlib.sha256(thumb_url.encode()).hexdigest()[:10]}"
