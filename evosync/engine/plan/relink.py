"""Items that go to another product id: twins' whose linked id left, and rebuilt catalogs' (R18)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evosync.catalog.item import Draft, Link, LinkState, MarketItem
from evosync.catalog.names import fold_name
from evosync.engine.changes import Field, ItemChange, Relink, Update
from evosync.engine.draft.names import plain_name
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.fields import AT_ONCE
from evosync.engine.plan.match import Matches
from evosync.engine.plan.standing import may_stand_in, stores_on
from evosync.engine.rules import Rules, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinks:
    """`matches` with the links and items that move under their new ids already.

    Such a link itself still names the old one. `waiting` are the drafts that
    may be another product's item, by that product: neither is that item taken
    off sale nor a new one made until it is known.
    """

    matches: Matches
    waiting: Mapping[str, str]


def plan_relinks(
    drafted: Drafted,
    matches: Matches,
    rules: Rules,
    *,
    absent: frozenset[str],
    disproved: frozenset[str],
) -> Relinks:
    """Decide which items get another product, and which drafts have to wait for that.

    An item moves once its product is switched off or surely absent (`absent`),
    and neither side stands in a store that was not read whole.
    """
    pairs = pair_up(drafted, matches, rules.selection, disproved=disproved)
    moving: dict[str, str] = {}
    waiting: dict[str, str] = {}
    for new, old in pairs.items():
        has_left = _has_left(old, drafted, matches, rules, absent)
        # What stands twice is a person's to sort out: it goes as all that is gone.
        if not (has_left and matches.extras.get(old)):
            (moving if has_left and drafted.drafts[new].settled else waiting)[new] = old
    if not moving:
        return Relinks(matches=matches, waiting=waiting)
    left = set(moving.values())
    links = {key: link for key, link in matches.links.items() if key not in left}
    items = {key: item for key, item in matches.items.items() if key not in left}
    links |= {new: matches.links[old] for new, old in moving.items()}
    items |= {new: matches.items[old] for new, old in moving.items()}
    return Relinks(matches=replace(matches, links=links, items=items), waiting=waiting)


def pair_up(
    drafted: Drafted,
    matches: Matches,
    selection: Selection,
    *,
    disproved: frozenset[str] = frozenset(),
) -> Mapping[str, str]:
    """Pair drafts that have no item with the products that these may have been: new id → old.

    First the twins of a link, whatever became of the linked id; then new
    products with products of the same name that the same store no longer
    lists, or whose create is in doubt, in the order of ids. `disproved` are
    creates that came to nothing.
    """
    fresh = {key: one for key, one in drafted.drafts.items() if _has_no_item(key, matches)}
    if not fresh:
        return {}
    pairs = dict(_pair_members(fresh, drafted, matches))
    taken = set(pairs.values())
    missing = [
        one for one in _missing(drafted, matches, selection, disproved) if one[0] not in taken
    ]
    if not missing:
        return pairs
    homes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in sorted(fresh.keys() - pairs.keys() - matches.links.keys()):
        for store_id in fresh[key].store_ids:
            homes[store_id, fold_name(fresh[key].title)].append(key)
    for old, title, stores in missing:
        free = (one for store_id in sorted(stores) for one in homes.get((store_id, title), ()))
        new = next((one for one in free if one not in pairs), None)
        if new is not None:
            pairs[new] = old
    return pairs


def is_relinked(draft: Draft, link: Link) -> bool:
    """Tell whether a link that was found for a draft is still another product's."""
    return link.product_id != draft.product_id


def with_relink(
    changes: Sequence[ItemChange], draft: Draft, link: Link, item: MarketItem
) -> list[ItemChange]:
    """Make an item's changes those of one that gets another product.

    The new sku travels with the fields that are not sent at once.
    """
    late = [one for one in changes if isinstance(one, Update) and not one.fields & AT_ONCE]
    fields = frozenset({Field.SKU}).union(*(one.fields for one in late))
    relink = Relink(link=link, draft=draft, item=item, fields=fields)
    return [*(one for one in changes if one not in late), relink]


def _has_no_item(product_id: str, matches: Matches) -> bool:
    """Tell whether a product has neither an item nor one that is only not seen."""
    if product_id in matches.intents or product_id in matches.items:
        return False
    link = matches.links.get(product_id)
    return link is None or link.state is not LinkState.LIVE or product_id in matches.lost


def _pair_members(
    fresh: Mapping[str, Draft], drafted: Drafted, matches: Matches
) -> Iterator[tuple[str, str]]:
    owners: dict[str, str] = {}
    for old in sorted(matches.items):
        if old not in drafted.drafts and old not in drafted.members:
            for member in matches.links[old].members:
                owners.setdefault(member, old)
    taken: set[str] = set()
    for new in sorted(fresh) if owners else ():
        ids = (new, *fresh[new].members)
        free = [owners[one] for one in ids if one in owners and owners[one] not in taken]
        if free:
            taken.add(free[0])
            yield new, free[0]


def _missing(
    drafted: Drafted, matches: Matches, selection: Selection, disproved: frozenset[str]
) -> Iterator[tuple[str, str, frozenset[str]]]:
    """List the products that were not seen for certain: id, folded title, stores; by id."""
    for old in sorted(matches.items.keys() | (matches.intents.keys() - disproved)):
        if drafted.saw(old) and old not in drafted.unknown:
            continue
        if old in matches.items:
            link = matches.links[old]
            title = link.written.title or matches.items[old].title
            yield old, fold_name(plain_name(title)), stores_on(link, selection)
        else:
            intent = matches.intents[old]
            stores = frozenset(intent.store_ids) or selection.stores
            yield old, fold_name(plain_name(intent.title)), stores


def _has_left(
    old: str, drafted: Drafted, matches: Matches, rules: Rules, absent: frozenset[str]
) -> bool:
    """Tell whether a product is surely gone or switched off; a create in doubt never is."""
    link = matches.links.get(old)
    if link is None or old not in matches.items or may_stand_in(link, drafted.unknown_stores):
        return False
    if old in drafted.off:
        return True
    return not drafted.saw(old) and (old in absent or not stores_on(link, rules.selection))
