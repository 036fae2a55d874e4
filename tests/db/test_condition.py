import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evosync.db.condition import file_of, look_at_file, look_at_server
from evosync.db.urls import normalise_url
from evosync.errors import EvoSyncError, Misconfigured, TryLater


def test_a_sound_file_is_sound_whatever_is_in_its_name(sqlite_url: str, tmp_path: Path) -> None:
    file = Path(normalise_url(sqlite_url).database or "")
    odd = file.rename(tmp_path / "a base?mode=rw#1.db")
    seen = look_at_file(odd, 10)
    assert seen.trouble is None
    assert seen.size_bytes >= odd.stat().st_size


def test_a_file_is_only_read(sqlite_url: str, tmp_path: Path) -> None:
    file = file_of(sqlite_url)
    assert file is not None
    before = file.read_bytes()
    look_at_file(file, 10)
    assert file.read_bytes() == before
    with pytest.raises(EvoSyncError):
        look_at_file(tmp_path / "missing.db", 10)
    assert not (tmp_path / "missing.db").exists()


def test_a_great_file_is_not_looked_through_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "great.db"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text)")
        made.executemany("INSERT INTO t (text) VALUES (?)", [("чай",)] * 20_000)
    assert look_at_file(file, 0).trouble == ""


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(Misconfigured):
        look_at_file(tmp_path / "x.db", 10)


async def test_a_server_tells_what_it_is(mariadb_url: str) -> None:
    seen = await look_at_server(mariadb_url, 30)
    assert "MariaDB" in seen.version
    assert (seen.foreign_tables, seen.flush, seen.is_read_only) == (0, 0, False)  # as tests run it
    assert seen.packet_bytes >= 2**24
    assert seen.size_bytes > 0
    assert abs(seen.now - datetime.now(UTC)) < timedelta(minutes=1)
    assert file_of(mariadb_url) is None


async def test_a_server_that_takes_the_call_and_says_nothing_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with pytest.raises(TryLater) as raised:
            await look_at_server(f"mariadb://evosync:x@127.0.0.1:{port}/evosync", 0.1)
    assert raised.value.code == "database_down"
