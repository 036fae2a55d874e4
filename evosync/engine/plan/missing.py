"""Which products a second look has to be taken for, and what it proves (design: R8)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from evosync.catalog.item import Availability, Link
from evosync.catalog.snapshot import SecondLook, Snapshot
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.gone import POLICIES
from evosync.engine.plan.left_behind import part
from evosync.engine.plan.lost import is_made_anew
from evosync.engine.plan.match import Matches, match_items
from evosync.engine.plan.relink import pair_up
from evosync.engine.plan.standing import Standing, may_stand_in, stores_on
from evosync.engine.rules import GonePolicy, Rules, Selection

Listed = Mapping[str, frozenset[str]]
"""The product ids, bad rows among them, of each store that was read whole."""


def find_missing(
    snapshot: Snapshot, drafted: Drafted, standing: Standing, rules: Rules
) -> Mapping[str, frozenset[str]]:
    """List what `Source.look_again` has to be asked: product ids by store id.

    A linked product is missing in a store where it stood and that was read
    whole without it and without any twin of it. It is asked for, and its twins
    with it, if its item would change for that: be taken off sale, go to
    another product, or take its price, stock or text from the stores that are
    left. What was surely absent once is asked for no more: its link then
    names that store no longer, or its item is off sale. One whose stores are
    not known is asked for in every store that is on, if none lists it.
    """
    listed = {
        reading.store.id: frozenset(
            row_id
            for row_id in chain(
                (product.id for product in reading.products), (row.id for row in reading.bad_rows)
            )
            if row_id is not None
        )
        for reading in snapshot.readings
        if reading.is_whole
    }
    missing: dict[str, set[str]] = defaultdict(set)
    matches = match_items(drafted, part(standing, drafted))
    paired = frozenset(pair_up(drafted, matches, rules.selection).values())
    for product_id, link in matches.links.items():
        pairs = list(_pairs(link, listed, drafted, rules.selection))
        if pairs and _counts(product_id, drafted, matches, paired, rules.gone):
            for store_id, asked_id in pairs:
                missing[store_id].add(asked_id)
    return {store_id: frozenset(ids) for store_id, ids in missing.items()}


def _pairs(
    link: Link, listed: Listed, drafted: Drafted, selection: Selection
) -> Iterator[tuple[str, str]]:
    """List where a product is missing, under its own id and those of its twins."""
    if not link.store_ids and drafted.saw(link.product_id):
        return
    ids = (link.product_id, *link.members)
    for store_id in stores_on(link, selection):
        if store_id in listed and listed[store_id].isdisjoint(ids):
            for one in ids:
                if (store_id, one) not in selection.products_off:
                    yield store_id, one


def _counts(
    product_id: str,
    drafted: Drafted,
    matches: Matches,
    paired: frozenset[str],
    policy: GonePolicy,
) -> bool:
    """Tell whether anything would change for a product that is missing somewhere."""
    link = matches.links[product_id]
    if product_id in drafted.drafts:
        if link.store_ids[0] in drafted.unknown_stores:
            return False  # nothing of it is written until that store is read
        return product_id in matches.items or not is_made_anew(link)
    if may_stand_in(link, drafted.unknown_stores):
        return False
    if product_id in drafted.stopped:
        return _is_on_sale(product_id, matches, GonePolicy.ZERO)
    if drafted.saw(product_id) and product_id not in drafted.off:
        return False
    return product_id in paired or _is_on_sale(product_id, matches, policy)


def _is_on_sale(product_id: str, matches: Matches, policy: GonePolicy) -> bool:
    """Tell whether the policy has something to take off sale: a product's item, or a double."""
    item = matches.items.get(product_id)
    if item is not None and POLICIES[policy](matches.links[product_id], item) is not None:
        return True
    doubles = matches.extras.get(product_id, ())
    is_shown = any(one.availability is Availability.AVAILABLE for one in doubles)
    return is_shown and policy is not GonePolicy.LEAVE


def confirm_absent(missing: Mapping[str, frozenset[str]], look: SecondLook) -> frozenset[str]:
    """Tell which products were absent at the second look in every store that was asked."""
    asked = {(store_id, product_id) for store_id, ids in missing.items() for product_id in ids}
    unsure = {product_id for _, product_id in asked - look.absent}
    return frozenset(product_id for _, product_id in asked) - unsure


def find_missed(look: SecondLook, links: Iterable[Link]) -> frozenset[tuple[str, str]]:
    """List the pairs that stay unknown; with a twin, the product whose item it is is missed too."""
    owners = {
        (store_id, link.product_id)
        for link in links
        for store_id, product_id in look.unknown
        if product_id in link.members
    }
    return look.unknown | owners
