"""Where the database is: the forms of DATABASE_URL that people write, brought to the one we use."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from evosync.errors import Misconfigured

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

# The first bytes of every SQLite file (https://sqlite.org/fileformat2.html, 1.3).
_SQLITE_MAGIC = b"SQLite format 3\x00"


def normalise_url(url: str) -> URL:
    """Return the URL with the driver we use; raises Misconfigured for any other database."""
    try:
        given = make_url(url.strip())
    except (ArgumentError, ValueError):
        # The library's own words quote the URL, and with it the password.
        raise Misconfigured(
            NAME,
            "адрес базы не разобрать. Примеры: sqlite:///data/evosync.db, "
            "mariadb://имя:пароль@host/evosync.",
        ) from None
    driver = _DRIVERS.get(given.drivername)
    if driver is None:
        raise Misconfigured(
            NAME, f"база «{given.drivername}» не поддерживается, возможны sqlite и mariadb."
        )
    if driver.startswith("sqlite"):
        if not given.database or given.database == ":memory:":
            raise Misconfigured(NAME, "не указан файл базы, например sqlite:///data/evosync.db.")
        return given.set(drivername=driver, query={})
    if not given.database:
        raise Misconfigured(NAME, "не указано имя базы: mariadb://имя:пароль@host/evosync.")
    query = {name: value for name, value in given.query.items() if name != "charset"}
    return given.set(drivername=driver, query={**query, "charset": "utf8mb4"})


def is_sqlite(url: URL) -> bool:
    """Tell whether the (normalised) URL names a file."""
    return url.get_backend_name() == "sqlite"


def sqlite_file(url: URL) -> Path:
    """Return the file of a SQLite URL."""
    return Path(url.database or "")


def prepare_file(path: Path) -> None:
    """Make the file's folder, and see that the file, if any, can be a database.

    Raises Misconfigured with one sentence; an unsuited file is not touched.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise Misconfigured(NAME, f"{path} — это папка, а нужен файл.")
        if not path.exists():
            return
        with path.open("r+b") as file:
            beginning = file.read(len(_SQLITE_MAGIC))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Misconfigured(NAME, f"файл базы {path} не открывается ({why}).") from None
    if beginning and beginning != _SQLITE_MAGIC:
        raise broken_file()


def broken_file() -> Misconfigured:
    """Make the error of a file that is no database, or a damaged one."""
    return Misconfigured(
        NAME, "файл базы повреждён или это не база EvoSync. Восстановите его из копии."
    )
