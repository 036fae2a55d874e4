"""The upload host: files come in by an upload_url and wait under a receipt to become photos."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from evosync.sandbox.vk.pictures import Picture
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.state import Photo, PictureUse, Receipt, UploadDoor, UploadedFile
from evosync.sandbox.vk.world import VkWorld

UPLOAD_PATH = "/upload/photo/v2"
SERVER = 893_418  # any number will do: clients only hand it back
FILES_MAX = 5  # a request; as PHP exporters send them


def open_door(world: VkWorld, door: UploadDoor, base_url: str) -> dict[str, Any]:
    """The answer `{upload_url}`; the address takes any number of files."""
    token = world.new_secret()
    world.state.doors[token] = door
    return {"upload_url": f"{base_url}{UPLOAD_PATH}?token={token}"}


def receive(world: VkWorld, door: UploadDoor, pictures: Sequence[Picture], *, bulk: bool) -> str:
    """Keep the pictures; the raw text to answer, which a save method wants back untouched."""
    hash_ = world.new_secret()
    for picture in pictures:
        world.state.pictures[picture.sha] = picture.thumb
    shape = {"product": _product_answer, "album": _album_answer, "old_product": _old_answer}
    bodies = [shape[door.use](world, door, picture, hash_) for picture in pictures]
    answer = msgspec.json.encode(bodies if bulk else bodies[0]).decode()
    files = [UploadedFile(width=p.width, height=p.height, sha=p.sha) for p in pictures]
    world.state.receipts[hash_] = Receipt(door=door, answer=answer, files=files)
    return answer


def redeem_response(world: VkWorld, user_id: int, upload_response: str) -> Receipt:
    """The receipt of a whole answer sent back: untouched, unused and the caller's own."""
    try:
        body = msgspec.json.decode(upload_response)
    except msgspec.DecodeError:
        raise bad_parameter("upload_response", "is not JSON") from None
    first = body[0] if isinstance(body, list) and body else body
    hash_ = first.get("hash") if isinstance(first, dict) else None
    if not isinstance(hash_, str):
        raise bad_parameter("upload_response", "has no hash")
    receipt = _unused(world, hash_, "product")
    if receipt.answer != upload_response.strip() or receipt.door.user_id != user_id:
        raise Refused(121)
    return receipt


def redeem_parts(
    world: VkWorld, *, use: PictureUse, group_id: int, photo: str, hash_: str
) -> Receipt:
    """The receipt of an answer sent back in parts, as the older save methods do."""
    receipt = _unused(world, hash_, use)
    if receipt.door.community_id != group_id:
        raise Refused(121)
    if msgspec.json.decode(receipt.answer)["photo"] != photo:
        raise Refused(129)
    return receipt


def save(world: VkWorld, receipt: Receipt) -> list[Photo]:
    """Make photos of the receipt's files, in their order."""
    receipt.saved = True
    photos = [
        Photo(
            photo_id=world.next_id(),
            community_id=receipt.door.community_id,
            user_id=receipt.door.user_id,
            use=receipt.door.use,
            width=file.width,
            height=file.height,
            sha=file.sha,
            created_at=world.clock(),
        )
        for file in receipt.files
    ]
    world.state.photos |= {photo.photo_id: photo for photo in photos}
    return photos


def _unused(world: VkWorld, hash_: str, use: PictureUse) -> Receipt:
    receipt = world.state.receipts.get(hash_)
    if receipt is None or receipt.door.use != use:
        raise Refused(121)
    if receipt.saved:
        raise Refused(22, "this file is saved already")
    return receipt


def _product_answer(
    world: VkWorld, door: UploadDoor, picture: Picture, hash_: str
) -> dict[str, Any]:
    return {
        "sha": picture.sha,
        "secret": world.new_secret()[:18],
        "meta": {
            "height": str(picture.height),
            "kid": hashlib.md5(picture.sha.encode(), usedforsecurity=False).hexdigest(),
            "width": str(picture.width),
        },
        "hash": hash_,
        "server": str(SERVER),
        "user_id": door.user_id,
        "group_id": door.community_id,
        "request_id": world.new_secret()[:20],
        "album_id": -53,
        "app_id": 51_000_000,
    }


def _album_answer(
    _world: VkWorld, door: UploadDoor, picture: Picture, hash_: str
) -> dict[str, Any]:
    photo = msgspec.json.encode([{"photo": picture.sha}]).decode()
    return {"server": SERVER, "photo": photo, "hash": hash_, "gid": door.community_id}


def _old_answer(_world: VkWorld, _door: UploadDoor, picture: Picture, hash_: str) -> dict[str, Any]:
    photo = msgspec.json.encode([{"photo": picture.sha}]).decode()
    crop = {"crop_data": picture.sha[:16], "crop_hash": hash_[:16]}
    return {"server": SERVER, "photo": photo, "hash": hash_} | crop
