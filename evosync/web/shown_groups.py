"""The groups of one store as their page shows them: a tree with what is in each (pure)."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evosync.catalog.product import ProductGroup
from evosync.db.catalog_pages import Parent
from evosync.db.selection import NO_GROUP_NAME, Switch
from evosync.engine.draft.groups import find_plain, index_groups
from evosync.engine.group_tree import Branch, list_branches
from evosync.engine.rules import NO_GROUP, Selection
from evosync.spoken import plural

DEEPEST = 3
"""So far in rows are moved; what lies deeper names the group that it lies in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What one store holds: groups, products by the group that they name, switches."""

    store_id: str
    groups: Iterable[ProductGroup]
    products: Mapping[Parent, int]
    switched_off: Mapping[Parent, int]
    selection: Selection
    kept: Sequence[Switch]
    new: Mapping[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """A row of the tree. `key` names it within the page; `all_count` counts what lies in it, too.

    `new_at` is when it appeared, while nobody has decided on it. `can_open`
    and `can_close` offer to switch it with its subgroups.
    """

    id: str
    key: str
    name: str
    depth: int
    inside: str
    is_on: bool
    count: int
    all_count: int
    off_count: int
    has_children: bool
    can_open: bool
    can_close: bool
    new_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFolder:
    """The rows, «Без группы» last; switches of what is listed no more; how much is chosen."""

    rows: tuple[ShownGroup, ...]
    unlisted: tuple[Switch, ...]
    chosen_groups: int
    groups: int
    chosen_products: int
    new_groups: int


def show_groups(folder: Folder) -> ShownFolder:
    """Show the groups of a store."""
    groups = list(folder.groups)
    index = index_groups(groups)
    own, off = _by_home(folder.products, index), _by_home(folder.switched_off, index)
    branches = list_branches(groups)
    below = _add_up(branches, own, folder)
    rows = [
        ShownGroup(
            id=branch.group.id,
            key=key_of(branch.group.id),
            name=branch.group.name.strip() or "Без названия",
            depth=min(branch.depth, DEEPEST),
            inside=(branch.parent.name.strip() or "Без названия")
            if branch.parent is not None and branch.depth > DEEPEST
            else "",
            is_on=_is_on(branch.group.id, folder),
            count=own[branch.group.id],
            all_count=total.products,
            off_count=off[branch.group.id],
            has_children=branch.has_children,
            can_open=branch.has_children and total.on < total.groups,
            can_close=branch.has_children and total.on > 0,
            new_at=folder.new.get(branch.group.id),
        )
        for branch, total in zip(branches, below, strict=True)
    ]
    rows.append(
        ShownGroup(
            id=NO_GROUP,
            key=key_of(NO_GROUP),
            name=NO_GROUP_NAME,
            depth=0,
            inside="",
            is_on=_is_on(NO_GROUP, folder),
            count=own[NO_GROUP],
            all_count=own[NO_GROUP],
            off_count=off[NO_GROUP],
            has_children=False,
            can_open=False,
            can_close=False,
        )
    )
    listed = {row.id for row in rows}
    return ShownFolder(
        rows=tuple(rows),
        unlisted=tuple(one for one in folder.kept if one.entity_id not in listed),
        chosen_groups=sum(row.is_on for row in rows if row.id != NO_GROUP),
        groups=len(rows) - 1,
        chosen_products=sum(row.count - row.off_count for row in rows if row.is_on),
        new_groups=sum(row.new_at is not None for row in rows),
    )


def folder_in_words(shown: ShownFolder, *, is_store_on: bool) -> str:
    """Say how much of a store is chosen, and what waits for a decision."""
    goods = plural(shown.chosen_products, "товар", "товара", "товаров")
    off = "" if is_store_on else " Магазин выключен, его товары в VK не пойдут."
    if not any(row.is_on for row in shown.rows):
        chosen = "Группы ещё не выбраны."
    elif not shown.chosen_groups:
        chosen = f"Выбраны товары без группы: {goods}."
    else:
        groups = plural(shown.chosen_groups, "группа", "группы", "групп")
        rest = " и товары без группы" if shown.rows[-1].is_on else ""
        chosen = f"Выбрано: {groups} из {shown.groups}{rest}, всего {goods}."
    if not shown.new_groups:
        return chosen + off
    if shown.new_groups == 1:
        return f"{chosen}{off} Одна группа новая: решите, нужна ли она."
    return f"{chosen}{off} Новых групп {shown.new_groups}: решите, нужны ли они."


def key_of(group_id: str) -> str:
    """Name a group where only letters and digits may stand."""
    return "g" + hashlib.sha256(group_id.encode()).hexdigest()[:12]


@dataclass(slots=True)
class _Total:
    groups: int = 1
    on: int = 0
    products: int = 0


def _add_up(branches: Sequence[Branch], own: Mapping[str, int], folder: Folder) -> Sequence[_Total]:
    """Add up, for each branch, itself and all below: from the end, for below comes after."""
    totals = [
        _Total(on=_is_on(one.group.id, folder), products=own[one.group.id]) for one in branches
    ]
    places = {one.group.id: place for place, one in enumerate(branches)}
    for branch, total in zip(reversed(branches), reversed(totals), strict=True):
        if branch.parent is not None:
            above = totals[places[branch.parent.id]]
            above.groups += total.groups
            above.on += total.on
            above.products += total.products
    return totals


def _by_home(counts: Mapping[Parent, int], index: Mapping[str, ProductGroup]) -> Mapping[str, int]:
    """Count products by the plain group that they belong to (R14)."""
    found: Counter[str] = Counter()
    for (_, parent_id), count in counts.items():
        home = find_plain(parent_id, index)
        found[NO_GROUP if home is None else home.id] += count
    return found


def _is_on(group_id: str, folder: Folder) -> bool:
    return (folder.store_id, group_id) in folder.selection.groups
