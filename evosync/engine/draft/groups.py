"""Where a product belongs: its plain group, its switch, and a modification's name (R1, R14)."""

from collections.abc import Iterable, Mapping

from evosync.catalog.names import fold_name
from evosync.catalog.product import Product, ProductGroup
from evosync.engine.draft.names import plain_name
from evosync.engine.rules import NO_GROUP, Selection

Groups = Mapping[str, ProductGroup]
"""The groups of one store, by id."""


def index_groups(groups: Iterable[ProductGroup]) -> Groups:
    """Index one store's groups by id."""
    return {group.id: group for group in groups}


def find_home(product: Product, groups: Groups) -> ProductGroup | None:
    """Find the plain group a product belongs to: its own, or a modification's nearest above.

    None is «Без группы»: no group, one that is not listed, or modification
    groups all the way up, in a circle or to nowhere.
    """
    return find_plain(product.parent_id, groups)


def find_plain(group_id: str | None, groups: Groups) -> ProductGroup | None:
    """Find the group of this id, or the nearest plain one above it where it is a modification's."""
    seen: set[str] = set()
    parent_id = group_id
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        group = groups.get(parent_id)
        if group is None or not group.attributes:
            return group
        parent_id = group.parent_id
    return None


def is_switched_on(product: Product, home: ProductGroup | None, selection: Selection) -> bool:
    """Tell whether store, group and product are all switched on."""
    group_id = NO_GROUP if home is None else home.id
    return (
        product.store_id in selection.stores
        and (product.store_id, group_id) in selection.groups
        and (product.store_id, product.id) not in selection.products_off
    )


def full_name(product: Product, groups: Groups) -> str:
    """Make a product's plain name; a modification's tells its group and its choices."""
    own = plain_name(product.name)
    group = groups.get(product.parent_id) if product.parent_id else None
    if group is None or not group.attributes:
        return own
    group_name = plain_name(group.name)
    if not group_name or _goes_on(own, group_name):
        return own
    choices = _choice_names(product, group)
    if not choices:
        return own or group_name
    return ", ".join([group_name, *choices])


def _goes_on(own: str, group_name: str) -> bool:
    folded, start = fold_name(own), fold_name(group_name)
    return folded.startswith(start) and len(folded) > len(start)


def _choice_names(product: Product, group: ProductGroup) -> list[str]:
    """List the names of a modification's choices, in the order of the group's attributes."""
    chosen = dict(product.choices)
    named = (
        plain_name(choice.name)
        for attribute in group.attributes
        for choice in attribute.choices
        if chosen.get(attribute.id) == choice.id
    )
    return [name for name in named if name]
