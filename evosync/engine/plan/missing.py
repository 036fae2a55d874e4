"""Which products a second look has to be taken for, and what it proves (design: R8)."""

from collections import defaultdict
from collections.abc import Mapping

from evosync.catalog.snapshot import SecondLook
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.gone import POLICIES
from evosync.engine.plan.standing import Standing, may_stand_in, standing_items
from evosync.engine.rules import Rules


def find_missing(
    drafted: Drafted, standing: Standing, rules: Rules
) -> Mapping[str, frozenset[str]]:
    """List what `Source.look_again` has to be asked: product ids by store id.

    These are linked products that the till no longer lists, whose item would
    be taken off sale if they are gone. One that is off sale already is not
    asked for again and again.
    """
    missing: dict[str, set[str]] = defaultdict(set)
    items = standing_items(standing.reading)
    for link in standing.links:
        item = items.get(link.item_id)
        if item is None or drafted.saw(link.product_id):
            continue
        if may_stand_in(link, drafted.unknown_stores) or POLICIES[rules.gone](link, item) is None:
            continue
        for store_id in rules.selection.stores.intersection(link.store_ids):
            missing[store_id].add(link.product_id)
    return {store_id: frozenset(ids) for store_id, ids in missing.items()}


def confirm_absent(missing: Mapping[str, frozenset[str]], look: SecondLook) -> frozenset[str]:
    """Tell which products were absent at the second look in every store that was asked."""
    asked = {(store_id, product_id) for store_id, ids in missing.items() for product_id in ids}
    unsure = {product_id for _, product_id in asked - look.absent}
    return frozenset(product_id for _, product_id in asked) - unsure
