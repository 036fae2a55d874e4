"""What a driver's error comes to."""

import sqlite3
import ssl

import pytest
from asyncmy.errors import OperationalError as MariaDbError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from evosync.db.faults import connection_fault, fault_from, is_replayed
from evosync.errors import EvoSyncError, Misconfigured, TryLater
from evosync.redact import mask_text


def sqlite_error(code: int) -> DBAPIError:
    """Build SQLite's error as SQLAlchemy wraps it."""
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    return DBAPIError("SELECT secret", {"token": "hunter2"}, error)


def mariadb_error(code: int) -> DBAPIError:
    """Build MariaDB's error as SQLAlchemy wraps it."""
    return DBAPIError("SELECT secret", {"token": "hunter2"}, MariaDbError(code, "words"))


SHM_SIZE = 4874  # https://sqlite.org/rescode.html#ioerr_shmsize
BUSY_SNAPSHOT = 517  # https://sqlite.org/rescode.html#busy_snapshot


@pytest.mark.parametrize(
    ("error", "kind", "why"),
    [
        pytest.param(
            sqlite_error(sqlite3.SQLITE_CORRUPT), Misconfigured, "повреждён", id="corrupt"
        ),
        pytest.param(sqlite_error(sqlite3.SQLITE_NOTADB), Misconfigured, "не база", id="no base"),
        pytest.param(sqlite_error(sqlite3.SQLITE_FULL), Misconfigured, "нет места", id="full"),
        pytest.param(
            sqlite_error(SHM_SIZE), Misconfigured, "есть ли на нём место", id="no room beside"
        ),
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
    fault = connection_fault(error)
    assert isinstance(fault, kind)
    assert why in fault.message
    assert "hunter2" not in f"{fault}{fault.cause}"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(sqlite_error(sqlite3.SQLITE_ERROR), id="SQLite: no such table"),
        pytest.param(mariadb_error(1290), id="MariaDB: read only"),
        pytest.param(mariadb_error(1146), id="MariaDB: no such table"),
        pytest.param(DBAPIError("SELECT secret", {}, Exception()), id="without a number"),
    ],
)
def test_a_fault_that_nobody_foresaw_is_a_sentence_too(error: DBAPIError) -> None:
    fault = fault_from(error)
    assert isinstance(fault, Misconfigured)
    assert "не ждал" in fault.message
    assert "secret" not in f"{fault}{fault.cause}"
    assert not is_replayed(error)


@pytest.mark.parametrize("kind", [IntegrityError, DataError])
def test_a_row_refused_is_a_mistake_of_ours(kind: type[DBAPIError]) -> None:
    fault = fault_from(kind("INSERT", {"token": "hunter2"}, MariaDbError(1062, "'hunter2'")))
    assert (type(fault), fault.code) == (EvoSyncError, "internal")
    assert "hunter2" not in f"{fault}{fault.cause}"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(ConnectionResetError(), TryLater, id="socket"),
        pytest.param(mariadb_error(1045), Misconfigured, id="denied"),
        pytest.param(ssl.SSLError("hunter2"), Misconfigured, id="no certificate in a file"),
        pytest.param(UnicodeEncodeError("latin-1", "hunter2й", 0, 1, ""), Misconfigured, id="text"),
        pytest.param(IndexError("hunter2"), Misconfigured, id="an answer cut short"),
    ],
)
def test_whatever_a_connection_fails_of_is_a_sentence(
    error: Exception, kind: type[EvoSyncError]
) -> None:
    fault = connection_fault(error)
    assert isinstance(fault, kind)
    assert "hunter2" not in f"{fault}{fault.cause}"


def test_our_own_sentences_hold_nothing_that_is_masked() -> None:
    errors = (
        *map(mariadb_error, (1044, 1045, 1049, 1064, 1130, 1213, 1698, 2013)),
        *map(sqlite_error, range(1, sqlite3.SQLITE_NOTADB + 1)),
        IndexError(),
    )
    said = {connection_fault(error).message for error in errors}
    assert {mask_text(message) for message in said} == said


@pytest.mark.parametrize(
    "error",
    [sqlite_error(sqlite3.SQLITE_BUSY), *map(mariadb_error, (1020, 1205, 1213))],
    ids=["SQLite busy", "changed since read", "lock wait", "deadlock"],
)
def test_what_others_broke_off_is_replayed(error: Exception) -> None:
    assert is_replayed(error)
