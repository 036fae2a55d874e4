"""DATABASE_URL as people write it."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from evosync.db.engine import open_database
from evosync.db.migrate import check_schema
from evosync.db.urls import normalise_url, set_aside
from evosync.errors import Misconfigured
from evosync.redact import mask_text

SHOP = "mariadb://a:hunter2@host/shop"
PEM = __file__  # a file; that there is no certificate in it is found when it is read


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        pytest.param("sqlite:///data/evosync.db", "sqlite+aiosqlite", id="sqlite"),
        pytest.param("sqlite:////srv/evosync.db", "sqlite+aiosqlite", id="absolute path"),
        pytest.param("mysql://a:b@host/shop", "mariadb+asyncmy", id="mysql"),
        pytest.param("mysql+pymysql://a:b@host/shop", "mariadb+asyncmy", id="pymysql"),
        pytest.param("mariadb://a:b@host:3307/shop", "mariadb+asyncmy", id="mariadb"),
        pytest.param(" mariadb+asyncmy://a:b@host/shop\n", "mariadb+asyncmy", id="blanks"),
    ],
)
def test_a_url_gets_the_driver_that_we_use(url: str, driver: str) -> None:
    assert normalise_url(url).drivername == driver


def test_mariadb_is_spoken_to_in_full_unicode() -> None:
    assert normalise_url("mysql://a:b@host/shop?charset=latin1").query["charset"] == "utf8mb4"


def test_a_connection_is_waited_for_ten_seconds_unless_told() -> None:
    assert normalise_url("mysql://a:b@host/shop").query["connect_timeout"] == "10"
    assert normalise_url("mysql://h/shop?connect_timeout=3").query["connect_timeout"] == "3"


async def test_the_parameters_we_take_are_taken_by_the_driver() -> None:
    url = (
        f"mariadb://a:b@127.0.0.1:1/shop?connect_timeout=3&unix_socket=/nowhere&ssl_ca={PEM}"
        f"&ssl_cert={PEM}&ssl_key={PEM}&ssl_check_hostname=false"
    )
    database = open_database(url)
    with pytest.raises(Misconfigured, match=r"подключиться не удалось \(SSLError\)"):
        await database.ping()  # all were read, and the last of all is no certificate
    await database.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        pytest.param("postgresql://a:hunter2@host/shop", "не поддерживается", id="postgres"),
        pytest.param("mariadb://a:hunter2@host", "имя базы", id="no name"),
        pytest.param("sqlite://", "не указан файл", id="no file"),
        pytest.param("sqlite:///:memory:", "не указан файл", id="memory"),
        pytest.param("data/evosync.db", "не разобрать", id="a path"),
        pytest.param("mariadb://a:hunter2@host:port/shop", "не разобрать", id="port"),
        pytest.param("", "не разобрать", id="empty"),
        pytest.param("mariadb://a:hunter2@host:99999/shop", "порт 99999", id="high port"),
        pytest.param("mariadb://a:hunter2@host:0/shop", "порт 0", id="no port"),
        pytest.param("mariadb://a:hunter2@host/shop?foo=1", "параметр «foo»", id="parameter"),
        pytest.param("mariadb://a:hunter2@host/shop?ssl=true", "ssl_ca", id="TLS at a word"),
        pytest.param(f"{SHOP}?connect_timeout=abc", "connect_timeout", id="time no number"),
        pytest.param(f"{SHOP}?connect_timeout=0", "connect_timeout", id="no time"),
        pytest.param(f"{SHOP}?connect_timeout=²", "connect_timeout", id="no digit"),
        pytest.param(f"{SHOP}?ssl_ca=/nowhere", "ssl_ca", id="no such file"),
        pytest.param(f"{SHOP}?ssl_check_hostname=maybe", "ssl_check_hostname", id="no answer"),
        pytest.param(f"{SHOP}?ssl_ca={PEM}&ssl_ca={PEM}", "ssl_ca", id="twice"),
        pytest.param("sqlite://data/evosync.db", "три косые черты", id="two slashes"),
        pytest.param("sqlite+aiosqlite:////dev/null", "обычный файл", id="a device"),
    ],
)
def test_a_url_of_no_use_is_one_sentence_without_a_password(url: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why) as raised:
        open_database(url)
    assert raised.value.name == "DATABASE_URL"
    assert "hunter2" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert mask_text(raised.value.message) == raised.value.message


@pytest.mark.parametrize("letter", [b"Dear Anna", b"Dear Anna, " * 500], ids=["short", "long"])
async def test_a_file_that_is_no_database_is_refused_and_not_touched(
    letter: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(letter)
    with pytest.raises(Misconfigured, match="не база EvoSync"):
        await check_schema(f"sqlite:///{file}")
    database = open_database(f"sqlite:///{file}")
    with pytest.raises(Misconfigured, match="не база EvoSync"):
        await database.write(lambda tx: tx.execute(text("CREATE TABLE notes (text TEXT)")))
    await database.close()
    assert file.read_bytes() == letter


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="папка"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Misconfigured, match="не открывается"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'evosync.db'}")


def modes(folder: Path) -> dict[str, int]:
    """Return the files of a folder with their permissions."""
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_the_folder_of_a_new_file_is_made(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'evosync.db'}")
    await database.ping()
    await database.close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


async def test_a_new_file_is_its_owners_alone_in_a_folder_open_to_all(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        database = open_database(f"sqlite:///{tmp_path / 'evosync.db'}")
        await database.write(lambda tx: tx.execute(text("CREATE TABLE notes (text TEXT)")))
        found = modes(tmp_path)
        await database.close()
    finally:
        os.umask(before)
    assert found == dict.fromkeys(("evosync.db", "evosync.db-wal", "evosync.db-shm"), 0o600)


async def test_the_rights_on_a_file_that_is_there_are_the_owners_choice(tmp_path: Path) -> None:
    file = tmp_path / "evosync.db"
    file.touch()
    file.chmod(0o640)
    await open_database(f"sqlite:///{file}").close()
    assert file.stat().st_mode & 0o777 == 0o640


async def test_a_password_may_have_any_letters(mariadb_server: str) -> None:
    owner = open_database(mariadb_server + "mysql")
    try:
        for password in ("пароль", "café"):
            async with owner.read() as tx:
                made = "CREATE OR REPLACE USER vera IDENTIFIED BY :password"
                await tx.execute(text(made), {"password": password})
            url = make_url(mariadb_server + "information_schema")
            hers = url.set(username="vera", password=password)
            database = open_database(hers.render_as_string(hide_password=False))
            try:
                await database.ping(timeout_s=10)
            finally:
                await database.close()
        async with owner.read() as tx:
            await tx.execute(text("DROP USER vera"))
    finally:
        await owner.close()


def test_what_is_set_aside_keeps_its_place_until_another_file_takes_it(tmp_path: Path) -> None:
    file, other = tmp_path / "evosync.db", tmp_path / "other.db"
    file.write_text("damaged")
    wal = tmp_path / "evosync.db-wal"
    wal.write_text("its log")
    aside = set_aside(file, "broken")
    assert file.read_text() == "damaged"
    assert not wal.exists()
    other.write_text("restored")
    other.replace(file)
    assert aside.read_text() == "damaged"
    assert aside.with_name(f"{aside.name}-wal").read_text() == "its log"
