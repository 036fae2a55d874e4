"""A SQLite file's locks outlive whatever else looks at the file from within the service."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from evosync.clock import now
from evosync.db.dumping import open_dump
from evosync.db.engine import Database, open_database
from evosync.db.migrate import check_schema
from evosync.db.serving import is_served, one_serve
from evosync.db.settings_kv import find_value, save_value
from evosync.db.urls import check_file

# What `evosync sync` beside the service does in the end: the last connection of a process closes.
PASSER_BY = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT value FROM settings_kv WHERE name = 'last'").fetchone()[0])
connection.close()
"""


async def _dump(file: Path) -> None:
    async with open_dump(f"sqlite:///{file}"):
        pass


async def _serve(file: Path) -> None:
    async with one_serve(f"sqlite:///{file}"):
        pass


async def _open(file: Path) -> None:
    other = open_database(f"sqlite:///{file}")
    async with other.read() as tx:
        await find_value(tx, "last")
    await other.close()


async def _look(file: Path) -> None:
    check_file(file)


LOOKS: dict[str, Callable[[Path], Awaitable[object]]] = {
    "a backup": _dump,
    "the schema": lambda file: check_schema(f"sqlite:///{file}"),
    "the lock of serve": _serve,
    "whether it is served": lambda file: is_served(f"sqlite:///{file}"),
    "another pool": _open,
    "the file": _look,
}


async def passer_by_reads(file: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", PASSER_BY, str(file), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    return told.decode().strip()


@pytest.mark.parametrize("look", [pytest.param(look, id=name) for name, look in LOOKS.items()])
async def test_who_looks_at_the_file_takes_no_lock_from_the_service(
    look: Callable[[Path], Awaitable[object]], sqlite_url: str
) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    service = open_database(sqlite_url)
    await service.write(save_value, "last", 1, now())
    await look(file)
    assert await passer_by_reads(file) == "1"
    # The passer-by was not the last one: what is written now is there for everybody.
    await service.write(save_value, "last", 2, now())
    assert await passer_by_reads(file) == "2"
    assert await _as_after_a_kill(service, file) == "2"


async def _as_after_a_kill(service: Database, file: Path) -> str:
    """Read what a copy of the files holds, which nobody closes first."""
    copy = file.with_name("copied.db")
    for suffix in ("", "-wal"):
        beside = file.with_name(file.name + suffix)
        if beside.exists():
            copy.with_name(copy.name + suffix).write_bytes(
                await asyncio.to_thread(beside.read_bytes)
            )
    await service.close()
    return await passer_by_reads(copy)
