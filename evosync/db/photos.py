"""What VK calls our pictures: photo ids by content and community (design: R12)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert, select, update

from evosync import clock
from evosync.db.engine import Database
from evosync.db.tables.market import photos
from evosync.db.types import Tx

_SHARED = ""  # the product id of a photo that items share


class PhotoShelf:
    """The shared pictures of one user's community, by SHA-256 (hex)."""

    def __init__(
        self,
        database: Database,
        *,
        user_id: int,
        community_id: int,
        clock: Callable[[], datetime] = clock.now,
    ) -> None:
        self._database = database
        self._whose = {"user_id": user_id, "community_id": community_id}
        self._clock = clock
        self._is_ours = (
            photos.c.user_id == user_id,
            photos.c.community_id == community_id,
            photos.c.product_id == _SHARED,
        )

    async def find(self, sha: str) -> int | None:
        """Return the photo id that VK gave for this picture."""
        async with self._database.read() as tx:
            found: int | None = await tx.scalar(
                select(photos.c.photo_id).where(*self._is_ours, photos.c.sha256 == sha)
            )
            return found

    async def save(self, sha: str, photo_id: int) -> None:
        """Remember a picture's photo id, in place of an older one."""
        await self._database.write(self._save, sha, photo_id)

    async def is_sharing_refused(self) -> bool:
        """Tell whether VK refuses one photo id on several items of this community."""
        async with self._database.read() as tx:
            found = await tx.execute(
                select(photos.c.sha256)
                .where(*self._is_ours, photos.c.refused_at.is_not(None))
                .limit(1)
            )
            return found.first() is not None

    async def refuse_sharing(self) -> None:
        """Remember that it does; the photos shared so far are what it was refused for."""
        await self._database.write(self._refuse)

    async def _save(self, tx: Tx, sha: str, photo_id: int) -> None:
        values = {"photo_id": photo_id, "uploaded_at": self._clock()}
        changed = await tx.execute(
            update(photos).where(*self._is_ours, photos.c.sha256 == sha).values(**values)
        )
        if changed.rowcount == 0:
            await tx.execute(
                insert(photos).values(
                    **self._whose, sha256=sha, product_id=_SHARED, refused_at=None, **values
                )
            )

    async def _refuse(self, tx: Tx) -> None:
        await tx.execute(update(photos).where(*self._is_ours).values(refused_at=self._clock()))
