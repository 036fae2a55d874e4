import re
from pathlib import Path

import pytest

from evosync.errors import Misconfigured
from evosync.settings import Settings, known_names, read_settings

SECRET = "s3cr3t-of-anna"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def read(**environ: str) -> Settings:
    settings, warnings = read_settings(environ)
    assert warnings == ()
    return settings


def filed(env_file: Path, text: str, **environ: str) -> tuple[Settings, tuple[str, ...]]:
    env_file.write_text(text, encoding="utf-8")
    return read_settings(environ, env_file)


def refusal(name: str, text: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        read_settings({name: text})
    assert caught.value.name == name
    return caught.value.message


def test_without_anything_given_every_setting_has_its_default() -> None:
    assert read() == Settings()


@pytest.mark.parametrize("name", known_names())
@pytest.mark.parametrize("text", ["", "   ", "\t"], ids=["empty", "blank", "tab"])
def test_an_empty_value_is_the_default(name: str, text: str) -> None:
    assert read(**{name: text}) == Settings()


@pytest.mark.parametrize("name", known_names())
def test_every_setting_takes_its_own_default_written_out(name: str) -> None:
    default = getattr(Settings(), name.lower())

    assert getattr(read(**{name: str(default)}), name.lower()) == default


def test_the_example_of_an_env_file_holds_every_default(env_file: Path) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    settings, warnings = filed(
        env_file, re.sub(r"^# (?=[A-Z_]+=)", "", example, flags=re.MULTILINE)
    )

    assert (settings.database, warnings) == (Settings().database, ())
    assert settings == read(DATABASE_URL=settings.database_url)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", " 8080 ", 8080),
        ("PORT", "0", 0),
        ("PORT", "1e3", 1000),
        ("VK_REQUESTS_PER_SECOND", "0.5", 0.5),
        ("VK_REQUESTS_PER_SECOND", "1e2", 100.0),
        ("VK_REQUESTS_PER_SECOND", "20", 20.0),
        ("VK_STOCK_AMOUNT", "999999", 999_999),
        ("DATA_DIR", " /var/lib/чай ", Path("/var/lib/чай")),
        ("LOG_LEVEL", "DEBUG", "DEBUG"),
        ("LOG_FORMAT", "console", "console"),
        ("EVOTOR_API_URL", "http://127.0.0.1:8001/evotor", "http://127.0.0.1:8001/evotor"),
        ("EVOTOR_AUTH_SCHEME", "x-authorization", "x-authorization"),
        ("VK_API_VERSION", "5.200", "5.200"),
        ("SECRET_KEY", f" {SECRET} ", SECRET),
    ],
)
def test_a_value_is_read_as_what_it_is(name: str, text: str, value: object) -> None:
    assert getattr(read(**{name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("PORT", "восемь", "нужно целое число."),
        ("PORT", "80.5", "нужно целое число."),
        ("PORT", "-1", "нужно целое число, не меньше 0."),
        ("PORT", "65536", "нужно целое число, не больше 65535."),
        ("PORT", "9" * 30, "нужно целое число, не больше 65535."),
        ("VK_REQUESTS_PER_SECOND", "3,5", "нужно число, дробная часть после точки."),
        ("VK_REQUESTS_PER_SECOND", "0", "нужно число больше 0.0."),
        ("VK_REQUESTS_PER_SECOND", "nan", "нужно число больше 0.0."),
        ("VK_REQUESTS_PER_SECOND", "inf", "нужно число, не больше 1000.0."),
        ("VK_SETTLE_SECONDS", "3601", "нужно целое число, не больше 3600."),
        ("VK_CATEGORY_ID", "0", "нужно целое число, не меньше 1."),
        ("VK_STOCK_AMOUNT", "1000000", "нужно целое число, не больше 999999."),
        ("CATALOG_REFRESH_INTERVAL_SECONDS", "0", "нужно целое число, не меньше 1."),
        ("SYNC_CONCURRENCY", "65", "нужно целое число, не больше 64."),
        ("LOG_LEVEL", "info", "возможно DEBUG, INFO, WARNING, ERROR."),
        ("LOG_FORMAT", "xml", "возможно json, console."),
        ("EVOTOR_AUTH_SCHEME", "Bearer", "возможно bearer, raw, x-authorization."),
        ("EVOTOR_API_URL", "api.evotor.ru", "нужен адрес вида https://имя."),
        ("VK_API_URL", "https://api.vk.ru/?v=5", "нужен адрес вида https://имя."),
        ("VK_API_VERSION", "5", "нужен номер вида 5.199."),
    ],
)
def test_a_wrong_value_is_named_with_a_reason(name: str, text: str, why: str) -> None:
    assert refusal(name, text) == f"{name}: значение не подходит: {why}"


@pytest.mark.parametrize("name", ["EVOTOR_CA_FILE", "VK_DEFAULT_PHOTO_PATH"])
def test_a_file_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    assert refusal(name, str(tmp_path / "нет.pem")) == f"{name}: такого файла нет."
    assert refusal(name, str(tmp_path)) == f"{name}: такого файла нет."


def test_a_file_that_is_there_is_taken(tmp_path: Path) -> None:
    photo = tmp_path / "чай.jpg"
    photo.touch()

    assert read(VK_DEFAULT_PHOTO_PATH=str(photo)).vk_default_photo_path == str(photo)


def test_a_refusal_never_quotes_a_value() -> None:
    url = f"postgres//anna:{SECRET}@host"
    names = [name for name in known_names() if isinstance(getattr(Settings(), name.lower()), str)]
    told = []
    for name in names:
        try:
            read_settings({name: url})
        except Misconfigured as error:
            told.append(f"{error} {error.message} {error.cause} {error.__cause__}")

    assert told
    assert not [text for text in told if SECRET in text]


def test_the_environment_beats_the_file(env_file: Path) -> None:
    settings, _ = filed(env_file, "PORT=9000\nHOST=0.0.0.0\n", PORT="9001")

    assert (settings.port, settings.host) == (9001, "0.0.0.0")  # noqa: S104  a value, no socket


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("SECRET_KEY=чайник", "чайник", id="Cyrillic"),
        pytest.param('SECRET_KEY="a b # c"', "a b # c", id="quotes"),
        pytest.param("SECRET_KEY=a#b", "a#b", id="a hash inside"),
        pytest.param("SECRET_KEY=a # чай", "a", id="a comment"),
        pytest.param("SECRET_KEY=a$HOME${HOME}", "a$HOME${HOME}", id="a dollar"),
        pytest.param("export SECRET_KEY=a", "a", id="of a shell"),
        pytest.param("SECRET_KEY=a=b==", "a=b==", id="equals signs"),
        pytest.param("\ufeffSECRET_KEY=a", "a", id="byte order mark"),
        pytest.param("SECRET_KEY=a\r\nPORT=1\r\n", "a", id="of Windows"),
        pytest.param("SECRET_KEY", "", id="no value"),
        pytest.param("SECRET_KEY=", "", id="empty value"),
    ],
)
def test_a_line_of_the_file_is_read_as_it_stands(env_file: Path, text: str, value: str) -> None:
    settings, warnings = filed(env_file, text)

    assert (settings.secret_key, warnings) == (value, ())


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

    assert warnings == (warning,)
    assert settings == Settings(port=9000)


def test_unknown_names_of_the_environment_are_nobodys_mistake() -> None:
    assert read(HOME="/root", REDIS_URL="redis://x") == Settings()


def test_the_database_is_a_file_in_the_data_folder_unless_it_is_given() -> None:
    assert read(DATA_DIR="/var/чай").database == "sqlite:////var/чай/evosync.db"
    assert read(DATABASE_URL="mysql://host/tea", DATA_DIR="/var").database == "mysql://host/tea"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("VK.com, userapi.com", ("vk.com", "userapi.com")), ("vk.com, ,", ("vk.com",)), (",", ())],
)
def test_a_list_has_no_blank_parts(text: str, parts: tuple[str, ...]) -> None:
    assert read(VK_UPLOAD_HOSTS=text).upload_hosts == parts


def test_old_keys_are_listed_as_they_were_written() -> None:
    assert read(SECRET_KEY_OLD="Key-1, key-2,").old_secret_keys == ("Key-1", "key-2")
    assert read().old_secret_keys == ()
