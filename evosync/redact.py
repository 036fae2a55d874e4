"""Secrets masked, wherever words of ours or of others go to a log or an error."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

MASK = "***"

# Keys whose values are never shown, as settings, parameters, headers and JSON name them.
_SECRET_KEY = re.compile(
    r"token|secret|passw|passphrase|authorization|cookie|api_key|credential|code_verifier|"
    r"session|sealed|device_id|database_url",
    re.IGNORECASE,
)
_SECRET_TEXT = (
    # VK access tokens: "vk1.a.…", "vk2.a.…"
    re.compile(r"\bvk\d\.[a-z]\.[\w.\-]+"),
    # Authorization: Bearer …
    re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=\-]+"),
    # access_token=… in an URL, a form or a JSON text
    re.compile(
        r"(?i)([\"']?\w*(?:token|secret|passw(?:or)?d|passphrase)\w*[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
    ),
    # user:password@ in an URL
    re.compile(r"(?<=://)[^/\s@:]+:[^/\s@]+(?=@)"),
)


def is_secret_key(key: str) -> bool:
    """Tell whether values under this name must be masked."""
    return _SECRET_KEY.search(key) is not None


def mask_text(text: str) -> str:
    """Mask everything in a text that looks like a secret."""
    for pattern in _SECRET_TEXT:
        text = pattern.sub(lambda found: (found.group(1) if found.lastindex else "") + MASK, text)
    return text


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
    """Mask a value of any shape: mappings by key, texts by pattern."""
    match value:
        case str():
            return mask_text(value)
        case Mapping():
            return {
                key: MASK if isinstance(key, str) and is_secret_key(key) and inner else mask(inner)
                for key, inner in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [mask(inner) for inner in value]
        case bytes():
            return f"<{len(value)} bytes>"
        case _:
            return value
