"""The settings: read well, kept from others, fit for each other, safe to serve with."""

import os
import stat
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from evosync.doctor.verdict import Verdict, attention, broken, good
from evosync.errors import Misconfigured
from evosync.settings import Settings

FILE, ADDRESS, PROXY = "Настройки", "Адрес сайта", "Прокси"


def find_open_file(file: Path) -> Path | None:
    """Return the file of the settings if others may read it; None too where there is none.

    A group counts where the file is ours: one of another owner may be lent to
    us by its group alone, as root would.
    """
    try:
        seen = file.stat()
    except OSError:
        return None
    is_ours = seen.st_uid == os.geteuid() != 0
    others = stat.S_IRWXO | (stat.S_IRWXG if is_ours else 0)
    return file.absolute() if seen.st_mode & others else None


def judge_settings(
    settings: Settings,
    warnings: Sequence[str],
    *,
    open_file: Path | None = None,
    unfit: Misconfigured | None = None,
) -> list[Verdict]:
    """Judge settings that could be read; `warnings` are of what was passed over.

    `open_file` is theirs, if others may read it; `unfit` is what is wrong with
    one that only its use could tell of: a picture, a file of certificates.
    """
    read = [attention(FILE, each, "Исправьте имя или уберите строку.") for each in warnings]
    if open_file is not None:
        told = f"Файл {open_file} с паролями и ключами открыт другим пользователям машины."
        read.append(attention(FILE, told, f"Выполните: chmod 600 {open_file}"))
    if unfit is not None:
        read.append(broken(FILE, unfit.message, "Исправьте: без этого служба не запустится."))
    verdicts = read or [good(FILE, "Прочитаны без замечаний.")]
    verdicts.append(_address(settings))
    if _trusts_all(settings) and not is_loopback(settings.host):
        verdicts.append(
            attention(
                PROXY,
                "FORWARDED_ALLOW_IPS=*: любой, кто дотянется до порта "
                f"{settings.port}, может назваться чужим адресом.",
                "Оставьте порт доступным только прокси или укажите его адрес.",
            )
        )
    return verdicts


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_for_this_machine(url: str) -> bool:
    """Tell whether an address leads to this machine alone."""
    return is_loopback(urlsplit(url).hostname or "")


def _trusts_all(settings: Settings) -> bool:
    return "*" in {each.strip() for each in settings.forwarded_allow_ips.split(",")}


def _address(settings: Settings) -> Verdict:
    url = settings.public_url
    parts = urlsplit(url)
    named = bool(settings.base_url or settings.domain)
    if settings.base_url and settings.domains and parts.hostname not in settings.domains:
        return attention(
            ADDRESS,
            f"BASE_URL ({url}) не из списка DOMAIN: ссылки в письмах поведут туда.",
            "Уберите BASE_URL или впишите в него имя из DOMAIN.",
        )
    if parts.scheme == "https":
        return good(ADDRESS, f"{url}.")
    if is_for_this_machine(url):
        if named or is_loopback(settings.host):
            return good(ADDRESS, f"{url}: только для этой машины.")
        return attention(
            ADDRESS,
            "Сервис открыт для сети, а адреса у него нет: ссылки в письмах поведут на " + url + ".",
            "Задайте DOMAIN или BASE_URL.",
        )
    return attention(
        ADDRESS,
        f"{url} без https: пароли и ключи доступа идут по сети открыто.",
        "Задайте DOMAIN и включите https.",
    )
