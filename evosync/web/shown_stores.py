"""The stores of a till as their page shows them: how each is, what of it is chosen (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evosync.catalog.product import ProductGroup
from evosync.catalog.snapshot import ReadingState
from evosync.db.catalog import CachedStore
from evosync.db.catalog_pages import Parent
from evosync.engine.draft.groups import find_plain, index_groups
from evosync.engine.rules import NO_GROUP, Selection
from evosync.spoken import number, plural
from evosync.web.flash import Kind

_PLACES = ("Первый", "Второй", "Третий", "Четвёртый", "Пятый")
_OF_SO_MANY = (*("двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти", "десяти"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """What the till holds: its stores, their groups, and products by the group that they name."""

    stores: Sequence[CachedStore]
    groups: Iterable[ProductGroup]
    products: Mapping[Parent, int]
    switched_off: Mapping[Parent, int]
    selection: Selection
    namesakes: Mapping[str, int] = field(default_factory=dict)
    new_groups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStore:
    """One store. `chosen` is what of it is chosen for VK, in words; `order` is its place."""

    id: str
    name: str
    address: str | None
    kind: Kind
    word: str
    is_on: bool
    is_new: bool
    is_paid: bool
    trouble: str
    counts: str
    chosen: str
    news: str
    namesakes: str
    order: str
    place: int
    chosen_products: int


def show_stores(shelves: Shelves) -> list[ShownStore]:
    """Show the stores in the user's order."""
    tallies = _tally(shelves)
    main = shelves.stores[0].store.name if shelves.stores else ""
    return [
        _shown(each, place, tallies[each.store.id], shelves, main)
        for place, each in enumerate(shelves.stores)
    ]


def chosen_in_words(shown: Sequence[ShownStore]) -> tuple[Kind, str]:
    """Say which of the stores are chosen, and how many products where that is one number."""
    on = [each for each in shown if each.is_on]
    if not on:
        return "secondary", "Для VK пока ничего не выбрано."
    goods = f": {plural(on[0].chosen_products, 'товар', 'товара', 'товаров')}"
    if len(shown) == 1:
        return "success", f"Магазин выбран для VK{goods}."
    of = len(shown)
    many = _OF_SO_MANY[of - 2] if of - 2 < len(_OF_SO_MANY) else number(of)
    if len(on) == 1:
        return "success", f"Для VK выбран один магазин из {many}{goods}."
    stores = plural(len(on), "магазин", "магазина", "магазинов")
    # The same goods may stand in several of them: their sum would be no number of cards.
    return "success", f"Для VK выбрано {stores} из {many}."


@dataclass(slots=True)
class _Tally:
    products: int = 0
    chosen_products: int = 0
    groups: int = 0
    chosen_groups: int = 0


def _tally(shelves: Shelves) -> Mapping[str, _Tally]:
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    by_store: dict[str, list[ProductGroup]] = defaultdict(list)
    for group in shelves.groups:
        by_store[group.store_id].append(group)
        if not group.attributes:
            tallies[group.store_id].groups += 1
            if (group.store_id, group.id) in shelves.selection.groups:
                tallies[group.store_id].chosen_groups += 1
    indexes = {store_id: index_groups(groups) for store_id, groups in by_store.items()}
    for (store_id, parent_id), count in shelves.products.items():
        tally = tallies[store_id]
        tally.products += count
        home = find_plain(parent_id, indexes.get(store_id, {}))
        if (store_id, home.id if home else NO_GROUP) in shelves.selection.groups:
            off = shelves.switched_off.get((store_id, parent_id), 0)
            tally.chosen_products += count - off
    return tallies


def _shown(each: CachedStore, place: int, tally: _Tally, shelves: Shelves, main: str) -> ShownStore:
    is_on = each.store.id in shelves.selection.stores
    kind, word, trouble = _state(each, is_on=is_on)
    same, new = shelves.namesakes.get(each.store.id, 0), shelves.new_groups.get(each.store.id, 0)
    return ShownStore(
        id=each.store.id,
        name=each.store.name or "Без названия",
        address=each.store.address,
        kind=kind,
        word=word,
        is_on=is_on,
        is_new=each.is_new,
        is_paid=each.state is not ReadingState.NOT_PAID,
        trouble=trouble,
        counts=f"{plural(tally.products, 'товар', 'товара', 'товаров')}, "
        f"{plural(tally.groups, 'группа', 'группы', 'групп')}.",
        chosen=_chosen(tally, is_on=is_on, has_none=_has_none(each.store.id, shelves)),
        news=f"{plural(new, 'новая группа ждёт', 'новые группы ждут', 'новых групп ждут')} решения."
        if new
        else "",
        namesakes=f"Из них {number(same)} с теми же названиями, что в магазине «{main}»: "
        "одинаковые товары в VK станут одной карточкой."
        if same and place
        else "",
        order=_order(place) if len(shelves.stores) > 1 else "",
        place=place,
        chosen_products=tally.chosen_products,
    )


def _has_none(store_id: str, shelves: Shelves) -> bool:
    return (store_id, NO_GROUP) in shelves.selection.groups


def _state(each: CachedStore, *, is_on: bool) -> tuple[Kind, str, str]:
    if each.state is ReadingState.NOT_PAID:
        why = "Приложение не оплачено для этого магазина в Эвоторе, читать его товары нельзя."
        return "warning", "Не оплачен", why
    if each.state is not ReadingState.WHOLE:
        reason = each.reason.strip().rstrip(".")
        return "warning", "Не прочитан", f"Прочитать целиком не удалось{_because(reason)}."
    if is_on:
        return "success", "В порядке", ""
    return "secondary", "Не выбран", ""


def _because(reason: str) -> str:
    return f": {reason[0].lower()}{reason[1:]}" if reason else ""


def _chosen(tally: _Tally, *, is_on: bool, has_none: bool) -> str:
    if not tally.chosen_groups and not has_none:
        return "Группы не выбраны: товары в VK не пойдут." if is_on else ""
    groups = plural(tally.chosen_groups, "группа", "группы", "групп")
    goods = plural(tally.chosen_products, "товар", "товара", "товаров")
    return f"Выбрано: {groups}, {goods}."


def _order(place: int) -> str:
    if place == 0:
        return "Главный: его название, цена и группа важнее, если товар есть в нескольких."
    named = _PLACES[place] if place < len(_PLACES) else f"{place + 1}-й"
    return f"{named} по порядку"
