"""When the last backup was made: a small fact of the installation, for /health and for admins."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from evosync.db.settings_kv import find_value, save_value
from evosync.db.types import Tx

_NAME = "last_backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """The last scheduled backup that was written whole: when, how big, under what file name."""

    made_at: datetime
    size_bytes: int
    file: str


async def find_last_backup(tx: Tx) -> LastBackup | None:
    """Find the last scheduled backup; None when there never was one."""
    value = await find_value(tx, _NAME)
    return None if value is None else msgspec.convert(value, LastBackup)


async def save_last_backup(tx: Tx, backup: LastBackup) -> None:
    """Remember a backup that is on disk now."""
    await save_value(tx, _NAME, msgspec.to_builtins(backup), backup.made_at)
