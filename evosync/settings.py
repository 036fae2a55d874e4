"""The environment and `.env`, read once, typed and checked."""

import difflib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from evosync.errors import Misconfigured

Seconds = Annotated[int, Meta(ge=1, le=7 * 24 * 3600)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")]
Version = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]

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
    vk_category_id: Annotated[int, Meta(ge=1)] = 40932
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

    Returns them with one warning a name in the file that is not known.
    Raises Misconfigured with the setting's name and the reason.
    """
    filed = _read_file(env_file)
    given = {name: environ.get(name, filed.get(name, "")).strip() for name in known_names()}
    values = {name.lower(): _typed(name, text) for name, text in given.items() if text}
    settings = Settings(**values)
    if settings.evotor_ca_file and not Path(settings.evotor_ca_file).is_file():
        raise Misconfigured("EVOTOR_CA_FILE", "такого файла нет.")
    if settings.vk_default_photo_path and not Path(settings.vk_default_photo_path).is_file():
        raise Misconfigured("VK_DEFAULT_PHOTO_PATH", "такого файла нет.")
    return settings, tuple(_warnings(filed))


def known_names() -> tuple[str, ...]:
    """List the names of all settings as the environment spells them."""
    return tuple(field.upper() for field in Settings.__struct_fields__)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for each in text.split(",") if (part := each.strip()))


def _read_file(env_file: Path | None) -> dict[str, str]:
    if env_file is None:
        return {}
    if env_file.is_dir():
        # Docker makes one where a file to be mounted is missing.
        raise Misconfigured(env_file.name, "это папка, а должен быть файл.")
    try:
        # Windows editors begin a file with a mark that utf-8 alone takes for a letter.
        text = env_file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise Misconfigured(env_file.name, "файл не в кодировке UTF-8.") from None
    except OSError as error:
        raise Misconfigured(env_file.name, f"файл не читается ({error.strerror}).") from None
    found = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value for name, value in found.items() if value is not None}


def _typed(name: str, text: str) -> Any:
    kind = get_type_hints(Settings, include_extras=True)[name.lower()]
    if kind is Path:
        return Path(text)
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        why = _why(kind, str(error))
        raise Misconfigured(name, f"значение не подходит: {why}.") from None


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
    if kind is Url:
        return "нужен адрес вида https://имя"
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
