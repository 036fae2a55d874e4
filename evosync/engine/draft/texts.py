"""The description of an item: the till's own words, then what the price is for (design: R3)."""

import re
from functools import lru_cache

from evosync.catalog.names import decode_entities, vk_length
from evosync.engine.draft.names import cut_at_word, drop_unseen, fits, plain_name

DESCRIPTION_MIN = 10
"""Characters; VK API schema, market.add, parameter "description"."""
DESCRIPTION_MAX = 3300
"""VK publishes no limit; 1C-Bitrix's VK exporter cuts here."""

# Bare domains are known by their endings only: a till's text often lacks the
# blank after a full stop, and "чай.Состав" is no address. Endings that are
# also words of price lists (top, one, de) are left out for the same reason.
_ENDINGS = (
    "ru|su|рф|com|net|org|info|biz|shop|store|online|site|website|pro|club|market"
    "|me|io|tv|cc|ly|gg|app|link|xyz|space|by|kz|ua|uz|kg|eu"
)
_TAIL = r"""(?:[/?#][^\s()<>"«»]*(?<![.,;:!?]))?"""
_LINK = re.compile(
    # A scheme, then anything up to a blank, bracket or quote …
    r"""\b[a-z][a-z0-9+-]{1,15}://[^\s()<>"«»]*(?<![.,;:!?])"""
    # … or www. before anything, or a bare domain, with a mailbox before it.
    r"""|(?<![\w.+-])www\.[^\s()<>"«»]+(?<![.,;:!?])"""
    rf"""|(?<![\w.+@-])(?:[\w.+-]+@|@)?(?:[\w-]+\.)+(?:{_ENDINGS})(?![\w-]|\.\w)(?::\d+)?{_TAIL}""",
    re.IGNORECASE,
)
# Found fast, and in few texts; a search for whole links is slow, each word may begin one.
# All of it begins with one of two signs, to which the search can jump.
_HINT = re.compile(rf"://|\.(?:{_ENDINGS})\b|\.(?<=www\.)", re.IGNORECASE)
_LINE_TAG = re.compile(r"\s*</?(?:br|p|div|li|ul|ol|tr|h[1-6])\b[^<>]*>\s*", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:b|i|u|s|a|em|strong|span|font|sub|sup|img|table|tbody|td|th)\b[^<>]*>", re.IGNORECASE
)
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|«\s*»")
_GAP = re.compile(r"\n{3,}")
_BLANK_BEFORE_STOP = re.compile(r"[ \t]+(?=[.,;!?](?:\s|$))")


def make_description(own_text: str, *, name: str, measure: str, title: str) -> str:
    """Describe an item: Evotor's text if any, a blank line, `Name (цена за 1 шт.)`.

    `name` is the full plain name, `title` the one that VK shows.
    """
    unit = plain_measure(measure)
    offer = cut_at_word(f"{name} (цена за 1 {unit}.)" if unit else name, DESCRIPTION_MAX)
    text = _plain_text(own_text) if own_text else ""
    description = _join(text, offer) if text else offer
    # Counted in plain characters, which never are more than VK counts.
    return description if len(description) >= DESCRIPTION_MIN else f"Товар: {title}"


# Asked for every product, and a shop has few measures.
@lru_cache(maxsize=1024)
def plain_measure(measure: str) -> str:
    """Clean a measure's name and take its dots off: "шт." and "шт" are the same measure."""
    return plain_name(measure).rstrip(". ")


def without_links(text: str) -> str:
    """Take links, mailboxes and bare domains out of a text; VK may refuse them (error 1408)."""
    if not _HINT.search(text):
        return text
    bare = _EMPTY_BRACKETS.sub("", _LINK.sub("", text))
    return _BLANK_BEFORE_STOP.sub("", bare)


def _plain_text(raw: str) -> str:
    """Clean a text line by line; entities first, so that an escaped link is seen too."""
    text = decode_entities(raw)
    if "<" in text:
        text = _INLINE_TAG.sub("", _LINE_TAG.sub("\n", text))
    lines = [" ".join(line.split()) for line in without_links(drop_unseen(text)).splitlines()]
    joined = "\n".join(lines)
    return (_GAP.sub("\n\n", joined) if "\n\n\n" in joined else joined).strip()


def _join(text: str, offer: str) -> str:
    """Put the till's text above the offer, cut if both are too much."""
    both = f"{text}\n\n{offer}"
    if fits(both, DESCRIPTION_MAX):
        return both
    room = DESCRIPTION_MAX - vk_length(f"\n\n{offer}")
    return f"{cut_at_word(text, room)}\n\n{offer}" if room > 1 else offer
