"""Small facts of the installation, by name, such as when the last backup was made."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from evosync.db.tables.journal import settings_kv
from evosync.db.types import Tx


async def find_value(tx: Tx, name: str) -> Any:
    """Find a value (whatever JSON can hold); None when there is none."""
    return await tx.scalar(select(settings_kv.c.value).where(settings_kv.c.name == name))


async def save_value(tx: Tx, name: str, value: Any, now: datetime) -> None:
    """Save a value under a name."""
    await tx.execute(delete(settings_kv).where(settings_kv.c.name == name))
    await tx.execute(insert(settings_kv).values(name=name, value=value, updated_at=now))
