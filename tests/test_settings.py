from pathlib import Path

import pytest

from evosync.errors import Misconfigured
from evosync.settings import Settings, known_names, read_settings

SECRET = "s3cr3t-of-anna-the-owner"


def read(**environ: str) -> Settings:
    settings, warnings = read_settings(environ)
    assert warnings == ()
    return settings


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
        ("DATA_DIR", "~/чай", Path.home() / "чай"),
        ("VK_CATEGORY_ID", "2147483647", 2**31 - 1),
        ("LOG_LEVEL", "DEBUG", "DEBUG"),
        ("LOG_FORMAT", "console", "console"),
        ("EVOTOR_API_URL", "http://127.0.0.1:8001/evotor", "http://127.0.0.1:8001/evotor"),
        ("EVOTOR_API_URL", "http://[::1]:8001/", "http://[::1]:8001/"),
        ("VK_API_URL", "HTTPS://апи.рф", "HTTPS://апи.рф"),
        ("EVOTOR_AUTH_SCHEME", "x-authorization", "x-authorization"),
        ("VK_API_VERSION", "5.200", "5.200"),
        ("SECRET_KEY", f" {SECRET} ", SECRET),
        ("INVITE_EXPIRE_HOURS", "8760", 8760),
        ("JIVOSITE_WIDGET_ID", "aB3dE5", "aB3dE5"),
        ("SMTP_PORT", "2525", 2525),
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
        ("VK_CATEGORY_ID", "2147483648", "нужно целое число, не больше 2147483647."),
        ("VK_STOCK_AMOUNT", "1000000", "нужно целое число, не больше 999999."),
        ("CATALOG_REFRESH_INTERVAL_SECONDS", "0", "нужно целое число, не меньше 1."),
        ("SYNC_CONCURRENCY", "65", "нужно целое число, не больше 64."),
        ("LOG_LEVEL", "info", "возможно DEBUG, INFO, WARNING, ERROR."),
        ("LOG_FORMAT", "xml", "возможно json, console."),
        ("EVOTOR_AUTH_SCHEME", "Bearer", "возможно bearer, raw, x-authorization."),
        ("VK_API_VERSION", "5", "нужен номер вида 5.199."),
        ("REGISTRATION", "closed", "возможно invite, open."),
        ("INVITE_EXPIRE_HOURS", "0", "нужно целое число, не меньше 1."),
        ("INVITE_EXPIRE_HOURS", "8761", "нужно целое число, не больше 8760."),
        ("EMAIL_PROVIDER", "sendmail", "возможно console, smtp."),
        ("SMTP_PORT", "65536", "нужно целое число, не больше 65535."),
        ("SMTP_TLS", "ssl", "возможно starttls, tls, none."),
        ("SMS_PROVIDER", "smsc", "возможно console."),
    ],
)
def test_a_wrong_value_is_named_with_a_reason(name: str, text: str, why: str) -> None:
    assert refusal(name, text) == f"{name}: значение не подходит: {why}"


@pytest.mark.parametrize("name", ["EVOTOR_API_URL", "VK_API_URL"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("api.evotor.ru", id="no scheme"),
        pytest.param("ftp://api.vk.ru", id="another scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://:8001", id="only a port"),
        pytest.param("https://api.vk.ru/?v=5", id="query"),
        pytest.param("https://api.vk.ru/#top", id="fragment"),
        pytest.param("https://api.vk.ru/?", id="empty query"),
        pytest.param("https://anna:tea@api.vk.ru", id="user and password"),
        pytest.param("https://anna@api.vk.ru", id="user"),
        pytest.param("https://@api.vk.ru", id="empty user"),
        pytest.param("https://api.vk.ru:tea", id="port of letters"),
        pytest.param("https://api.vk.ru:65536", id="port too high"),
        pytest.param("https://api.vk.ru:0", id="port 0"),
        pytest.param("http://[::", id="half of IPv6"),
        pytest.param("http://[tea]", id="no IPv6"),
        pytest.param("http://api..vk.ru", id="empty label"),
        pytest.param("https://api vk.ru", id="blank in the host"),
        pytest.param("https://api.vk.ru/a b", id="blank in the path"),
        pytest.param("https://api.vk.ru/\x1b[1m", id="escape code"),
        pytest.param("https://api.vk.ru\\tea", id="backslash"),
    ],
)
def test_what_is_no_address_of_an_api_is_refused(name: str, text: str) -> None:
    assert refusal(name, text) == f"{name}: значение не подходит: нужен адрес вида https://имя."


@pytest.mark.parametrize(
    "text",
    [",", "vk.com,https://userapi.com", "vk.com:443", "vk.com/upload", "a b", "@vk.com", "[::1"],
)
def test_what_is_no_list_of_domains_is_refused(text: str) -> None:
    assert refusal("VK_UPLOAD_HOSTS", text) == (
        "VK_UPLOAD_HOSTS: нужны имена доменов через запятую, например vk.com,userapi.com."
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_OLD"])
def test_a_key_that_can_be_guessed_is_refused(name: str) -> None:
    assert refusal(name, "x" * 15) == f"{name}: ключ короче 16 знаков."
    assert getattr(read(**{name: "x" * 16}), name.lower()) == "x" * 16


def test_every_old_key_must_be_long_enough() -> None:
    assert refusal("SECRET_KEY_OLD", "x" * 16 + ", short").endswith("короче 16 знаков.")


def test_the_home_of_nobody_is_refused() -> None:
    assert refusal("DATA_DIR", "~nobody-of-this-name/чай").startswith("DATA_DIR: ")


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


def test_unknown_names_of_the_environment_are_nobodys_mistake() -> None:
    assert read(HOME="/root", REDIS_URL="redis://x") == Settings()


def test_the_database_is_a_file_in_the_data_folder_unless_it_is_given() -> None:
    assert read(DATA_DIR="/var/чай").database == "sqlite:////var/чай/evosync.db"
    assert read(DATABASE_URL="mysql://host/tea", DATA_DIR="/var").database == "mysql://host/tea"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("VK.com, userapi.com", ("vk.com", "userapi.com")), ("vk.com, ,", ("vk.com",))],
)
def test_a_list_has_no_blank_parts(text: str, parts: tuple[str, ...]) -> None:
    assert read(VK_UPLOAD_HOSTS=text).upload_hosts == parts


def test_old_keys_are_listed_as_they_were_written() -> None:
    assert read(SECRET_KEY_OLD=f"{SECRET}-1, {SECRET}-2,").old_secret_keys == (
        f"{SECRET}-1",
        f"{SECRET}-2",
    )
    assert read().old_secret_keys == ()
