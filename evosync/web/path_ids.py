"""Ids of Evotor's as parts of addresses: whatever an id holds, the address leads back to it."""

import re
from collections.abc import Mapping
from typing import Any

_ODD = re.compile(rb"[^A-Za-z0-9._-]")
_SEALED = re.compile("(?:~[0-9A-F]{2})+")


def sealed(value: object) -> str:
    """Write an id so that it is one part of a path.

    What is not plain stands as «~» and two hex digits, and not as «%»: servers
    and browsers read that back before we do, and then «a%2Fb» is two parts.
    """
    raw = str(value).encode()
    if not raw.strip(b"."):  # «.» and «..» lead elsewhere, and nothing at all nowhere
        return "~2E" * len(raw) or "~"
    return _ODD.sub(lambda odd: b"~%02X" % ord(odd[0]), raw).decode()


def opened(params: Mapping[str, Any]) -> dict[str, Any]:
    """Read what parts of a path stand for."""
    return {
        name: _opened(value) if isinstance(value, str) else value for name, value in params.items()
    }


def _opened(text: str) -> str:
    if text == "~":
        return ""
    return _SEALED.sub(
        lambda found: bytes.fromhex(found[0].replace("~", "")).decode(errors="replace"), text
    )
