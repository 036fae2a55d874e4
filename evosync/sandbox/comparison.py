"""Whether the storefront tells the truth about the till, by no code of the mirror.

It supposes the plainest shop: every store, group and product switched on,
price ×1, stock fixed, goods that left the till hidden, types as new users
have them, goods of one name in several stores shown as one. What it checks is
what a buyer would check: each thing for sale is there once, under its name
and price, in its album; nothing else is offered. What VK's moderators keep
from buyers counts as offered: the shop did its part.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from evosync.sandbox.evotor.state import GroupState, ProductState, StoreState
from evosync.sandbox.vk.state import Album, Item
from evosync.sandbox.vk.texts import NAME_COST_MAX, name_cost
from evosync.sandbox.world import SandboxWorld

_Place = tuple[StoreState, ProductState]

NEVER_SOLD = ("ALCOHOL_", "BEER_", "NOT_ALCOHOL_BEER_", "TOBACCO_", "MEDICINE_")
SOLD_AT_ONCE = ("NORMAL", "SERVICE")
SHORTEST = 4  # VK's shortest title, characters
CUT_MARK = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a buyer should find for one product: `names` are those it has in its stores.

    `ids` are its product ids, one that twins have in each store; an item may
    have any of them as its sku. `product_id` is that of the first store.
    """

    product_id: str
    ids: frozenset[str]
    names: tuple[str, ...]
    price_kopecks: frozenset[int]
    albums: frozenset[str]


def find_differences(world: SandboxWorld, *, stock: int = 1000) -> list[str]:
    """List in Russian where VK does not equal the till; an empty list is what we want.

    `stock` is what every item for sale must show.
    """
    wanted = {one.product_id: one for one in _wanted(world)}
    known = _known_ids(wanted.values())
    visible = [
        item for item in world.vk.offered_items(world.community_id) if item.stock_amount != 0
    ]
    by_sku: dict[str, list[Item]] = {}
    for item in visible:
        by_sku.setdefault(known.get(item.sku, item.sku), []).append(item)
    albums = [album for album in world.vk.albums(world.community_id) if not album.is_hidden]
    differences = [
        f"В VK продаётся «{item.title}», чего в кассе нет."
        for item in visible
        if item.sku not in known
    ]
    for product_id, one in sorted(wanted.items()):
        items = by_sku.get(product_id, [])
        if len(items) != 1:
            differences.append(f"«{one.names[0]}»: карточек в VK {len(items)}, а должна быть одна.")
            continue
        differences += _item_differences(one, items[0], albums, stock)
    return differences


def count_visible(world: SandboxWorld) -> Mapping[str, int]:
    """Count the items offered for every wanted product, by its id; 0 for one that is lost.

    A sold-out item counts for a wanted product: a buyer sees it. What is for
    sale and wanted by nobody is counted too, by its sku or, without one, its
    title. The skus are those that VK keeps, whether or not it answers them.
    """
    known = _known_ids(_wanted(world))
    counts = Counter(dict.fromkeys(known.values(), 0))
    for item in world.vk.offered_items(world.community_id):
        if item.sku in known or item.stock_amount != 0:
            counts[known.get(item.sku, item.sku) or item.title] += 1
    return counts


def find_miscounts(world: SandboxWorld) -> list[str]:
    """List in Russian what is not there exactly once; an empty list is what we want."""
    wanted = {one.product_id: one.names[0] for one in _wanted(world)}
    return [
        f"«{wanted.get(key, key)}»: карточек в VK {count}, а должно быть {int(key in wanted)}."
        for key, count in sorted(count_visible(world).items())
        if count != int(key in wanted)
    ]


def list_wanted(world: SandboxWorld) -> list[Wanted]:
    """List the products that should stand in VK."""
    return list(_wanted(world))


def _known_ids(wanted: Iterable[Wanted]) -> Mapping[str, str]:
    """Give for every id of every product the one by which it is counted."""
    return {each: one.product_id for one in wanted for each in one.ids}


def _wanted(world: SandboxWorld) -> Iterator[Wanted]:
    shelves: dict[str, list[_Place]] = {}
    for store in world.evotor.stores():
        for product in store.products.values() if store.is_paid else ():
            shelves.setdefault(product.id, []).append((store, product))
    for every in _joined(list(shelves.values())):
        places = [(store, product) for store, product in every if _is_for_sale(store, product)]
        if not places:
            continue
        albums = {title for store, product in places if (title := _album_title(store, product))}
        yield Wanted(
            product_id=every[0][1].id,
            ids=frozenset(product.id for _, product in every),
            names=tuple(_full_name(store, product) for store, product in places),
            price_kopecks=frozenset(_kopecks(product.price) for _, product in places),
            albums=frozenset(albums),
        )


