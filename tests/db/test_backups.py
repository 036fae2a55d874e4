from datetime import timedelta

from evosync.db.backups import LastBackup, find_last_backup, save_last_backup
from evosync.db.engine import Database
from tests.builders import NOON


async def test_the_last_backup_is_remembered_to_the_microsecond(database: Database) -> None:
    async with database.read() as tx:
        assert await find_last_backup(tx) is None
    older = LastBackup(made_at=NOON, size_bytes=1, file="older.zip")
    last = LastBackup(made_at=NOON + timedelta(microseconds=1), size_bytes=2**40, file="last.zip")
    await database.write(save_last_backup, older)
    await database.write(save_last_backup, last)
    async with database.read() as tx:
        assert await find_last_backup(tx) == last
