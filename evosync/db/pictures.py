"""Queries on the picture that a user gives to goods without one, in place of the installation's."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from evosync.db.sync import get_config, save_config
from evosync.db.tables.sync import pictures, sync_configs
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPicture:
    """A user's own picture; `sha` is the SHA-256 (hex) of the file's bytes."""

    sha: str
    content_type: str
    uploaded_at: datetime
    body: bytes = field(repr=False, default=b"")


async def find_picture(tx: Tx, user_id: int) -> OwnPicture | None:
    """Find a user's own picture without its bytes, which are many."""
    rows = pictures.c
    query = select(rows.sha256, rows.content_type, rows.uploaded_at).where(_is_used_by(user_id))
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    return OwnPicture(sha=row.sha256, content_type=row.content_type, uploaded_at=row.uploaded_at)


async def load_picture(tx: Tx, user_id: int) -> OwnPicture | None:
    """Find a user's own picture with its bytes, for who sends it on."""
    row = (await tx.execute(select(pictures).where(_is_used_by(user_id)))).one_or_none()
    if row is None:
        return None
    return OwnPicture(
        sha=row.sha256,
        content_type=row.content_type,
        uploaded_at=row.uploaded_at,
        body=row.body,
    )


async def save_picture(tx: Tx, user_id: int, body: bytes, content_type: str, now: datetime) -> bool:
    """Put a picture in place of the one before; False when it is the same one: nothing is written.

    The version of the settings grows, so that a run that goes on stops early.
    """
    sha = hashlib.sha256(body).hexdigest()
    config = await get_config(tx, user_id, will_save=True)
    values = {"sha256": sha, "content_type": content_type, "body": body, "uploaded_at": now}
    standing = await tx.scalar(select(pictures.c.sha256).where(pictures.c.user_id == user_id))
    if config.photo == sha == standing:
        return False
    if standing is None:
        await tx.execute(insert(pictures).values(user_id=user_id, **values))
    else:
        await tx.execute(update(pictures).where(pictures.c.user_id == user_id).values(**values))
    await save_config(tx, replace(config, photo=sha), now)
    return True


async def drop_picture(tx: Tx, user_id: int, now: datetime) -> bool:
    """Go back to the installation's picture; False when that was in use already."""
    config = await get_config(tx, user_id, will_save=True)
    dropped = await tx.execute(delete(pictures).where(pictures.c.user_id == user_id))
    if config.photo is None:
        return bool(dropped.rowcount)
    await save_config(tx, replace(config, photo=None), now)
    return True


def _is_used_by(user_id: int) -> ColumnElement[bool]:
    in_use = select(sync_configs.c.photo).where(sync_configs.c.user_id == user_id)
    return and_(pictures.c.user_id == user_id, pictures.c.sha256 == in_use.scalar_subquery())
