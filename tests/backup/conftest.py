"""What tests of backups share."""

import shutil
from pathlib import Path

import pytest

from evosync.db.engine import open_database
from tests.backup.copies import make
from tests.db.people import add_user


@pytest.fixture
async def copy(sqlite_template: Path, tmp_path: Path) -> Path:
    """Give a backup without a passphrase, of a database where Anna has an account."""
    url = f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'annas.db')}"
    database = open_database(url)
    await add_user(database, "anna@example.com")
    await database.close()
    return (await make(url, tmp_path / "copy.zip")).path
