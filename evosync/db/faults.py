"""What a driver's error means: replay the transaction, try later, or mend the settings."""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from evosync.db.urls import NAME, broken_file
from evosync.errors import EvoSyncError, Misconfigured, TryLater

# MariaDB: 1205 lock wait timeout, 1213 deadlock, 1020 record has changed since last read.
REPLAYED = frozenset({1020, 1205, 1213})
# MariaDB: 1040 too many connections, 1053 shutdown in progress, 2002, 2003 and
# 2005 no connection, 2006 and 2013 connection lost.
_UNREACHABLE = frozenset({1040, 1053, 2002, 2003, 2005, 2006, 2013})
# MariaDB: 1044 and 1045 access denied, 1049 unknown database, 1698 access denied without password.
_REFUSED = {
    1044: "у пользователя нет прав на эту базу.",
    1045: "MariaDB не приняла имя или пароль.",
    1049: "такой базы в MariaDB нет, создайте её.",
    1698: "MariaDB не приняла имя или пароль.",
}
_SQLITE_WORDS = {
    sqlite3.SQLITE_CANTOPEN: "файл базы не открывается: проверьте папку и права.",
    sqlite3.SQLITE_READONLY: "файл базы доступен только для чтения.",
    sqlite3.SQLITE_FULL: "на диске нет места.",
    sqlite3.SQLITE_PERM: "к файлу базы нет доступа.",
}


def is_replayed(error: BaseException) -> bool:
    """Tell whether the same transaction may well succeed when it is run again."""
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return _sqlite_code(original) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return _mariadb_code(original) in REPLAYED


def fault_from(error: BaseException) -> EvoSyncError | None:
    """Return the error as one sentence for a person, or None when it is a mistake of ours.

    Neither the sentence nor the cause quotes the URL or a statement's values.
    """
    if isinstance(error, PoolTimeout | OSError):
        return unreachable(type(error).__name__)
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return _sqlite_fault(original)
    code = _mariadb_code(original)
    if code in _REFUSED:
        return Misconfigured(NAME, _REFUSED[code])
    if code in REPLAYED:
        return busy(f"MariaDB {code}")
    if code in _UNREACHABLE or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return unreachable(f"MariaDB {code}")
    return None


def unreachable(cause: str) -> TryLater:
    """Make the error of a database that does not answer."""
    return TryLater("База данных не отвечает.", code="database_down", cause=cause)


def busy(cause: str) -> TryLater:
    """Make the error of a transaction that others would not let through."""
    return TryLater("База данных занята, повторим позже.", code="database_busy", cause=cause)


def _sqlite_fault(error: sqlite3.Error) -> EvoSyncError | None:
    code = _sqlite_code(error)
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return broken_file()
    if code in _SQLITE_WORDS:
        return Misconfigured(NAME, _SQLITE_WORDS[code])
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return busy("SQLite is locked")
    return None


def _original(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _sqlite_code(error: sqlite3.Error) -> int:
    # The low byte is the primary result code (https://sqlite.org/rescode.html).
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _mariadb_code(error: Any) -> int:
    arguments = getattr(error, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0
