"""The kinds of settings: how one setting's text becomes its value, or why it cannot."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

from evosync.addresses import (
    is_api_address,
    is_domain,
    is_host,
    is_mailbox,
    is_page_address,
    is_server,
    is_site_address,
    listed,
)
from evosync.errors import Misconfigured

# Whoever may guess at a copy of the database must not find the key (as passwords, plus a margin).
MIN_KEY_LENGTH = 16
MIN_PASSPHRASE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Check:
    """What a text must be beyond its type, and what is said of one that is not."""

    accepts: Callable[[str], bool]
    why: str


def _each(accepts: Callable[[str], bool]) -> Callable[[str], bool]:
    """Make a check of a list by commas that holds something."""
    return lambda text: listed(text) != () and all(map(accepts, listed(text)))


def _is_long_enough(key: str) -> bool:
    return len(key) >= MIN_KEY_LENGTH


def _is_app_id(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _is_header_key(text: str) -> bool:
    return _is_long_enough(text) and text.isascii() and text.isprintable() and " " not in text


_SHORT_KEY = f"ключ короче {MIN_KEY_LENGTH} знаков."

Seconds = Annotated[int, Meta(ge=1, le=7 * 24 * 3600)]
Hours = Annotated[int, Meta(ge=1, le=365 * 24)]
HoursOrNever = Annotated[int, Meta(ge=0, le=365 * 24)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Version = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]
Url = Annotated[str, Check(is_api_address, "значение не подходит: нужен адрес вида https://имя.")]
PageUrl = Annotated[
    str, Check(is_page_address, "значение не подходит: нужен адрес вида https://имя/путь.")
]
Site = Annotated[
    str,
    Check(is_site_address, "значение не подходит: нужен адрес вида https://имя, без пути."),
]
Domains = Annotated[
    str, Check(_each(is_domain), "нужны имена доменов через запятую, например shop.ru,магазин.рф.")
]
Hosts = Annotated[
    str,
    Check(
        lambda text: _each(is_host)(text.lower()),
        "нужны имена доменов через запятую, например vk.com,userapi.com.",
    ),
]
Server = Annotated[
    str, Check(is_server, "нужно имя или IP-адрес сервера, например smtp.yandex.ru.")
]
Mailbox = Annotated[str, Check(is_mailbox, "нужен адрес почты, например no-reply@shop.ru.")]
Days = Annotated[int, Meta(ge=1, le=10 * 365)]
Key = Annotated[str, Check(_is_long_enough, _SHORT_KEY)]
# A header brings it, which takes visible ASCII only; a guess must be hopeless.
HeaderKey = Annotated[
    str,
    Check(
        _is_header_key,
        f"нужно от {MIN_KEY_LENGTH} знаков: латинские буквы, цифры и знаки, без пробелов.",
    ),
]
# Whoever has the file may guess as long as they like; the derivation makes each guess dear.
Passphrase = Annotated[
    str,
    Check(
        lambda text: len(text) >= MIN_PASSPHRASE_LENGTH,
        f"фраза короче {MIN_PASSPHRASE_LENGTH} знаков.",
    ),
]
Keys = Annotated[str, Check(lambda text: all(map(_is_long_enough, listed(text))), _SHORT_KEY)]
File = Annotated[str, Check(lambda text: Path(text).is_file(), "такого файла нет.")]
# They become a part of an address.
AppId = Annotated[
    str,
    Check(_is_app_id, "нужны только латинские буквы, цифры, «-» и «_»."),
]
WidgetId = Annotated[
    str,
    Check(lambda text: text.isascii() and text.isalnum(), "нужны только латинские буквы и цифры."),
]


def value_of(name: str, text: str, kind: Any) -> Any:
    """Make a setting's value from its text.

    Raises Misconfigured with the setting's name and the reason, without the text.
    """
    if kind is Path:
        return _home_expanded(name, text)
    for check in getattr(kind, "__metadata__", ()):
        if isinstance(check, Check) and not check.accepts(text):
            raise Misconfigured(name, check.why)
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
