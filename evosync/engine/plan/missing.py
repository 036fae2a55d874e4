"""Which products a second look has to be taken for, and what it proves (design: R8)."""

from collections import defaultdict
from collections.abc import Mapping

from evosync.catalog.item import Availability
from evosync.catalog.snapshot import SecondLook
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.gone import POLICIES
from evosync.engine.plan.left_behind import part
from evosync.engine.plan.match import Matches, match_items
from evosync.engine.plan.relink import pair_up
from evosync.engine.plan.standing import Standing, may_stand_in, stores_on
from evosync.engine.rules import GonePolicy, Rules


def find_missing(
    drafted: Drafted, standing: Standing, rules: Rules
) -> Mapping[str, frozenset[str]]:
    """List what `Source.look_again` has to be asked: product ids by store id.

    These are linked products that the till no longer lists, whose item would
    be taken off sale if they are gone, or go to another product. One that is
    off sale already is not asked for again and again. One whose stores are
    not known is asked for in every store that is on.
    """
    missing: dict[str, set[str]] = defaultdict(set)
    matches = match_items(drafted, part(standing, drafted))
    paired = frozenset(pair_up(drafted, matches, rules.selection).values())
    for product_id, link in matches.links.items():
        if drafted.saw(product_id) or may_stand_in(link, drafted.unknown_stores):
            continue
        if product_id in paired or _is_on_sale(product_id, matches, rules.gone):
            for store_id in stores_on(link, rules.selection):
                missing[store_id].add(product_id)
    return {store_id: frozenset(ids) for store_id, ids in missing.items()}


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
