"""How VK counts a name and which links it does not take."""

import re

# VK counts a name in cp1251 after turning these signs into HTML entities; the costs are those
# of the Bitrix exporter.
SIGN_COSTS = {'"': 5, "&": 5, "\\": 6, "'": 5, ">": 4, "<": 4, "!": 5, "$": 6}

NAME_COST_MIN = 4  # market.add, parameter "name"
NAME_COST_MAX = 100

_ENDINGS = (
    "ru|su|рф|com|net|org|info|biz|pro|me|io|co|shop|store|site|online|club|top|xyz|app|dev|"
    "by|kz|ua|uz|eu|de|tv|cc|ly|gg|link|market|moscow|москва|рус|дети|онлайн|сайт|xn--p1ai"
)
_LINK = re.compile(
    rf"https?://|\bwww\.|(?<![\w.@-])[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})(?![\w-])", re.IGNORECASE
)


def name_cost(name: str) -> int:
    """Length of a name as VK counts it; a sign outside cp1251 costs its decimal entity."""
    return sum(_cost(sign) for sign in name)


def has_links(text: str) -> bool:
    """Whether a description holds what VK may take for a link: an address or a bare domain."""
    return _LINK.search(text) is not None


def _cost(sign: str) -> int:
    if sign in SIGN_COSTS:
        return SIGN_COSTS[sign]
    try:
        sign.encode("cp1251")
    except UnicodeEncodeError:
        return len(f"&#{ord(sign)};")
    return 1
