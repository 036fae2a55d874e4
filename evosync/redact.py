"""Secrets masked, wherever words of ours or of others go to a log or an error."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

MASK = "***"

# Names whose values are never shown, as settings, parameters, headers and JSON spell them.
_NAMES = (
    r"token|secret|passw|passphrase|authorization|cookie|api_?key|credential|code_verifier|"
    r"session|sealed|device_id|database_url"
)
_SECRET_KEY = re.compile(_NAMES, re.IGNORECASE)

# A name in a text, with the sign before its value: an equals sign or a colon
# (url-encoded too), or the comma of a pair. «SECRET_KEY: ключ пуст» is our own
# sentence about a setting and holds no value.
_BEFORE = (
    rf"(?:{_NAMES})(?!(?-i:[A-Z_]*: [а-яё]))[\w.\[\]-]{{0,40}}"
    r"""(?:\\*["']?\s*(?:=>|[=:]|%3[AD])\s*|\\*["']\s*,\s*(?=b?\\*["']))"""
)


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns)


# Secrets that show themselves; in these patterns what stands in the first group is kept.
_BY_LOOK = _compiled(
    # VK's access tokens begin with "vk1.a." or "vk2.a."; the older ones are 85 hex digits.
    r"()vk\d+\.[a-z]\.[\w.%~+/=-]+",
    r"()\b[0-9a-f]{80,}\b",
    r"(\b(?:bearer|basic)(?:\s|%20)+)[\w.%~+/=-]+",
    # user:password@ in an URL; a careless password holds "/" or "@". The lengths keep a text
    # of nothing but such beginnings from being read to its end from each of them.
    r"""((?<=://))(?:[^\s/:@"']{0,300}:[^\s"']{0,300}|[^\s/@"']{1,300})(?=@)""",
)
# Whatever stands under a secret's name.
_BY_NAME = _compiled(
    # a header as it is sent, up to the end of its line
    r"""((?:authorization|cookie)[\w-]{0,20}\s*:\s*)[^\s"'\\][^\r\n]*""",
    # a value in double quotes, in single ones, in quotes inside quotes, in brackets, in none
    rf'({_BEFORE}b?")(?:\\.|[^"\\])*',
    rf"({_BEFORE}b?')(?:\\.|[^'\\])*",
    rf"""({_BEFORE}b?\\+["'])(?:(?!\\+["']).)*""",
    rf"({_BEFORE})[\[({{][^\])}}]*",
    rf"""({_BEFORE})(?!b?\\*["'])[^\s"'&\\\[({{]+""",
)

# Names whose values tell who somebody is; «name» alone is a product's, a store's, a community's.
_PERSON_KEY = re.compile(
    r"(?:first|last|middle|maiden|full|user|nick)_?name|fio|patronymic|фио|имя|e-?mail|mail|login|"
    r"(?:mobile|home)?_?(?:tele)?phone(?:_?number)?|tel|birth_?(?:date|day)|bdate",
    re.IGNORECASE,
)

# Who somebody is, where it shows itself. A local part is read from its beginning only, so that
# long runs of letters are read once.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<!\w)(?:\+\d[\d\s().-]{8,18}\d|[78][\s(-]*\d{3}[\s).-]*\d{3}[\s.-]*\d{2}[\s.-]*\d{2})(?!\w)"
)
# Addresses carry signatures and one-time hashes behind their question mark.
_QUERY = re.compile(r"""(https?:(?:\\?/){2}[^\s"'<>?]{0,1000})\?(?:[^\s"'<>\\]|\\/)*""")
_PERSON_NAME = rf"(?:{_PERSON_KEY.pattern})"
# JSON, and JSON within a text of JSON, where each quote has a backslash before it.
_PERSON_IN_TEXT = re.compile(
    rf"""("{_PERSON_NAME}"\s*:\s*")(?:\\.|[^"\\])*""", re.IGNORECASE | re.DOTALL
)
_PERSON_IN_QUOTED = re.compile(
    rf"""(\\"{_PERSON_NAME}\\"\s*:\s*\\")(?:(?!\\").)*""", re.IGNORECASE | re.DOTALL
)


def is_person_key(key: str) -> bool:
    """Tell whether values under this name tell who somebody is: their name, mail, phone."""
    return _PERSON_KEY.fullmatch(key) is not None


def mask_people(text: str) -> str:
    """Mask e-mails, phones and, under their names, the names of people in a text."""
    for pattern in (_PERSON_IN_TEXT, _PERSON_IN_QUOTED):
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return _PHONE.sub(MASK, _EMAIL.sub(MASK, text))


def drop_queries(text: str) -> str:
    """Drop from all addresses in a text what stands behind their question marks."""
    return _QUERY.sub(r"\1", text)


def is_secret_key(key: str) -> bool:
    """Tell whether values under this name must be masked."""
    return _SECRET_KEY.search(key) is not None


def mask_text(text: str) -> str:
    """Mask everything in a text that looks like a secret."""
    return _masked(text, _BY_LOOK + _BY_NAME)


def mask_by_look(text: str) -> str:
    """Mask only what is a secret by its look, wherever it stands.

    For our own sentences about a setting, which name files and never quote a
    value: a path such as «session: 1/x.json» is no secret.
    """
    return _masked(text, _BY_LOOK)


def mask_url(url: str) -> str:
    """Return an URL without its query, fragment, user and password; masked whole if it is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        netloc = f"{host}:{parts.port}" if parts.port else host
    except ValueError:  # an address or a port that cannot be one
        return MASK
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def mask(value: object) -> object:
    """Mask a value of any shape: mappings and pairs by name, texts by pattern.

    What is left are values that JSON knows; anything else becomes its text.
    """
    match value:
        case None | bool() | int() | float():
            return value
        case bytes():
            return f"<{len(value)} bytes>"
        case Mapping():
            return {_mask_key(key): mask_under(key, inner) for key, inner in value.items()}
        case (str() as key, inner) if is_secret_key(key):
            return [mask_text(key), mask_under(key, inner)]
        case list() | tuple() | set() | frozenset():
            return [mask(inner) for inner in value]
        case _:
            return mask_text(str(value))


def mask_under(key: object, value: object) -> object:
    """Mask a value that stands under a name: whole when the name says so, if there is any."""
    return MASK if isinstance(key, str) and is_secret_key(key) and value else mask(value)


def _masked(text: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    for pattern in patterns:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def _mask_key(key: object) -> object:
    return mask_text(key) if isinstance(key, str) else key
