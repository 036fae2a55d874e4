"""Addresses of VK: how people write down a community, and where its goods are seen (pure)."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# VK's own names for the address of any community: help of groups.getById and the site itself.
_NUMBERED = re.compile(r"(?:club|public|event|-)?([0-9]{1,18})")
_SHORT_NAME = re.compile(r"[A-Za-z0-9_.]{2,50}")
_SITES = frozenset({"vk.com", "www.vk.com", "m.vk.com", "vk.ru", "www.vk.ru", "m.vk.ru"})


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def read_community(text: str) -> int | str | None:
    """Return a community's id or its short name; None when a text is neither.

    Understands 123, -123, club123, public123, @tea_shop, vk.com/tea_shop and
    https://vk.com/club123?from=…
    """
    name = _name_in(text.strip()).removeprefix("@")
    if numbered := _NUMBERED.fullmatch(name):
        return int(numbered[1]) or None
    return name if _SHORT_NAME.fullmatch(name) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storefront:
    """Where buyers see the goods of a community (`community_id` is positive).

    `sandbox` is the address of a sandbox's shop windows; None for VK itself.
    """

    community_id: int
    sandbox: str | None = None

    @property
    def url(self) -> str:
        """The whole market."""
        if self.sandbox is not None:
            return f"{self.sandbox}/{self.community_id}/"
        return f"https://vk.com/market-{self.community_id}"

    def album_url(self, album_id: int) -> str:
        """One album."""
        query = "album=" if self.sandbox is not None else "section=album_"
        return f"{self.url}?{query}{album_id}"

    def item_url(self, item_id: int) -> str:
        """One item."""
        if self.sandbox is not None:
            return f"{self.url}{item_id}"
        return f"{self.url}?w=product-{self.community_id}_{item_id}"


def storefront(community_id: int, api_url: str) -> Storefront:
    """Find the storefront of a community by where VK's API is; a sandbox shows its own."""
    parts = urlsplit(api_url)
    base = api_url.rstrip("/").removesuffix("/vk")
    is_sandbox = parts.hostname in _LOOPBACK and base != api_url.rstrip("/")
    return Storefront(
        community_id=community_id, sandbox=f"{base}/storefront" if is_sandbox else None
    )


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
