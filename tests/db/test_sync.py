"""The settings of the mirror: defaults, changes, and no change lost."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

from evosync.db import sync
from evosync.db.engine import Database
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.rules import (
    AdoptPolicy,
    GonePolicy,
    LeftBehind,
    Rounding,
    StockMode,
    TwinsPolicy,
)
from tests.builders import NOON


async def config_of(database: Database, user_id: int) -> SyncConfig:
    """Return a user's settings."""
    async with database.read() as tx:
        return await sync.get_config(tx, user_id)


async def test_a_new_user_has_the_defaults(database: Database, anna: int) -> None:
    found = await config_of(database, anna)
    assert replace(found, version=0) == SyncConfig(user_id=anna)
    assert (found.enabled, found.mirror, found.refresh_evotor, found.refresh_vk) == (
        False,
        True,
        True,
        True,
    )


async def test_who_has_no_row_has_the_defaults(database: Database) -> None:
    assert await config_of(database, 12345) == SyncConfig(user_id=12345)


async def test_every_setting_comes_back(database: Database, anna: int) -> None:
    config = SyncConfig(
        user_id=anna,
        enabled=True,
        confirmed_at=NOON,
        price_multiplier=Decimal("1.15"),
        rounding=Rounding.X9,
        stock_mode=StockMode.REAL,
        gone=GonePolicy.ZERO,
        adopt=AdoptPolicy.NEVER,
        twins=TwinsPolicy.BOTH,
        left_behind=LeftBehind.HIDE,
        allow_marked=True,
        allow_unknown_type=True,
        refresh_evotor=False,
        refresh_vk=False,
        mirror=False,
        feed=True,
        photo="ab" * 32,
    )
    await database.write(sync.save_config, config, NOON)
    found = await config_of(database, anna)
    assert replace(found, version=0) == config


async def test_a_change_makes_the_version_grow(database: Database, anna: int) -> None:
    before = (await config_of(database, anna)).version
    await database.write(sync.save_config, SyncConfig(user_id=anna), NOON)
    await database.write(sync.touch_config, anna, NOON)
    assert (await config_of(database, anna)).version == before + 2


async def test_settings_changed_at_once_are_all_kept(database: Database, anna: int) -> None:
    async def change(tx: Tx, name: str) -> None:
        config = await sync.get_config(tx, anna, will_save=True)
        await asyncio.sleep(0)
        changes: dict[str, Any] = {name: True}
        await sync.save_config(tx, replace(config, **changes), NOON)

    names = ("enabled", "allow_marked", "allow_unknown_type", "feed")
    await asyncio.gather(*(database.write(change, name) for name in names))
    found = await config_of(database, anna)
    assert [getattr(found, name) for name in names] == [True] * 4
