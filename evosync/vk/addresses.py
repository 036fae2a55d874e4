"""How people write down which community they mean: a number, a short name, a link (pure)."""

import re
from urllib.parse import urlsplit

# VK's own names for the address of any community: help of groups.getById and the site itself.
_NUMBERED = re.compile(r"(?:club|public|event|-)?([0-9]{1,18})")
_SHORT_NAME = re.compile(r"[A-Za-z0-9_.]{2,50}")
_SITES = frozenset({"vk.com", "www.vk.com", "m.vk.com", "vk.ru", "www.vk.ru", "m.vk.ru"})


def read_community(text: str) -> int | str | None:
    """Return a community's id or its short name; None when a text is neither.

    Understands 123, -123, club123, public123, @tea_shop, vk.com/tea_shop and
    https://vk.com/club123?from=…
    """
    name = _name_in(text.strip()).removeprefix("@")
    if numbered := _NUMBERED.fullmatch(name):
        return int(numbered[1]) or None
    return name if _SHORT_NAME.fullmatch(name) else None


def _name_in(text: str) -> str:
    """Return the first part of the path of a link to VK; a text that is no link as it is."""
    if "/" not in text:
        return text
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host = parts.hostname
    except ValueError:
        return ""
    return parts.path.strip("/").partition("/")[0] if host in _SITES else ""
