"""Queries on the settings of the mirror: one row a user, with defaults for who has none."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from evosync.db.shop_account import find_current_account
from evosync.db.tables.connections import vk_connections
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from evosync.engine.rules import (
    AdoptPolicy,
    GonePolicy,
    LeftBehind,
    Rounding,
    StockMode,
    TwinsPolicy,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncConfig:
    """The settings of one user's mirror.

    `version` grows with every change of settings or switches; a run that
    finds it changed stops early. `photo` is the SHA-256 (hex) of the user's
    own default picture.
    """

    user_id: int
    enabled: bool = False
    confirmed_at: datetime | None = None
    price_multiplier: Decimal = Decimal(1)
    rounding: Rounding = Rounding.NONE
    stock_mode: StockMode = StockMode.FIXED
    gone: GonePolicy = GonePolicy.HIDE
    adopt: AdoptPolicy = AdoptPolicy.ASK
    twins: TwinsPolicy = TwinsPolicy.ONE
    left_behind: LeftBehind = LeftBehind.LEAVE
    allow_marked: bool = False
    allow_unknown_type: bool = False
    refresh_evotor: bool = True
    refresh_vk: bool = True
    mirror: bool = True
    feed: bool = False
    photo: str | None = None
    version: int = 0


async def get_config(tx: Tx, user_id: int, *, will_save: bool = False) -> SyncConfig:
    """Return a user's settings.

    Who means to save them again in the same transaction says so: the row is
    then locked, and no other change can slip in between.
    """
    query = select(sync_configs).where(sync_configs.c.user_id == user_id)
    row = (await tx.execute(query.with_for_update() if will_save else query)).one_or_none()
    if row is None:
        return SyncConfig(user_id=user_id)
    return SyncConfig(
        user_id=user_id,
        rounding=Rounding(row.rounding),
        stock_mode=StockMode(row.stock_mode),
        gone=GonePolicy(row.gone),
        adopt=AdoptPolicy(row.adopt),
        twins=TwinsPolicy(row.twins),
        left_behind=LeftBehind(row.left_behind or LeftBehind.LEAVE),
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
    )


async def save_config(tx: Tx, config: SyncConfig, now: datetime, *, outdates: bool = True) -> None:
    """Save a user's settings; the version grows.

    Unless it `outdates` what a preview showed, their moment stays. With
    `confirmed_at` new, the community and the Evotor account of this moment
    are what was confirmed.
    """
    values = _values(config)
    if config.confirmed_at is not None:
        values |= await _confirmed(tx, config)
    moment = {"updated_at": now} if outdates else {}
    changed = await tx.execute(
        update(sync_configs)
        .where(sync_configs.c.user_id == config.user_id)
        .values(**values, **moment, version=sync_configs.c.version + 1)
    )
    if changed.rowcount == 0:
        await tx.execute(
            insert(sync_configs).values(user_id=config.user_id, **values, version=1, updated_at=now)
        )


async def touch_config(tx: Tx, user_id: int, now: datetime) -> None:
    """Let the version grow, and so lock the row until the transaction ends."""
    changed = await tx.execute(
        update(sync_configs)
        .where(sync_configs.c.user_id == user_id)
        .values(version=sync_configs.c.version + 1, updated_at=now)
    )
    if changed.rowcount == 0:
        await save_config(tx, SyncConfig(user_id=user_id), now)


async def step_version(tx: Tx, user_id: int, now: datetime) -> None:
    """Let the version grow for what a reading switched, and so lock the row.

    The moment of the settings stays: no person changed anything that a preview was made of.
    """
    changed = await tx.execute(
        update(sync_configs)
        .where(sync_configs.c.user_id == user_id)
        .values(version=sync_configs.c.version + 1)
    )
    if changed.rowcount == 0:
        await save_config(tx, SyncConfig(user_id=user_id), now)


async def reset_mark(tx: Tx, user_id: int, now: datetime) -> None:
    """Count the high mark of items on sale from now on: a person agreed to what is left of them.

    The version does not grow: it is no setting.
    """
    await tx.execute(
        update(sync_configs).where(sync_configs.c.user_id == user_id).values(mark_reset_at=now)
    )


async def forget_confirmation(tx: Tx, user_id: int, is_other: ColumnElement[bool]) -> None:
    """Ask for a new confirmation if what was confirmed `is_other` than what is connected now."""
    await tx.execute(
        update(sync_configs)
        .where(sync_configs.c.user_id == user_id, is_other)
        .values(confirmed_at=None, version=sync_configs.c.version + 1)
    )


_AS_THEY_ARE = (
    *("enabled", "confirmed_at", "price_multiplier", "allow_marked", "allow_unknown_type"),
    *("refresh_evotor", "refresh_vk", "mirror", "feed", "photo", "version"),
)


def _values(config: SyncConfig) -> dict[str, Any]:
    return {
        **{name: getattr(config, name) for name in _AS_THEY_ARE if name != "version"},
        "rounding": config.rounding.value,
        "stock_mode": config.stock_mode.value,
        "gone": config.gone.value,
        "adopt": config.adopt.value,
        "twins": config.twins.value,
        "left_behind": config.left_behind.value,
    }


async def _confirmed(tx: Tx, config: SyncConfig) -> dict[str, Any]:
    before = await tx.scalar(
        select(sync_configs.c.confirmed_at).where(sync_configs.c.user_id == config.user_id)
    )
    if before == config.confirmed_at:
        return {}
    community_id = await tx.scalar(
        select(vk_connections.c.community_id).where(vk_connections.c.user_id == config.user_id)
    )
    return {
        "confirmed_community_id": community_id,
        "confirmed_evotor_user_id": await find_current_account(tx, config.user_id),
    }
