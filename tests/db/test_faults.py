"""What a driver's error comes to."""

import sqlite3

import pytest
from asyncmy.errors import OperationalError as MariaDbError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from evosync.db.faults import fault_from, is_replayed
from evosync.errors import EvoSyncError, Misconfigured, TryLater


def sqlite_error(code: int) -> DBAPIError:
    """Build SQLite's error as SQLAlchemy wraps it."""
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    return DBAPIError("SELECT secret", {"token": "hunter2"}, error)


def mariadb_error(code: int) -> DBAPIError:
    """Build MariaDB's error as SQLAlchemy wraps it."""
    return DBAPIError("SELECT secret", {"token": "hunter2"}, MariaDbError(code, "words"))


BUSY_SNAPSHOT = 517  # https://sqlite.org/rescode.html#busy_snapshot


@pytest.mark.parametrize(
    ("error", "kind", "why"),
    [
        pytest.param(
            sqlite_error(sqlite3.SQLITE_CORRUPT), Misconfigured, "повреждён", id="corrupt"
        ),
        pytest.param(sqlite_error(sqlite3.SQLITE_NOTADB), Misconfigured, "не база", id="no base"),
        pytest.param(sqlite_error(sqlite3.SQLITE_FULL), Misconfigured, "нет места", id="full"),
        pytest.param(sqlite_error(sqlite3.SQLITE_READONLY), Misconfigured, "чтения", id="readonly"),
        pytest.param(sqlite_error(BUSY_SNAPSHOT), TryLater, "занята", id="busy"),
        pytest.param(mariadb_error(1045), Misconfigured, "пароль", id="denied"),
        pytest.param(mariadb_error(1213), TryLater, "занята", id="deadlock"),
        pytest.param(mariadb_error(2013), TryLater, "не отвечает", id="connection lost"),
        pytest.param(ConnectionResetError(), TryLater, "не отвечает", id="socket"),
        pytest.param(PoolTimeout(), TryLater, "не отвечает", id="no free connection"),
    ],
)
def test_a_fault_is_one_sentence_without_values(
    error: Exception, kind: type[EvoSyncError], why: str
) -> None:
    fault = fault_from(error)
    assert isinstance(fault, kind)
    assert why in fault.message
    assert "hunter2" not in f"{fault}{fault.cause}"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(sqlite_error(sqlite3.SQLITE_ERROR), id="SQLite: syntax"),
        pytest.param(mariadb_error(1064), id="MariaDB: syntax"),
        pytest.param(ValueError(), id="not the database's"),
    ],
)
def test_a_mistake_of_ours_is_no_fault(error: Exception) -> None:
    assert fault_from(error) is None
    assert not is_replayed(error)


@pytest.mark.parametrize(
    "error",
    [sqlite_error(sqlite3.SQLITE_BUSY), *map(mariadb_error, (1020, 1205, 1213))],
    ids=["SQLite busy", "changed since read", "lock wait", "deadlock"],
)
def test_what_others_broke_off_is_replayed(error: Exception) -> None:
    assert is_replayed(error)
