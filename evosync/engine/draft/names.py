"""Names on their way to the market: cleaned, and fitted to VK's limits (design: R2, R11)."""

import unicodedata
from itertools import accumulate

from evosync.catalog.names import decode_entities, vk_length

TITLE_MIN = 4
"""VK's least title by its own count; VK API schema, market.add, parameter "name"."""
TITLE_MAX = 100
"""VK's greatest title by its own count; VK API schema, market.add, parameter "name"."""
ALBUM_TITLE_MAX = 128
"""Characters; VK API schema, market.addAlbum, parameter "title"."""

ELLIPSIS = "…"

# Controls, invisible formatting, halves of surrogate pairs, private use.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})


def drop_unseen(text: str) -> str:
    """Drop characters that print nothing, keeping every kind of blank."""
    if text.isprintable():
        return text
    return "".join(
        char for char in text if char.isspace() or unicodedata.category(char) not in _UNSEEN
    )


def plain_name(raw: str) -> str:
    """Clean a name of entities, control characters and repeated blanks."""
    return " ".join(drop_unseen(decode_entities(raw)).split())


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two names are the same once they are clean."""
    return one == other or plain_name(one) == plain_name(other)


def make_title(name: str, *, measure: str, group: str, code: str) -> tuple[str, bool]:
    """Fit a plain, non-empty name to VK's limits; True if it had to be cut.

    `measure`, `group` and `code` (the latter as Evotor gives it) lengthen a name
    that is too short, the first that is not empty; a name with none of them
    becomes "Товар …".
    """
    title = name
    if len(name) < TITLE_MIN and vk_length(name) < TITLE_MIN:
        title = _lengthen(name, measure, group, code)
    if fits(title, TITLE_MAX):
        return title, False
    return cut_at_word(title, TITLE_MAX, least=TITLE_MIN), True


def cut_at_word(text: str, limit: int, *, least: int = 0) -> str:
    """Cut a text to VK's count `limit` at a word, with «…» at the end.

    Cut anywhere when no word ends where at least `least` would be left. A
    text that fits is returned as it is.
    """
    if fits(text, limit):
        return text
    end = _prefix_end(text, limit - vk_length(ELLIPSIS))
    at_word = (text[:end] if text[end].isspace() else _without_last_word(text[:end])).rstrip()
    if at_word and vk_length(at_word) + vk_length(ELLIPSIS) >= least:
        return at_word + ELLIPSIS
    return text[:end].rstrip() + ELLIPSIS


def fits(text: str, limit: int) -> bool:
    """Tell whether a text is within `limit` by VK's count."""
    # Most texts need no counting: every character costs at least 1, and none
    # more than the longest decimal entity, "&#1114111;".
    return len(text) * 10 <= limit or (len(text) <= limit and vk_length(text) <= limit)


def album_title(group_name: str) -> str:
    """Make an album's title from a group's name; "" for a nameless group."""
    return plain_name(group_name)[:ALBUM_TITLE_MAX].rstrip()


def _lengthen(name: str, measure: str, group: str, code: str) -> str:
    if measure:
        return f"{name} ({measure})"
    if group:
        return f"{name} — {group}"
    if code := plain_name(code):
        return f"{name} (код {code})"
    return f"Товар {name}"


def _prefix_end(text: str, limit: int) -> int:
    """Find how much of a text that is longer than `limit` fits it."""
    spent = accumulate(map(vk_length, text))
    return next(position for position, cost in enumerate(spent) if cost > limit)


def _without_last_word(text: str) -> str:
    parts = text.rsplit(None, 1)
    return parts[0] if len(parts) > 1 else ""
