"""The environment and `.env`, read once, typed and checked."""

import difflib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from evosync.addresses import listed, site_of, to_punycode
from evosync.env_file import read_env_file
from evosync.errors import Misconfigured
from evosync.os_words import code_of, reason_of
from evosync.setting_kinds import (
    AppId,
    Days,
    Domains,
    File,
    HeaderKey,
    Hosts,
    Hours,
    HoursOrNever,
    Key,
    Keys,
    Mailbox,
    PageUrl,
    Passphrase,
    Port,
    Seconds,
    Server,
    Site,
    Url,
    Version,
    WidgetId,
    value_of,
)

NO_LONGER_USED = ("REDIS_URL", "FLOWER_")
"""Names (or beginnings of names) of the earlier system that mean nothing now."""

NEAR = 0.88
"""How like a setting's name (difflib's ratio) a variable is that was meant for it.

The environment is full of other programs' names: DATABASE_URL_OLD, SMTP_PASS and
SECRET_KEY_BASE are less like ours than that, and short names are like too many.
"""
_SHORT = 6  # letters

NOT_OURS = ("COMPOSE_", "APP_ADDRESS", "EVOSYNC_NETWORK")
"""Names (or beginnings of names) in the same file that containers are put together by."""

# RFC 8314 (implicit TLS), RFC 6409 (submission), RFC 5321.
_SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting under its own name in lower case; the README's table says what each does.

    Secrets have `token`, `secret`, `key`, `password` or `passphrase` in their names and
    never reach a log or an error.
    """

    database_url: str = ""
    data_dir: Path = Path("data")
    secret_key: Key = ""
    secret_key_old: Keys = ""
    domain: Domains = ""
    base_url: Site = ""
    host: str = "127.0.0.1"
    port: Port = 8000
    app_port: Port = 0
    forwarded_allow_ips: str = "127.0.0.1"
    registration: Literal["invite", "open"] = "invite"
    invite_expire_hours: Hours = 48
    email_provider: Literal["console", "smtp"] = "console"
    smtp_host: Server = ""
    smtp_port: Port = 0
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: Mailbox = ""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    sms_provider: Literal["console"] = "console"
    jivosite_widget_id: WidgetId = ""
    evotor_api_url: Url = "https://api.evotor.ru"
    evotor_auth_scheme: Literal["bearer", "raw", "x-authorization"] = "bearer"
    evotor_ca_file: File = ""
    evotor_app_id: AppId = ""
    evotor_webhook_secret: HeaderKey = ""
    evotor_oauth_client_id: AppId = ""
    evotor_oauth_client_secret: str = ""
    evotor_oauth_url: Url = "https://oauth.evotor.ru"
    vk_api_url: Url = "https://api.vk.ru"
    vk_id_url: Url = "https://id.vk.com"
    vk_client_id: AppId = ""
    vk_api_version: Version = "5.199"
    vk_requests_per_second: Annotated[float, Meta(gt=0, le=1000)] = 3.0
    vk_settle_seconds: Annotated[int, Meta(ge=0, le=3600)] = 120
    vk_upload_hosts: Hosts = "vk.com,vk.ru,userapi.com"
    # VK's numbers and our column are signed, of 32 bits.
    vk_category_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 40932
    vk_stock_amount: Annotated[int, Meta(ge=0, le=999_999)] = 1000
    vk_default_photo_path: File = ""
    catalog_refresh_interval_seconds: Seconds = 3600
    health_check_interval_seconds: Seconds = 600
    sync_concurrency: Annotated[int, Meta(ge=1, le=64)] = 4
    run_retention_days: Days = 90
    api_log_retention_days: Days = 14
    api_log_bodies: Literal["failures", "all", "none"] = "failures"
    stale_after_hours: Hours = 24
    ping_url: PageUrl = ""
    backup_interval_hours: HoursOrNever = 24
    backup_keep: Annotated[int, Meta(ge=1, le=1000)] = 14
    backup_passphrase: Passphrase = ""
    metrics_token: HeaderKey = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["", "json", "console"] = ""

    def __repr__(self) -> str:
        """Say nothing: passwords and keys are among them."""
        return "Settings()"

    @property
    def database(self) -> str:
        """The database's URL: the one given, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'evosync.db'}"

    @property
    def domains(self) -> tuple[str, ...]:
        """Names the service is reached by, in punycode, the chief one first."""
        return tuple(map(to_punycode, listed(self.domain)))

    @property
    def public_url(self) -> str:
        """The address that people reach the service by; no slash at its end."""
        if self.base_url:
            return site_of(self.base_url)
        return f"https://{self.domains[0]}" if self.domains else _listening_url(self)

    @property
    def smtp_port_used(self) -> int:
        """The port of the mail server: the one given, else the usual one of the encryption."""
        return self.smtp_port or _SMTP_PORTS[self.smtp_tls]

    @property
    def upload_hosts(self) -> tuple[str, ...]:
        """Domains that pictures may be sent to and fetched from, lower case, with subdomains."""
        return listed(self.vk_upload_hosts.lower())

    @property
    def old_secret_keys(self) -> tuple[str, ...]:
        """Keys that still open what they sealed, the newest first."""
        return listed(self.secret_key_old)


