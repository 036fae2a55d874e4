"""Column types: what goes in comes out the same from both databases."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from evosync.db import settings_kv, sync
from evosync.db.engine import Database
from evosync.db.sync import SyncConfig
from evosync.db.tables.journal import settings_kv as rows
from evosync.db.types import NAME_LENGTH, Quantity, folded
from tests.builders import NOON


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(NOON, id="UTC"),
        pytest.param(NOON.replace(microsecond=123456), id="microseconds"),
        pytest.param(NOON.astimezone(timezone(timedelta(hours=3))), id="Moscow"),
    ],
)
async def test_a_moment_comes_back_as_it_was(database: Database, moment: datetime) -> None:
    await database.write(settings_kv.save_value, "backup", None, moment)
    async with database.read() as tx:
        found = await tx.scalar(select(rows.c.updated_at))
    assert found == moment
    assert found.tzinfo is UTC


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a time zone"):
        await database.write(settings_kv.save_value, "backup", None, naive)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"б": [1, None, "🫖"], "a": {"c": True}}, id="object"),
        pytest.param([], id="empty list"),
        pytest.param("текст", id="text"),
        pytest.param(None, id="nothing"),
    ],
)
async def test_a_plain_value_comes_back_as_it_was(database: Database, value: Any) -> None:
    await database.write(settings_kv.save_value, "value", value, NOON)
    async with database.read() as tx:
        assert await settings_kv.find_value(tx, "value") == value


@pytest.mark.parametrize("multiplier", ["0.01", "1", "1.2345", "100"])
async def test_a_multiplier_comes_back_exact(
    database: Database, anna: int, multiplier: str
) -> None:
    config = SyncConfig(user_id=anna, price_multiplier=Decimal(multiplier))
    await database.write(sync.save_config, config, NOON)
    async with database.read() as tx:
        assert (await sync.get_config(tx, anna)).price_multiplier == Decimal(multiplier)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("1.0005", "1.001", id="half up"),
        pytest.param("-0.0005", "-0.001", id="half up, below zero"),
        pytest.param("0.1", "0.1", id="fewer places"),
        pytest.param("1E+30", "999999999999.999", id="beyond the column"),
        pytest.param("-1E+30", "-999999999999.999", id="beyond the column, below zero"),
    ],
)
def test_a_quantity_is_rounded_as_its_column_holds_it(given: str, kept: str) -> None:
    assert Quantity.rounded(Decimal(given)) == Decimal(kept)


def test_a_folded_name_fits_its_column() -> None:
    # One sign that folds into eighteen (U+FDFA).
    assert len(folded("\ufdfa" * 100)) == NAME_LENGTH