def _joined(shelves: Sequence[Sequence[_Place]]) -> Iterator[list[_Place]]:
    """Put the places of products together that differ only in their store."""
    by_name: dict[str, list[Sequence[_Place]]] = {}
    for places in shelves:
        by_name.setdefault(_folded(_full_name(*places[0])), []).append(places)
    for name, same in by_name.items():
        stores = [store.id for places in same for store, _ in places]
        if not name or len(set(stores)) < len(stores):
            yield from map(list, same)
            continue
        codes = [{code for _, row in places for code in row.barcodes} for places in same]
        told = {frozenset(one) for one in codes if one}
        parts: dict[frozenset[str] | int, list[_Place]] = {}
        for number, places in enumerate(same):
            own = frozenset(codes[number]) or number
            parts.setdefault(own if len(told) > 1 else 0, []).extend(places)
        yield from parts.values()


def _is_for_sale(store: StoreState, product: ProductState) -> bool:
    return (
        bool(_plain(_full_name(store, product)))
        and product.price is not None
        and _kopecks(product.price) > 0
        and product.allow_to_sell is not False
        and product.type in SOLD_AT_ONCE
        and not product.type.startswith(NEVER_SOLD)
    )


def _item_differences(one: Wanted, item: Item, albums: list[Album], stock: int) -> Iterator[str]:
    name = one.names[0]
    if item.price not in one.price_kopecks:
        yield f"«{name}»: в VK {item.price} коп., в кассе {sorted(one.price_kopecks)}."
    if not any(_title_fits(item.title, each) for each in one.names):
        yield f"«{name}»: в VK названо «{item.title}»."
    if item.stock_amount != stock:
        yield f"«{name}»: в VK остаток {item.stock_amount}, а не {stock}."
    inside = {_folded(album.title) for album in albums if item.item_id in album.item_ids}
    if not inside <= one.albums or (one.albums and not inside):
        yield f"«{name}»: в VK в подборках {sorted(inside)}, в кассе {sorted(one.albums)}."


def _title_fits(title: str, name: str) -> bool:
    """A title is the name, or its beginning with a cut mark, or a too short name and more."""
    shown, full = _plain(title), _plain(name)
    if shown == full:
        return True
    if shown.endswith(CUT_MARK):
        kept = shown.removesuffix(CUT_MARK).rstrip(" ,.;:—-")
        return name_cost(full) > NAME_COST_MAX and bool(kept) and full.startswith(kept)
    return len(full) < SHORTEST and shown.startswith(full)


def _full_name(store: StoreState, product: ProductState) -> str:
    """Return the name, with that of the modification group before it where it does not begin so."""
    # `odd` rows that break Evotor's own schema are not expected anywhere.
    own = product.odd.get("name", product.name)
    if not isinstance(own, str):
        return ""
    parent = store.groups.get(product.parent_id or "")
    if parent is None or not parent.attributes:
        return own
    name, group = _folded(own), _folded(parent.name)
    if name.startswith(group) and name != group:
        return own
    chosen = [
        choice.name
        for attribute in parent.attributes
        for choice in attribute.choices
        if product.attributes_choices.get(attribute.id) == choice.id
    ]
    return ", ".join([parent.name, *chosen]) if chosen else own or parent.name


def _album_title(store: StoreState, product: ProductState) -> str | None:
    """Return the folded title of the album of the nearest plain group; None if it has none."""
    group: GroupState | None = store.groups.get(product.parent_id or "")
    seen: set[str] = set()
    while group is not None and group.attributes:
        if group.id in seen:
            return None
        seen.add(group.id)
        group = store.groups.get(group.parent_id or "")
    return _folded(_plain(group.name)[:128]) or None if group is not None else None


def _kopecks(roubles: Decimal | None) -> int:
    return int(((roubles or Decimal(0)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _plain(text: str) -> str:
    """Decode entities; drop what cannot be seen; blanks to one."""
    decoded = html.unescape(html.unescape(text))
    seen = "".join(
        " " if char.isspace() else char
        for char in decoded
        if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf"}
    )
    return re.sub(r" +", " ", seen).strip()


def _folded(text: str) -> str:
    return _plain(unicodedata.normalize("NFKC", text)).casefold().replace("ё", "е")
