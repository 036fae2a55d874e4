"""The environment and `.env`, read once, typed and checked."""

import difflib
import io
import tempfile
from collections.abc import Mapping
from ipaddress import IPv6Address
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec
from dotenv.parser import parse_stream
from msgspec import Meta

from evosync.errors import Misconfigured

Seconds = Annotated[int, Meta(ge=1, le=7 * 24 * 3600)]
Url = Annotated[str, Meta(description="an API's address, checked by `_is_api_address`")]
Version = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]

# Whoever may guess at a copy of the database must not find the key (as passwords, plus a margin).
MIN_KEY_LENGTH = 16

NO_LONGER_USED = ("REDIS_URL", "FLOWER_")
"""Names (or beginnings of names) of the earlier system that mean nothing now."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting under its own name in lower case; the README's table says what each does.

    Secrets have `token`, `secret`, `key` or `password` in their names and
    never reach a log or an error.
    """

    database_url: str = ""
    data_dir: Path = Path("data")
    secret_key: str = ""
    secret_key_old: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    forwarded_allow_ips: str = "127.0.0.1"
    evotor_api_url: Url = "https://api.evotor.ru"
    evotor_auth_scheme: Literal["bearer", "raw", "x-authorization"] = "bearer"
    evotor_ca_file: str = ""
    vk_api_url: Url = "https://api.vk.ru"
    vk_api_version: Version = "5.199"
    vk_requests_per_second: Annotated[float, Meta(gt=0, le=1000)] = 3.0
    vk_settle_seconds: Annotated[int, Meta(ge=0, le=3600)] = 120
    vk_upload_hosts: str = "vk.com,vk.ru,userapi.com"
    # VK's numbers and our column are signed, of 32 bits.
    vk_category_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 40932
    vk_stock_amount: Annotated[int, Meta(ge=0, le=999_999)] = 1000
    vk_default_photo_path: str = ""
    catalog_refresh_interval_seconds: Seconds = 3600
    sync_concurrency: Annotated[int, Meta(ge=1, le=64)] = 4
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["", "json", "console"] = ""

    @property
    def database(self) -> str:
        """The database's URL: the one given, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'evosync.db'}"

    @property
    def upload_hosts(self) -> tuple[str, ...]:
        """Domains that pictures may be sent to, lower case; subdomains are meant too."""
        return _listed(self.vk_upload_hosts.lower())

    @property
    def old_secret_keys(self) -> tuple[str, ...]:
        """Keys that still open what they sealed, the newest first."""
        return _listed(self.secret_key_old)


def read_settings(
    environ: Mapping[str, str], env_file: Path | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings; `environ` wins over `env_file`.

    Returns them with one warning for each line of the file that cannot be
    read and each name in it that is not known. Raises Misconfigured with the
    setting's name and the reason.
    """
    filed, unread = _read_file(env_file)
    given = {name: environ.get(name, filed.get(name, "")).strip() for name in known_names()}
    values = {name.lower(): _typed(name, text) for name, text in given.items() if text}
    settings = Settings(**values)
    _check_texts(settings)
    return settings, (*unread, *_warnings(filed))


def known_names() -> tuple[str, ...]:
    """List the names of all settings as the environment spells them."""
    return tuple(field.upper() for field in Settings.__struct_fields__)


def make_data_dir(settings: Settings) -> None:
    """Make the data folder where something has to be written into it.

    Raises Misconfigured when it cannot hold the database or the key. With
    both of them elsewhere the folder may be missing, but not be a file.
    """
    folder = settings.data_dir
    try:
        can_be = _nearest(folder).is_dir()
        if can_be and not (settings.database_url and settings.secret_key):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if can_be and not settings.database_url:
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError as error:
        why = f"в папку {folder} нельзя писать ({error.strerror})."
        raise Misconfigured("DATA_DIR", why) from None
    if not can_be:
        raise Misconfigured("DATA_DIR", f"{folder} — не папка.")


def _nearest(path: Path) -> Path:
    """Return the part of a path that is there, the longest one."""
    return next((each for each in (path, *path.parents) if each.exists()), path)


