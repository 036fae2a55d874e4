"""Where the database is: the forms of DATABASE_URL that people write, brought to the one we use."""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from evosync.db.mounts import refuse_network_disk
from evosync.errors import Misconfigured
from evosync.os_words import code_of, reason_of

NAME = "DATABASE_URL"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "sqlite+pysqlite": "sqlite+aiosqlite",
    "mysql": "mariadb+asyncmy",
    "mysql+pymysql": "mariadb+asyncmy",
    "mysql+asyncmy": "mariadb+asyncmy",
    "mariadb": "mariadb+asyncmy",
    "mariadb+pymysql": "mariadb+asyncmy",
    "mariadb+asyncmy": "mariadb+asyncmy",
}

_PORTS = range(1, 65536)  # TCP's own

CONNECT_TIMEOUT_S = "10"  # unless the URL says otherwise

# Without an example: a name and a password in an URL are masked wherever they are told.
_CREDENTIALS = "имя и пароль через двоеточие пишутся перед host и отделяются знаком @"


def normalise_url(url: str) -> URL:
    """Return the URL with the driver we use; raises Misconfigured for any other database."""
    try:
        given = make_url(url.strip())
    except (ArgumentError, ValueError):
        # The library's own words quote the URL, and with it the password.
        raise Misconfigured(
            NAME,
            "адрес базы не разобрать. Примеры: sqlite:///data/evosync.db, mariadb://host/evosync "
            f"({_CREDENTIALS}).",
        ) from None
    driver = _DRIVERS.get(given.drivername)
    if driver is None:
        raise Misconfigured(
            NAME, f"база «{given.drivername}» не поддерживается, возможны sqlite и mariadb."
        )
    if driver.startswith("sqlite"):
        if not given.database or given.database == ":memory:":
            raise Misconfigured(NAME, "не указан файл базы, например sqlite:///data/evosync.db.")
        if given.host:
            raise Misconfigured(
                NAME, "после «sqlite:» нужны три косые черты, например sqlite:///data/evosync.db."
            )
        return given.set(drivername=driver, query={})
    if not given.database:
        raise Misconfigured(
            NAME, f"не указано имя базы, например mariadb://host/evosync ({_CREDENTIALS})."
        )
    if given.port is not None and given.port not in _PORTS:
        raise Misconfigured(NAME, f"порт {given.port} не годится, возможны от 1 до 65535.")
    return given.set(drivername=driver, query=_mariadb_query(given))


def is_sqlite(url: URL) -> bool:
    """Tell whether the (normalised) URL names a file."""
    return url.get_backend_name() == "sqlite"


def sqlite_file(url: URL) -> Path:
    """Return the file of a SQLite URL."""
    return Path(url.database or "")


def check_file(path: Path) -> bool:
    """Tell whether the file is there, and see that it can be a database; it is never opened.

    A process that closes a file loses all its locks of it (POSIX), those of
    SQLite's open connections too. Another process would then take itself for
    the last one and do away with the log that ours goes on writing to. So
    whether the content is a database is left to SQLite
    (https://sqlite.org/howtocorrupt.html, 2.2).

    Raises Misconfigured with one sentence, also where it lies on a network's disk.
    """
    refuse_network_disk(path)
    try:
        if path.is_dir():
            raise Misconfigured(NAME, f"по пути {path} папка, а нужен файл.")
        if not path.exists():
            return False
        if not path.is_file():
            raise Misconfigured(NAME, f"по пути {path} не обычный файл.")
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise unopened(path, error) from None
    return True


def prepare_file(path: Path) -> None:
    """Make the folder and an empty file, its owner's alone, unless they are there.

    SQLite takes an empty file for a new database, and gives the files that it
    makes beside it the same rights. Raises like `check_file`.
    """
    if check_file(path):
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Not O_EXCL: another process may have been quicker, and a link may
        # point to where the file is to be.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise unopened(path, error) from None


class BrokenFile(Misconfigured):
    """A file that is no database, or a damaged one."""

    def __init__(self) -> None:
        super().__init__(
            NAME,
            "файл базы повреждён или это не база EvoSync. Восстановите его из копии: "
            "evosync restore КОПИЯ --force.",
        )


def set_aside(path: Path, note: str) -> Path:
    """Give a SQLite file, and what SQLite keeps beside it, another name; returns that of the file.

    Its old name leads to it until another file is put there, so that a kill in
    between leaves no place for an empty database; on a disk that knows no
    second names it is gone at once. Nobody may have the file open.
    """
    target = path.with_name(f"{path.name}.{note}")
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(target.with_name(target.name + suffix))
    try:
        target.hardlink_to(path)
    except OSError:
        path.rename(target)
    return target


def unopened(path: Path, error: OSError) -> Misconfigured:
    """Make the error of a file, the database's or one beside it, that does not open."""
    why = f"файл базы {path} не открывается ({reason_of(error)})."
    return Misconfigured(NAME, why, code=code_of(error))


def _mariadb_query(given: URL) -> dict[str, str]:
    """Return the driver's parameters; the rest of what drivers take is not for an URL."""
    query = {"connect_timeout": CONNECT_TIMEOUT_S}
    for name, value in given.query.items():
        if name == "charset":
            continue  # ours below
        is_right = _PARAMETERS.get(name)
        if is_right is None:
            raise Misconfigured(
                NAME, f"параметр «{name}» не поддерживается, возможны {', '.join(_PARAMETERS)}."
            )
        if not isinstance(value, str) or not is_right(value):
            raise Misconfigured(NAME, f"значение параметра {name} не подходит.")
        query[name] = value
    return {**query, "charset": "utf8mb4"}


def _is_file(value: str) -> bool:
    return Path(value).is_file()


_PARAMETERS: dict[str, Callable[[str], bool]] = {
    "connect_timeout": lambda value: re.fullmatch("[1-9][0-9]{0,3}", value) is not None,
    "ssl_ca": _is_file,
    "ssl_cert": _is_file,
    "ssl_key": _is_file,
    "ssl_check_hostname": lambda value: value in {"true", "false"},
    "unix_socket": bool,
}
