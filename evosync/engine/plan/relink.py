"""Items that go to another product id: twins' whose linked id left, and rebuilt catalogs' (R18)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from evosync.catalog.item import Draft, Link, LinkState, MarketItem
from evosync.catalog.names import fold_name
from evosync.engine.changes import Field, ItemChange, Move, Relink, Update
from evosync.engine.draft.names import plain_name
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.fields import AT_ONCE
from evosync.engine.plan.match import Matches
from evosync.engine.plan.standing import is_deleted_by_us, may_stand_in, stores_on
from evosync.engine.rules import Rules, Selection, TwinsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinks:
    """`matches` with the links and items that move under their new ids already.

    Such a link itself still names the old one. `waiting` are the products of
    drafts that may be another product's item, and that product: neither is
    that item taken off sale nor a new one made until it is known. `moved` are
    links whose item was taken away: they go to the new id without a call.
    """

    matches: Matches
    waiting: Mapping[str, str]
    moved: tuple[Move, ...] = ()


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
    if rules.twins is TwinsPolicy.ONE:
        waiting |= _find_hidden_twins(drafted, matches, pairs.keys(), disproved)
    if not moving:
        return Relinks(matches=matches, waiting=waiting)
    left = set(moving.values())
    links = {key: link for key, link in matches.links.items() if key not in left}
    items = {key: item for key, item in matches.items.items() if key not in left}
    links |= {new: matches.links[old] for new, old in moving.items()}
    items |= {new: matches.items[old] for new, old in moving.items() if old in matches.items}
    gone = (drafted.drafts[new] for new in sorted(moving) if new not in items)
    return Relinks(
        matches=replace(matches, links=links, items=items),
        waiting=waiting,
        moved=tuple(_move(moving[one.product_id], one) for one in gone),
    )


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
    lists, or whose create is in doubt, in the order of ids; last the same with
    items that were taken away in VK, for a new id is nobody's yes to a new
    item. `disproved` are creates that came to nothing.
    """
    fresh = {key: one for key, one in drafted.drafts.items() if _has_no_item(key, matches)}
    if not fresh:
        return {}
    open_ids = matches.intents.keys() - disproved
    unseen = partial(_unseen, drafted=drafted, matches=matches, selection=selection)
    pairs = dict(_pair_members(fresh, matches.items, drafted, matches))
    fresh = {key: one for key, one in fresh.items() if key not in matches.links}
    _pair_names(fresh, unseen(matches.items.keys() | open_ids), pairs)
    fresh = {key: one for key, one in fresh.items() if key not in pairs}
    away = {key for key, link in matches.links.items() if _is_taken_away(link)}
    away -= matches.items.keys() | open_ids
    pairs |= _pair_members(fresh, away, drafted, matches)
    _pair_names(fresh, unseen(away), pairs)
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


def _move(old: str, draft: Draft) -> Move:
    return Move(
        product_id=old,
        new_id=draft.product_id,
        store_ids=draft.store_ids,
        members=draft.members,
    )


def _has_no_item(product_id: str, matches: Matches) -> bool:
    """Tell whether a product has neither an item nor one that is only not seen."""
    if product_id in matches.intents or product_id in matches.items:
        return False
    link = matches.links.get(product_id)
    return link is None or link.state is not LinkState.LIVE or product_id in matches.lost


def _is_taken_away(link: Link) -> bool:
    """Tell whether an item that does not stand was taken away by another's hand, as it seems."""
    is_missing = link.missing_since_at is not None and not is_deleted_by_us(link)
    return link.state is LinkState.LOST or (link.state is LinkState.LIVE and is_missing)


def _pair_members(
    fresh: Mapping[str, Draft], linked: Collection[str], drafted: Drafted, matches: Matches
) -> Iterator[tuple[str, str]]:
    owners: dict[str, str] = {}
    for old in sorted(linked):
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


_Unseen = tuple[str, str, frozenset[str]]
"""A product that was not seen for certain: its id, its folded title, its stores."""


def _pair_names(
    fresh: Mapping[str, Draft], unseen: Iterable[_Unseen], pairs: dict[str, str]
) -> None:
    """Add the pairs of one name and store to those that are known already."""
    unseen = tuple(unseen)
    if not unseen:
        return
    taken = set(pairs.values())
    homes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in sorted(fresh.keys() - pairs.keys()):
        for store_id in fresh[key].store_ids:
            homes[store_id, fold_name(fresh[key].title)].append(key)
    for old, title, stores in unseen:
        free = (one for store_id in sorted(stores) for one in homes.get((store_id, title), ()))
        new = next((one for one in free if one not in pairs), None)
        if new is not None and old not in taken:
            pairs[new] = old


def _unseen(
    product_ids: Iterable[str], drafted: Drafted, matches: Matches, selection: Selection
) -> Iterator[_Unseen]:
    """List those of the products that were not seen for certain, by id."""
    for old in sorted(product_ids):
        if drafted.saw(old) and old not in drafted.unknown:
            continue
        if old in matches.items or old not in matches.intents:
            stores = stores_on(matches.links[old], selection)
        else:
            stores = frozenset(matches.intents[old].store_ids) or selection.stores
        yield old, _title(old, matches), stores


def _title(product_id: str, matches: Matches) -> str:
    """Give the folded title of a product's item, as we wrote it if we did; "" = not known."""
    link, item = matches.links.get(product_id), matches.items.get(product_id)
    if item is None and product_id in matches.intents:
        title = matches.intents[product_id].title
    else:
        title = (link.written.title if link else None) or (item.title if item else "")
    return fold_name(plain_name(title))


def _find_hidden_twins(
    drafted: Drafted, matches: Matches, paired: Collection[str], disproved: frozenset[str]
) -> Mapping[str, str]:
    """Find the new products of the name of one that may stand in a store nobody could read.

    Were that store read they might be twins, and a second item is easier not
    made than taken back.
    """
    if not drafted.unknown_stores:
        return {}
    hidden: dict[str, str] = {}
    for old in sorted(matches.items.keys() | (matches.intents.keys() - disproved)):
        is_drafted = old in drafted.drafts or old in drafted.members
        if not is_drafted and _may_be_unread(old, drafted, matches):
            hidden.setdefault(_title(old, matches), old)
    twins: dict[str, str] = {}
    for key in sorted(drafted.drafts.keys() - matches.links.keys() - matches.intents.keys()):
        draft = drafted.drafts[key]
        # A title that VK's limits changed may stand there as somebody typed it in full.
        names = (fold_name(draft.title), fold_name(plain_name(draft.name)))
        old_ids = [hidden[name] for name in names if name in hidden]
        if old_ids and key not in paired:
            twins[key] = old_ids[0]
    return twins


def _may_be_unread(old: str, drafted: Drafted, matches: Matches) -> bool:
    """Tell whether a product with an item, or a create in doubt, may stand in an unread store."""
    if old in matches.items:
        return may_stand_in(matches.links[old], drafted.unknown_stores)
    stores = matches.intents[old].store_ids
    return not stores or not drafted.unknown_stores.isdisjoint(stores)


def _has_left(
    old: str, drafted: Drafted, matches: Matches, rules: Rules, absent: frozenset[str]
) -> bool:
    """Tell whether a product is surely gone or switched off; a create in doubt never is."""
    link = matches.links.get(old)
    is_in_doubt = old not in matches.items and old in matches.intents
    if link is None or is_in_doubt or may_stand_in(link, drafted.unknown_stores):
        return False
    if old in drafted.off:
        return True
    return not drafted.saw(old) and (old in absent or not stores_on(link, rules.selection))
