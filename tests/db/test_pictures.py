"""A user's own picture: one a user, in use as long as the settings name it."""

import hashlib
from datetime import timedelta

from evosync.db import pictures, sync
from evosync.db.engine import Database
from evosync.db.pictures import OwnPicture
from evosync.pictures import MAX_OWN_PHOTO_BYTES
from tests.builders import NOON

JPEG, PNG = b"\xff\xd8\xff" + b"one", b"\x89PNG" + b"another"


async def stands(database: Database, user_id: int) -> OwnPicture | None:
    async with database.read() as tx:
        found = await pictures.find_picture(tx, user_id)
        whole = await pictures.load_picture(tx, user_id)
        config = await sync.get_config(tx, user_id)
    assert (found is None) is (whole is None) is (config.photo is None)
    if found is not None and whole is not None:
        assert (found.sha, found.body, config.photo) == (whole.sha, b"", whole.sha)
    return whole


async def version(database: Database, user_id: int) -> int:
    async with database.read() as tx:
        return (await sync.get_config(tx, user_id)).version


async def test_a_picture_takes_the_place_of_the_one_before_and_goes(
    database: Database, anna: int, boris: int
) -> None:
    assert await stands(database, anna) is None
    assert not await database.write(pictures.drop_picture, anna, NOON)
    for body, kind in ((JPEG, "image/jpeg"), (PNG, "image/png")):
        before = await version(database, anna)
        assert await database.write(pictures.save_picture, anna, body, kind, NOON)
        assert await version(database, anna) == before + 1
        found = await stands(database, anna)
        assert found is not None
        assert (found.body, found.content_type) == (body, kind)
        assert found.sha == hashlib.sha256(body).hexdigest()
    assert await stands(database, boris) is None
    assert await database.write(pictures.drop_picture, anna, NOON)
    assert await stands(database, anna) is None


async def test_the_same_picture_again_changes_nothing(database: Database, anna: int) -> None:
    await database.write(pictures.save_picture, anna, JPEG, "image/jpeg", NOON)
    before = await version(database, anna)
    later = NOON + timedelta(hours=1)
    assert not await database.write(pictures.save_picture, anna, JPEG, "image/jpeg", later)
    assert await version(database, anna) == before


async def test_the_largest_picture_is_kept_whole(database: Database, anna: int) -> None:
    body = JPEG.ljust(MAX_OWN_PHOTO_BYTES, b"\0")  # each byte takes two in a statement
    await database.write(pictures.save_picture, anna, body, "image/jpeg", NOON)
    found = await stands(database, anna)
    assert found is not None
    assert found.body == body
