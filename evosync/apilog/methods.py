"""What a request asked for, in few words that are alike for alike requests (pure)."""

import re
from collections import Counter
from urllib.parse import urlsplit

from evosync.outbound.exchange import Exchange

LONGEST_METHOD, LONGEST_DETAIL = 128, 255  # characters; the columns' widths

VK_METHODS = "/method/"
"""What stands in an address before the name of one of VK's methods."""

EXECUTE = "execute"

_CALLS = re.compile(r"API\.(\w+\.\w+)\(")
# Ids would make a method of each store; what they are of stands before them.
_IDS = {"stores": "{store-id}", "products": "{product-id}", "product-groups": "{group-id}"}


def method_of(exchange: Exchange) -> tuple[str, str | None]:
    """Name what was asked for, and what it carried, if that says more.

    «execute market.edit» and «market.edit ×25»; an execute of several methods
    is «execute». Evotor's are its paths without ids.
    """
    path = urlsplit(exchange.url).path
    if exchange.upload_bytes is not None:
        return "upload", f"картинка, {size_of(exchange.upload_bytes)}"
    if VK_METHODS not in path:
        return f"{exchange.method} {_without_ids(path)}"[:LONGEST_METHOD], None
    method = path.rpartition(VK_METHODS)[2]
    if method != EXECUTE:
        return method[:LONGEST_METHOD], None
    calls = calls_of(exchange)
    carried = ", ".join(f"{name} ×{count}" for name, count in calls.most_common())
    one = next(iter(calls)) if len(calls) == 1 else ""
    return f"execute {one}".strip()[:LONGEST_METHOD], carried[:LONGEST_DETAIL] or None


def calls_of(exchange: Exchange) -> Counter[str]:
    """Count the calls that an `execute` makes, by method."""
    return Counter(_CALLS.findall((exchange.form or {}).get("code", "")))


def size_of(size_bytes: int) -> str:
    """Say a size: «512 байт», «120 КБ», «1,5 МБ»."""
    if size_bytes < 1024:
        return f"{size_bytes} байт"
    if size_bytes < 1024 * 1024:
        return f"{round(size_bytes / 1024)} КБ"
    return f"{size_bytes / 1024 / 1024:.1f} МБ".replace(".", ",")


def _without_ids(path: str) -> str:
    parts = path.split("/")
    if "stores" in parts:  # whatever stands before is the address of the API
        parts = ["", *parts[parts.index("stores") :]]
    named = [
        _IDS.get(before, part) if part not in _IDS else part
        for before, part in zip(["", *parts], parts, strict=False)
    ]
    return "/".join(named)
