from pathlib import Path

import pytest

from evosync.errors import Misconfigured
from evosync.settings import Settings, read_settings

SECRET = "s3cr3t-of-anna-the-owner"


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def filed(env_file: Path, text: str, **environ: str) -> tuple[Settings, tuple[str, ...]]:
    env_file.write_text(text, encoding="utf-8")
    return read_settings(environ, env_file)


def test_the_environment_beats_the_file(env_file: Path) -> None:
    settings, _ = filed(env_file, "PORT=9000\nHOST=0.0.0.0\n", PORT="9001")

    assert (settings.port, settings.host) == (9001, "0.0.0.0")  # noqa: S104  a value, no socket


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("DATABASE_URL=чайник", "чайник", id="Cyrillic"),
        pytest.param('DATABASE_URL="a b # c"', "a b # c", id="quotes"),
        pytest.param("DATABASE_URL=a#b", "a#b", id="a hash inside"),
        pytest.param("DATABASE_URL=a # чай", "a", id="a comment"),
        pytest.param("DATABASE_URL=a$HOME${HOME}", "a$HOME${HOME}", id="a dollar"),
        # Compose would fill variables in, but for these quotes.
        pytest.param("DATABASE_URL='a$HOME #b \\n' # c", "a$HOME #b \\n", id="as Compose reads it"),
        pytest.param("export DATABASE_URL=a", "a", id="of a shell"),
        pytest.param("DATABASE_URL=a=b==", "a=b==", id="equals signs"),
        pytest.param("\ufeffDATABASE_URL=a", "a", id="byte order mark"),
        pytest.param("DATABASE_URL=a\r\nPORT=1\r\n", "a", id="of Windows"),
        pytest.param("DATABASE_URL", "", id="no value"),
        pytest.param("DATABASE_URL=", "", id="empty value"),
    ],
)
def test_a_line_of_the_file_is_read_as_it_stands(env_file: Path, text: str, value: str) -> None:
    settings, warnings = filed(env_file, text)

    assert (settings.database_url, warnings) == (value, ())


def test_a_line_that_cannot_be_read_is_a_warning_with_its_number(env_file: Path) -> None:
    text = f"PORT=1\n\n  \nSECRET_KEY='{SECRET}\n# чай\nHOST=localhost\n=x\n"

    settings, warnings = filed(env_file, text)

    assert settings == Settings(port=1, host="localhost")
    assert warnings == (
        ".env: строка 4: запись не разобрать, она пропущена.",
        ".env: строка 7: запись не разобрать, она пропущена.",
    )


def test_a_file_that_is_not_there_is_an_empty_one(env_file: Path) -> None:
    assert read_settings({}, env_file) == (Settings(), ())


def test_a_folder_in_place_of_the_file_is_named(env_file: Path) -> None:
    env_file.mkdir()

    with pytest.raises(Misconfigured, match=r"^\.env: это папка"):
        read_settings({}, env_file)


def test_a_file_in_another_encoding_is_named_without_its_content(env_file: Path) -> None:
    env_file.write_bytes(f"SECRET_KEY={SECRET}чай".encode("cp1251"))

    with pytest.raises(Misconfigured, match=r"^\.env: файл не в кодировке UTF-8\.$") as caught:
        read_settings({}, env_file)
    assert caught.value.__suppress_context__


def test_a_file_that_cannot_be_read_is_named(env_file: Path) -> None:
    env_file.symlink_to(env_file)

    with pytest.raises(Misconfigured, match=r"^\.env: файл не читается"):
        read_settings({}, env_file)


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("PROT", "PROT: такой настройки нет. Может быть, PORT?"),
        ("VK_STOCK_AMMOUNT", "VK_STOCK_AMMOUNT: такой настройки нет. Может быть, VK_STOCK_AMOUNT?"),
        ("log_level", "log_level: такой настройки нет. Может быть, LOG_LEVEL?"),
        ("XYZZY", "XYZZY: такой настройки нет."),
        ("REDIS_URL", "REDIS_URL: больше не используется."),
        ("FLOWER_PORT", "FLOWER_PORT: больше не используется."),
    ],
)
def test_an_unknown_name_in_the_file_is_a_warning(env_file: Path, name: str, warning: str) -> None:
    settings, warnings = filed(env_file, f"{name}={SECRET}\nPORT=9000\n")

    assert warnings == (f".env: {warning}",)
    assert settings == Settings(port=9000)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SECRET_KEYS", "SECRET_KEY"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("BASEURL", "BASE_URL"),
        ("DOMAINS", "DOMAIN"),
        ("SMTP_FORM", "SMTP_FROM"),
        ("vk_client_id", "VK_CLIENT_ID"),
    ],
)
def test_a_misspelt_name_in_the_environment_is_a_warning(name: str, meant: str) -> None:
    # In a container the names of the file come this way, too.
    assert read_settings({name: SECRET}) == (
        Settings(),
        (f"окружение: {name}: такой настройки нет. Может быть, {meant}?",),
    )


def test_names_of_other_programs_in_the_environment_are_no_mistakes() -> None:
    others = """
    PATH HOME HOSTNAME HOSTS PWD SHLVL LANG LC_ALL LANGUAGE LOGNAME USER TERM TMPDIR TZ PS1
    DOMAINNAME HTTP_PROXY http_proxy NO_PROXY XDG_DATA_DIRS XDG_DATA_HOME INVOCATION_ID
    JOURNAL_STREAM STATE_DIRECTORY SYSTEMD_EXEC_PID NOTIFY_SOCKET GPG_KEY PYTHON_VERSION
    PYTHON_SHA256 SQLITE_TMPDIR COMPOSE_PROFILES COMPOSE_PROJECT_NAME APP_ADDRESS APP_HOST
    APP_NAME APP_KEY EVOSYNC_NETWORK EVOSYNC_EMAIL EVOSYNC_PASSWORD
    EVOSYNC_BACKUP_PASSPHRASE EVOSYNC_PORT EVOSYNC_SERVICE_HOST DATABASE_URL_OLD
    TEST_DATABASE_URL DATABASE_HOST DATABASE SECRET_KEY_BASE SECRET SMTP_PASS SMTP_SSL
    PGHOST PGPORT MYSQL_HOST MYSQL_TCP_PORT MARIADB_PASSWORD REDIS_URL FLOWER_PORT LOG_FILE
    LOG_DIR BACKUP_DIR BACKUP_PATH METRICS_PORT PUBLIC_URL API_URL API_KEY VK_TOKEN
    VK_API_KEY EVOTOR_TOKEN"""
    assert read_settings(dict.fromkeys(others.split(), SECRET)) == (Settings(), ())


def test_a_variable_that_stands_in_the_file_too_is_warned_of_once(env_file: Path) -> None:
    _, warnings = filed(env_file, "BASEURL=x\n", BASEURL="x")
    assert len(warnings) == 1