def _check_texts(settings: Settings) -> None:
    """Check what the types do not: lists, keys and files."""
    if not settings.upload_hosts or not all(map(_is_domain, settings.upload_hosts)):
        why = "нужны имена доменов через запятую, например vk.com,userapi.com."
        raise Misconfigured("VK_UPLOAD_HOSTS", why)
    for name, keys in (
        ("SECRET_KEY", [settings.secret_key] if settings.secret_key else []),
        ("SECRET_KEY_OLD", settings.old_secret_keys),
    ):
        if any(len(key) < MIN_KEY_LENGTH for key in keys):
            raise Misconfigured(name, f"ключ короче {MIN_KEY_LENGTH} знаков.")
    if settings.evotor_ca_file and not Path(settings.evotor_ca_file).is_file():
        raise Misconfigured("EVOTOR_CA_FILE", "такого файла нет.")
    if settings.vk_default_photo_path and not Path(settings.vk_default_photo_path).is_file():
        raise Misconfigured("VK_DEFAULT_PHOTO_PATH", "такого файла нет.")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for each in text.split(",") if (part := each.strip()))


def _is_domain(text: str) -> bool:
    """Tell whether a text is a host's name and nothing more: no scheme, port or path."""
    try:
        return text.isprintable() and " " not in text and urlsplit(f"//{text}").hostname == text
    except ValueError:  # half of an IPv6 address
        return False


def _is_api_address(text: str) -> bool:
    """Tell whether a text is an address that paths can be added to."""
    if not text.isprintable() or set(text) & set(" \\?#"):
        return False
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna")
        if "[" in parts.netloc:
            IPv6Address(parts.hostname or "")
        port = parts.port
    except ValueError:  # half of an IPv6 address, a port that is none, an empty label
        return False
    return (
        parts.scheme in {"http", "https"} and host != b"" and port != 0 and "@" not in parts.netloc
    )


def _read_file(env_file: Path | None) -> tuple[dict[str, str], list[str]]:
    """Return the values of the file, and a warning a line that cannot be read."""
    found, unread = {}, []
    # What dotenv_values() does, but for its own English warnings in the log.
    for binding in parse_stream(io.StringIO(_text_of(env_file))):
        if binding.error:
            line = binding.original.line + _blank_lines(binding.original.string)
            unread.append(f"строка {line}: запись не разобрать, она пропущена.")
        elif binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value
    return found, unread


def _text_of(env_file: Path | None) -> str:
    if env_file is None:
        return ""
    if env_file.is_dir():
        # Docker makes one where a file to be mounted is missing.
        raise Misconfigured(env_file.name, "это папка, а должен быть файл.")
    try:
        # Windows editors begin a file with a mark that utf-8 alone takes for a letter.
        return env_file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise Misconfigured(env_file.name, "файл не в кодировке UTF-8.") from None
    except OSError as error:
        raise Misconfigured(env_file.name, f"файл не читается ({error.strerror}).") from None


def _blank_lines(text: str) -> int:
    """Count the lines before the first that is not blank."""
    return text[: len(text) - len(text.lstrip())].count("\n")


def _typed(name: str, text: str) -> Any:
    kind = get_type_hints(Settings, include_extras=True)[name.lower()]
    if kind is Path:
        return _home_expanded(name, text)
    if kind == Url and not _is_api_address(text):
        raise Misconfigured(name, "значение не подходит: нужен адрес вида https://имя.")
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        why = _why(kind, str(error))
        raise Misconfigured(name, f"значение не подходит: {why}.") from None


def _home_expanded(name: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise Misconfigured(name, "домашняя папка после «~» неизвестна.") from None


# msgspec's own words for a number that does not fit, by how they begin.
_WORDS = {
    "Expected `int` <=": "нужно целое число, не больше",
    "Expected `int` >=": "нужно целое число, не меньше",
    "Expected `float` <=": "нужно число, не больше",
    "Expected `float` >": "нужно число больше",
    "Expected `int`": "нужно целое число",
    "Expected `float`": "нужно число, дробная часть после точки",
}


def _why(kind: Any, words: str) -> str:
    if get_origin(kind) is Literal:
        return "возможно " + ", ".join(choice for choice in get_args(kind) if choice)
    if kind is Version:
        return "нужен номер вида 5.199"
    for english, russian in _WORDS.items():
        if words.startswith(english):
            return russian + words.removeprefix(english).split(", got", 1)[0]
    return "не тот вид"


def _warnings(filed: Mapping[str, str]) -> list[str]:
    warnings = []
    for name in filed:
        if name in known_names():
            continue
        if name.startswith(NO_LONGER_USED):
            warnings.append(f"{name}: больше не используется.")
        else:
            near = difflib.get_close_matches(name.upper(), known_names(), n=1)
            hint = f" Может быть, {near[0]}?" if near else ""
            warnings.append(f"{name}: такой настройки нет.{hint}")
    return warnings
