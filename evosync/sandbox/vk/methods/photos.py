"""Upload addresses and saved photos: of products, of album covers, by the removed methods."""

from msgspec import Struct

from evosync.sandbox.vk.answers import photo_json
from evosync.sandbox.vk.call import Answer, Call, Method
from evosync.sandbox.vk.parameters import Natural, Positive
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.state import PictureUse, Receipt, UploadDoor
from evosync.sandbox.vk.uploads import SERVER, open_door, redeem_parts, redeem_response, save


class ProductUploadServer(Struct, frozen=True, kw_only=True):
    """Parameters of market.getProductPhotoUploadServer."""

    group_id: Positive
    bulk: bool = False


class SaveProductPhoto(Struct, frozen=True, kw_only=True):
    """Parameters of market.saveProductPhoto and saveProductPhotoBulk."""

    upload_response: str


class UploadServer(Struct, frozen=True, kw_only=True):
    """Parameters of photos.getMarketAlbumUploadServer and the removed getMarketUploadServer."""

    group_id: Positive


class SavePhoto(Struct, frozen=True, kw_only=True):
    """Parameters of photos.saveMarketAlbumPhoto and the removed saveMarketPhoto."""

    group_id: Positive
    photo: str
    server: Natural
    hash: str


def product_upload_server(call: Call, params: ProductUploadServer) -> Answer:
    """An address for product photos; `bulk` changes nothing, as the field names tell enough."""
    return _door(call, params.group_id, "product")


def save_product_photo(call: Call, params: SaveProductPhoto) -> Answer:
    """One photo of the upload host's whole answer."""
    receipt = _redeemed(call, params)
    if len(receipt.files) != 1:
        raise bad_parameter("upload_response", "holds several files")
    return _saved(call, receipt)[0]


def save_product_photo_bulk(call: Call, params: SaveProductPhoto) -> Answer:
    """Photos of the upload host's whole answer, in the order of its files."""
    return _saved(call, _redeemed(call, params))


def album_upload_server(call: Call, params: UploadServer) -> Answer:
    """An address for album covers."""
    return _door(call, params.group_id, "album")


def save_album_photo(call: Call, params: SavePhoto) -> Answer:
    """A cover photo of the parts of the upload host's answer."""
    return _save_parts(call, params, "album")


def old_upload_server(call: Call, params: UploadServer) -> Answer:
    """The removed photos.getMarketUploadServer."""
    return _door(call, params.group_id, "old_product")


def save_old_photo(call: Call, params: SavePhoto) -> Answer:
    """The removed photos.saveMarketPhoto."""
    return _save_parts(call, params, "old_product")


def _door(call: Call, group_id: int, use: PictureUse) -> Answer:
    community = call.group_to_write(group_id)
    door = UploadDoor(community_id=community.community_id, user_id=call.token.bearer_id, use=use)
    return open_door(call.world, door, call.base_url)


def _redeemed(call: Call, params: SaveProductPhoto) -> Receipt:
    receipt = redeem_response(call.world, call.token.bearer_id, params.upload_response)
    call.group_to_write(receipt.door.community_id)
    return receipt


def _saved(call: Call, receipt: Receipt) -> list[Answer]:
    photos = save(call.world, receipt)
    return [{"photo_id": photo.photo_id, "photo": photo_json(call, photo)} for photo in photos]


def _save_parts(call: Call, params: SavePhoto, use: PictureUse) -> Answer:
    community = call.group_to_write(params.group_id)
    receipt = redeem_parts(
        call.world,
        use=use,
        group_id=community.community_id,
        photo=params.photo,
        hash_=params.hash,
    )
    if params.server != SERVER:
        raise Refused(118)
    return [photo_json(call, photo) for photo in save(call.world, receipt)]


METHODS = (
    Method(
        name="market.getProductPhotoUploadServer",
        params=ProductUploadServer,
        run=product_upload_server,
        scope="market",
    ),
    Method(
        name="market.saveProductPhoto",
        params=SaveProductPhoto,
        run=save_product_photo,
        scope="market",
        writes=True,
        in_execute=False,
    ),
    Method(
        name="market.saveProductPhotoBulk",
        params=SaveProductPhoto,
        run=save_product_photo_bulk,
        scope="market",
        writes=True,
        in_execute=False,
    ),
    Method(
        name="photos.getMarketAlbumUploadServer",
        params=UploadServer,
        run=album_upload_server,
        scope="photos",
    ),
    Method(
        name="photos.saveMarketAlbumPhoto",
        params=SavePhoto,
        run=save_album_photo,
        scope="photos",
        writes=True,
        in_execute=False,
    ),
)

# Answered only while the switch `removed_photo_methods` is on.
REMOVED_METHODS = (
    Method(
        name="photos.getMarketUploadServer",
        params=UploadServer,
        run=old_upload_server,
        scope="photos",
    ),
    Method(
        name="photos.saveMarketPhoto",
        params=SavePhoto,
        run=save_old_photo,
        scope="photos",
        writes=True,
        in_execute=False,
    ),
)