def read_settings(
    environ: Mapping[str, str], env_file: Path | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings; `environ` wins over `env_file`.

    Returns them with one warning for each line of the file that cannot be
    read, each name in it that is not known, and each name of the environment
    that is nearly one of ours. Raises Misconfigured with the setting's name
    and the reason.
    """
    filed, unread = read_env_file(env_file)
    given = {name: environ.get(name, filed.get(name, "")).strip() for name in known_names()}
    kinds = get_type_hints(Settings, include_extras=True)
    values: dict[str, Any] = {
        name.lower(): value_of(name, text, kinds[name.lower()])
        for name, text in given.items()
        if text
    }
    settings = Settings(**values)
    _check_mail(settings)
    _check_pair(
        ("EVOTOR_OAUTH_CLIENT_ID", settings.evotor_oauth_client_id),
        ("EVOTOR_OAUTH_CLIENT_SECRET", settings.evotor_oauth_client_secret),
    )
    of_file = [*unread, *_warnings(filed)]
    of_environ = _misspelt(environ.keys() - filed.keys())
    return settings, (*(f".env: {each}" for each in of_file), *of_environ)


def known_names() -> tuple[str, ...]:
    """List the names of all settings as the environment spells them."""
    return tuple(field.upper() for field in Settings.__struct_fields__)


def make_data_dir(settings: Settings) -> None:
    """Make the data folder where something has to be written into it.

    Raises Misconfigured when it cannot hold the database, the key or the
    backups. With none of them in it the folder may be missing, but not be a file.
    """
    folder = settings.data_dir
    try:
        can_be = nearest(folder).is_dir()
        is_needed = settings.backup_interval_hours or not (
            settings.database_url and settings.secret_key
        )
        if can_be and is_needed:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if can_be and not settings.database_url:
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError as error:
        why = f"в папку {folder} нельзя писать ({reason_of(error)})."
        raise Misconfigured("DATA_DIR", why, code=code_of(error)) from None
    if not can_be:
        raise Misconfigured("DATA_DIR", f"{folder} — не папка.")


def nearest(path: Path) -> Path:
    """Return the part of a path that is there for us, the longest one."""
    # Unlike exists() this does not raise where a folder on the way is closed to us.
    return next((each for each in (path, *path.parents) if os.access(each, os.F_OK)), path)


def _check_mail(settings: Settings) -> None:
    """Check what settings ask of each other: mail must go out where it is counted on."""
    if settings.email_provider == "console":
        if settings.registration == "open":
            why = "при открытой регистрации нужна почта: задайте EMAIL_PROVIDER=smtp."
            raise Misconfigured("REGISTRATION", why)
        return
    for name, value in (("SMTP_HOST", settings.smtp_host), ("SMTP_FROM", settings.smtp_from)):
        if not value:
            raise Misconfigured(name, "нужно задать, когда EMAIL_PROVIDER=smtp.")
    _check_pair(("SMTP_USER", settings.smtp_user), ("SMTP_PASSWORD", settings.smtp_password))


def _check_pair(one: tuple[str, str], other: tuple[str, str]) -> None:
    for (name, value), (beside, given) in ((one, other), (other, one)):
        if given and not value:
            raise Misconfigured(name, f"нужно задать вместе с {beside}.")


def _listening_url(settings: Settings) -> str:
    """Make the address that a browser on the same machine finds the service at."""
    # In a container a port of the machine leads to the one that is listened on.
    host, port = settings.host, settings.app_port or settings.port
    try:
        number = ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if number.is_unspecified:  # it listens everywhere, and nobody can go to "everywhere"
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _warnings(filed: Mapping[str, str]) -> list[str]:
    warnings = []
    for name in filed:
        if name in known_names() or name.startswith(NOT_OURS):
            continue
        if name.startswith(NO_LONGER_USED):
            warnings.append(f"{name}: больше не используется.")
        else:
            near = difflib.get_close_matches(name.upper(), known_names(), n=1)
            warnings.append(_unknown(name, near))
    return warnings


def _misspelt(names: Iterable[str]) -> list[str]:
    """Warn of variables that were meant for settings; others are other programs'."""
    warnings = []
    for name in sorted(names):
        if name in known_names() or name.startswith(NOT_OURS) or len(name) < _SHORT:
            continue
        near = difflib.get_close_matches(name.upper(), known_names(), n=1, cutoff=NEAR)
        if near:
            warnings.append(f"окружение: {_unknown(name, near)}")
    return warnings


def _unknown(name: str, near: Sequence[str]) -> str:
    hint = f" Может быть, {near[0]}?" if near else ""
    return f"{name}: такой настройки нет.{hint}"
