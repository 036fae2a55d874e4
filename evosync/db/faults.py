"""What a driver's error means: replay the transaction, try later, or mend the settings."""

import sqlite3
import ssl
from typing import Any

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from evosync.db.urls import NAME, BrokenFile
from evosync.errors import EvoSyncError, Misconfigured, TryLater

log = structlog.get_logger(__name__)

# MariaDB: 1205 lock wait timeout, 1213 deadlock, 1020 record has changed since last read.
REPLAYED = frozenset({1020, 1205, 1213})
# MariaDB: 1040 too many connections, 1053 shutdown in progress, 2002, 2003 and
# 2005 no connection, 2006 and 2013 connection lost.
_UNREACHABLE = frozenset({1040, 1053, 2002, 2003, 2005, 2006, 2013})
# A sentence begins with a small Russian letter: else what follows «DATABASE_URL: »
# passes for its value, and is masked.
_DENIED = "имя или пароль не приняты базой MariaDB."
# MariaDB: 1044 and 1045 access denied, 1049 unknown database, 1130 host not allowed,
# 1698 access denied without password.
_REFUSED = {
    1044: "у пользователя нет прав на эту базу.",
    1045: _DENIED,
    1049: "такой базы в MariaDB нет, создайте её.",
    1130: "с адреса этой машины MariaDB не пускает.",
    1698: _DENIED,
}
_SQLITE_WORDS = {
    sqlite3.SQLITE_CANTOPEN: "файл базы не открывается: проверьте папку и права.",
    sqlite3.SQLITE_READONLY: "файл базы доступен только для чтения.",
    sqlite3.SQLITE_PERM: "к файлу базы нет доступа.",
}
# A full disk is told as IOERR where SQLite cannot make its files beside the database's.
_DISK_WORDS = {
    sqlite3.SQLITE_FULL: "на диске нет места.",
    sqlite3.SQLITE_IOERR: "диск отвечает ошибкой: проверьте, есть ли на нём место.",
}


def is_replayed(error: BaseException) -> bool:
    """Tell whether the same transaction may well succeed when it is run again."""
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return _sqlite_code(original) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return _mariadb_code(original) in REPLAYED


def fault_from(error: DBAPIError) -> EvoSyncError:
    """Return a driver's error as one sentence for a person.

    Neither the sentence nor the cause quotes the URL or a statement's values.
    """
    if isinstance(error, IntegrityError | DataError):
        return _refused_row(error)
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return _sqlite_fault(original) or _unforeseen(error)
    code = _mariadb_code(original)
    if code in _REFUSED:
        return Misconfigured(NAME, _REFUSED[code])
    if code in REPLAYED:
        return busy(f"MariaDB {code}")
    if code in _UNREACHABLE or error.connection_invalidated:
        return unreachable(f"MariaDB {code}")
    return _unforeseen(error)


def connection_fault(error: Exception) -> EvoSyncError:
    """Return as one sentence whatever a connection fails of while nothing of ours runs on it."""
    name = type(error).__name__
    if isinstance(error, DBAPIError):
        return fault_from(error)
    # A file without certificates in it is an OSError too, but not one that passes.
    if isinstance(error, PoolTimeout | OSError) and not isinstance(error, ssl.SSLError):
        return unreachable(name)
    return Misconfigured(
        NAME, f"подключиться не удалось ({name}). Проверьте адрес, имя и пароль базы."
    )


def unreachable(cause: str) -> TryLater:
    """Make the error of a database that does not answer."""
    return TryLater("База данных не отвечает.", code="database_down", cause=cause)


def busy(cause: str) -> TryLater:
    """Make the error of a transaction that others would not let through."""
    return TryLater("База данных занята, повторим позже.", code="database_busy", cause=cause)


def _sqlite_fault(error: sqlite3.Error) -> EvoSyncError | None:
    code = _sqlite_code(error)
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return BrokenFile()
    if code in _DISK_WORDS:
        fault = Misconfigured(NAME, _DISK_WORDS[code], code="no_room")
        fault.cause = f"SQLite: {error}"  # its words quote nothing
        return fault
    if code in _SQLITE_WORDS:
        return Misconfigured(NAME, _SQLITE_WORDS[code])
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return busy("SQLite is locked")
    return None


def _refused_row(error: DBAPIError) -> EvoSyncError:
    # The code of a mistake of ours, as runs give it (jobs.one_run).
    message = "База не приняла строку: это ошибка EvoSync, подробности в журнале."
    return EvoSyncError(message, code="internal", cause=_noted(error))


def _unforeseen(error: DBAPIError) -> EvoSyncError:
    fault = Misconfigured(
        NAME,
        "база ответила отказом, которого EvoSync не ждал: её могли изменить другой программой. "
        "Проверьте её или восстановите её из копии.",
    )
    fault.cause = _noted(error)
    return fault


def _noted(error: DBAPIError) -> str:
    """Log the statement, whose values stand apart from it, and name the error."""
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        # SQLite's words name tables and columns; MariaDB's quote values.
        cause = f"{type(original).__name__}: {original}"
    else:
        cause = f"{type(original).__name__} {_mariadb_code(original)}"
    log.error("statement refused by the database", cause=cause, statement=error.statement)
    return cause


def _original(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _sqlite_code(error: sqlite3.Error) -> int:
    # The low byte is the primary result code (https://sqlite.org/rescode.html).
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _mariadb_code(error: Any) -> int:
    arguments = getattr(error, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0
