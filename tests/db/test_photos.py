"""Photo ids of pictures, by content and community."""

from evosync.db.engine import Database
from evosync.db.photos import PhotoShelf
from tests.builders import NOON, PHOTO

OTHER = "0" * 64


def shelf(database: Database, user_id: int, community_id: int = 1) -> PhotoShelf:
    """Open the shelf of a community."""
    return PhotoShelf(database, user_id=user_id, community_id=community_id, clock=lambda: NOON)


async def test_a_photo_id_is_found_by_the_pictures_content(database: Database, anna: int) -> None:
    own = shelf(database, anna)
    assert await own.find(PHOTO) is None
    for photo_id in (457_239_017, 457_239_018):
        await own.save(PHOTO, photo_id)
        assert await own.find(PHOTO) == photo_id
    assert await own.find(OTHER) is None


async def test_a_photo_id_belongs_to_one_community(database: Database, anna: int) -> None:
    await shelf(database, anna).save(PHOTO, 1)
    assert await shelf(database, anna, 2).find(PHOTO) is None


async def test_a_community_that_takes_no_shared_photos_is_remembered(
    database: Database, anna: int
) -> None:
    for community_id in (1, 2):
        await shelf(database, anna, community_id).save(PHOTO, 1)
    assert not await shelf(database, anna).is_sharing_refused()
    await shelf(database, anna).refuse_sharing()
    assert await shelf(database, anna).is_sharing_refused()
    assert not await shelf(database, anna, 2).is_sharing_refused()
