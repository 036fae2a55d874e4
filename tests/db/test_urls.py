"""DATABASE_URL as people write it."""

from pathlib import Path

import pytest

from evosync.db.engine import open_database
from evosync.db.urls import normalise_url
from evosync.errors import Misconfigured


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
    url = normalise_url("mysql://a:b@host/shop?charset=latin1&ssl=true")
    assert dict(url.query) == {"charset": "utf8mb4", "ssl": "true"}


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
    ],
)
def test_a_url_of_no_use_is_one_sentence_without_a_password(url: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why) as raised:
        open_database(url)
    assert raised.value.name == "DATABASE_URL"
    assert "hunter2" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(b"Dear Anna")
    with pytest.raises(Misconfigured, match="не база EvoSync"):
        open_database(f"sqlite:///{file}")
    assert file.read_bytes() == b"Dear Anna"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="папка"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Misconfigured, match="не открывается"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'evosync.db'}")


async def test_the_folder_of_a_new_file_is_made(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'evosync.db'}")
    await database.ping()
    await database.close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
