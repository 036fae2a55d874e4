"""Small facts of the installation."""

from evosync.db import settings_kv
from evosync.db.engine import Database
from tests.builders import NOON


async def test_a_value_is_kept_under_its_name(database: Database) -> None:
    for value in ({"at": "noon"}, {"at": "night"}):
        await database.write(settings_kv.save_value, "backup", value, NOON)
        async with database.read() as tx:
            assert await settings_kv.find_value(tx, "backup") == value
            assert await settings_kv.find_value(tx, "other") is None
