"""Names as they are read, as they are compared, and as VK counts them."""

import html
import re
import unicodedata
from functools import lru_cache

# Only entities that end with a semicolon: the legacy forms without one would
# turn the «&not» of "Pen&notebook" into a sign.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def decode_entities(text: str) -> str:
    """Decode HTML entities once: "&amp;" becomes "&"."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def fold_name(name: str) -> str:
    """Fold a name for comparison: NFKC, case, ё→е, blanks collapsed.

    The folded form is the only one that is searched, sorted or compared;
    databases fold Cyrillic each in its own way.
    """
    folded = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    return " ".join(folded.split())


# What VK's counter charges for signs it stores as entities; other cp1251
# characters cost 1. Source: the price list in 1C-Bitrix's VK exporter.
_ENTITY_COST = {'"': 5, "&": 5, "\\": 6, "'": 5, ">": 4, "<": 4, "!": 5, "$": 6}
_CP1251 = bytes(range(256)).decode("cp1251", errors="ignore")
_OF_ONES = re.compile(f"[{re.escape(''.join(set(_CP1251) - _ENTITY_COST.keys()))}]*")


def vk_length(text: str) -> int:
    """Count a text as VK's limits do: cp1251 characters, dear signs at their entity's length.

    A character outside cp1251 is charged as a decimal entity (`&#128512;`);
    that part is inferred, VK publishes no rule.
    """
    return len(text) if _OF_ONES.fullmatch(text) else sum(map(_cost, text))


# A catalog of 15,000 names has few different characters; asking the codec for
# each of them anew would take long.
@lru_cache(maxsize=4096)
def _cost(char: str) -> int:
    if char in _ENTITY_COST:
        return _ENTITY_COST[char]
    try:
        char.encode("cp1251")
    except UnicodeEncodeError:
        return len(f"&#{ord(char)};")
    return 1
