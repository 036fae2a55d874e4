"""Queries on the file with goods that anybody may fetch who knows its link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from evosync.db.accounts import UserStatus
from evosync.db.sync import SyncConfig, save_config
from evosync.db.tables.accounts import users
from evosync.db.tables.catalog import cached_groups, cached_products, cached_stores
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.market import product_links
from evosync.db.tables.sync import pictures, sync_configs
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A user's file: whether it is to be had, and the sealed secret of its link, if any."""

    is_on: bool = False
    sealed_secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """The secret of a link: sealed for the page that shows it, its SHA-256 (hex) to be found by."""

    sealed: str
    hashed: str


async def get_feed(tx: Tx, user_id: int) -> Feed:
    """Return a user's file; off for who has no settings yet."""
    rows = sync_configs.c
    row = (
        await tx.execute(select(rows.feed, rows.feed_secret).where(rows.user_id == user_id))
    ).one_or_none()
    return Feed() if row is None else Feed(is_on=row.feed, sealed_secret=row.feed_secret)


async def save_feed(
    tx: Tx, user_id: int, *, is_on: bool, secret: NewSecret | None, now: datetime
) -> None:
    """Switch a user's file on or off; a new `secret` makes the old link dead, None keeps it.

    Neither the version of the settings nor their moment moves: a run, or what
    a preview showed, has nothing to do with it.
    """
    values: dict[str, Any] = {"feed": is_on}
    if secret is not None:
        values |= {"feed_secret": secret.sealed, "feed_secret_hash": secret.hashed}
    change = update(sync_configs).where(sync_configs.c.user_id == user_id).values(**values)
    if (await tx.execute(change)).rowcount == 0:
        await save_config(tx, SyncConfig(user_id=user_id), now)
        await tx.execute(change)


async def find_feed_owner(tx: Tx, secret_hash: str) -> int | None:
    """Find whose file a link is for; None when it is off, or theirs is no active account."""
    config = sync_configs.c
    return await tx.scalar(
        select(config.user_id)
        .join(users, users.c.id == config.user_id)
        .where(
            config.feed_secret_hash == secret_hash,
            config.feed,
            users.c.status == UserStatus.ACTIVE.value,
        )
    )


async def find_mark(tx: Tx, user_id: int) -> tuple[Any, ...]:
    """Return what changes whenever the file may: counts and moments of rows, settings, names."""
    marks: list[Any] = []
    for table in (cached_stores, cached_groups, cached_products, product_links):
        query = select(func.count(), func.max(table.c.updated_at))
        marks += (await tx.execute(query.where(table.c.user_id == user_id))).one()
    config, shop, vk = sync_configs.c, evotor_connections.c, vk_connections.c
    # Not when a connection was changed: each check of its health does that.
    for query in (
        select(config.version, config.photo).where(config.user_id == user_id),
        select(shop.store_name).where(shop.user_id == user_id),
        select(vk.community_id).where(vk.user_id == user_id),
    ):
        row = (await tx.execute(query)).one_or_none()
        marks.append(None if row is None else tuple(row))
    return tuple(marks)


async def find_shown_picture(tx: Tx, sha256: str) -> bytes | None:
    """Find a user's own default picture by its hash, while it stands in a file that is on."""
    config = sync_configs.c
    return await tx.scalar(
        select(pictures.c.body)
        .join(sync_configs, config.user_id == pictures.c.user_id)
        .where(pictures.c.sha256 == sha256, config.photo == sha256, config.feed)
        .limit(1)
    )
