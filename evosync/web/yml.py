"""Drafts written as a YML file, which shops and marketplaces read (pure)."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

from evosync.catalog.item import Draft
from evosync.spoken import MOSCOW, zone_of

CONTENT_TYPE = "application/xml; charset=utf-8"
NO_GROUP = "Без группы"

# What XML 1.0 cannot hold, not even as a reference (section 2.2, "Char").
_NO_CHARS = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBERS = 2**31 - 1
_RATES = (("RUB", "1"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class YmlShop:
    """Whose goods they are: a name, and the address of who made the file.

    `pictures` are addresses by the SHA-256 (hex) of a picture.
    """

    name: str
    url: str
    pictures: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class YmlContent:
    """The file but for its date: `digest` tells whether it is another one than before."""

    shop: bytes
    digest: str


def make_content(shop: YmlShop, drafts: Iterable[Draft]) -> YmlContent:
    """Write the goods that would be published, in the order of groups and names."""
    offered = sorted(
        (draft for draft in drafts if draft.for_sale),
        key=lambda draft: (draft.album or "", draft.title, draft.product_id),
    )
    numbers = _number_groups(offered)
    root = ET.Element("shop")
    for name, text in (("name", shop.name), ("company", shop.name), ("url", shop.url)):
        _add(root, name, text)
    currencies = ET.SubElement(root, "currencies")
    for currency, rate in _RATES:
        ET.SubElement(currencies, "currency", id=currency, rate=rate)
    categories = ET.SubElement(root, "categories")
    for album, number in sorted(numbers.items(), key=lambda pair: pair[0] or ""):
        title = next(draft.album_title for draft in offered if draft.album == album)
        _add(categories, "category", title or NO_GROUP, id=str(number))
    offers = ET.SubElement(root, "offers")
    for draft in offered:
        _add_offer(offers, draft, numbers[draft.album], shop.pictures)
    written = ET.tostring(root, encoding="utf-8")
    return YmlContent(shop=written, digest=hashlib.sha256(written).hexdigest())


def make_file(content: YmlContent, changed_at: datetime) -> bytes:
    """Write the whole file; its date is when the content last became another one."""
    date = changed_at.astimezone(zone_of(MOSCOW)).strftime("%Y-%m-%d %H:%M")
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<yml_catalog date="{date}">'
    return head.encode() + content.shop + b"</yml_catalog>\n"


def _number_groups(drafts: Sequence[Draft]) -> dict[str | None, int]:
    """Number the groups; a group keeps its number as long as its name is the same."""
    numbers: dict[str | None, int] = {}
    taken: set[int] = set()
    for album in sorted({draft.album for draft in drafts}, key=lambda each: each or ""):
        digest = hashlib.sha256((album or "").encode(errors="surrogatepass")).digest()
        number = int.from_bytes(digest[:4]) % _NUMBERS + 1
        while number in taken:
            number += 1
        taken.add(number)
        numbers[album] = number
    return numbers


def _add_offer(
    offers: ET.Element, draft: Draft, category: int, pictures: Mapping[str, str]
) -> None:
    stock = draft.opening_stock if draft.stock is None else draft.stock
    offer = ET.SubElement(
        offers, "offer", id=_clean(draft.product_id), available="true" if stock else "false"
    )
    _add(offer, "name", draft.title)
    _add(offer, "price", _roubles(draft.price))
    _add(offer, "currencyId", _RATES[0][0])
    _add(offer, "categoryId", str(category))
    if draft.photo is not None and draft.photo in pictures:
        _add(offer, "picture", pictures[draft.photo])
    _add(offer, "description", draft.description)
    _add(offer, "count", str(stock))


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return _NO_CHARS.sub("", text)


def _roubles(kopecks: int) -> str:
    """Write a price as YML does: «120» or «120.50»."""
    whole, rest = divmod(kopecks, 100)
    return str(whole) if rest == 0 else f"{Decimal(kopecks) / 100:.2f}"
