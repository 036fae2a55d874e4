"""What was published from another Evotor account: left as it stands, or hidden (design: R17)."""

from collections.abc import Iterator
from dataclasses import replace

from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import Delete, Hide, Zero
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.gone import POLICIES
from evosync.engine.plan.match import Matches
from evosync.engine.plan.standing import Standing, standing_items
from evosync.engine.rules import GonePolicy, LeftBehind, Rules


def own_rules(rules: Rules, standing: Standing, snapshot: Snapshot) -> Rules:
    """Leave out the switches of stores that are not listed and that nothing of this account names.

    They may be another account's, and wait for it. An unlisted store of this
    one matters only to what was published from it.
    """
    account = standing.memory.account
    own = [one for one in standing.links if one.account in {None, account}]
    if account is None or not all(one.store_ids for one in own):
        return rules
    kept = {reading.store.id for reading in snapshot.readings}
    for link in own:
        kept.update(link.store_ids)
    for intent in standing.intents:
        kept.update(intent.store_ids)
    stores = rules.selection.stores & kept
    return replace(rules, selection=replace(rules.selection, stores=stores))


def part(standing: Standing, drafted: Drafted) -> Standing:
    """Set apart what another Evotor account than the one that was read has made.

    Its products are neither gone nor wanted: this shop knows nothing of them,
    and its creates are judged when it comes back. A product that both list,
    by the same id, is one product.
    """
    account = standing.memory.account

    def is_left(product_id: str, made_from: str | None, *members: str) -> bool:
        is_anothers = account is not None and made_from is not None and made_from != account
        return is_anothers and not any(map(drafted.saw, (product_id, *members)))

    left = {
        one.product_id
        for one in standing.links
        if is_left(one.product_id, one.account, *one.members)
    }
    return replace(
        standing,
        links=tuple(one for one in standing.links if one.product_id not in left),
        left_behind=(
            *standing.left_behind,
            *(one for one in standing.links if one.product_id in left),
        ),
        intents=tuple(one for one in standing.intents if not is_left(one.product_id, one.account)),
    )


def find_rehomed(standing: Standing) -> tuple[str, ...]:
    """List the products, of what is not left behind, whose link names another account or none."""
    account = standing.memory.account
    if account is None:
        return ()
    return tuple(sorted(one.product_id for one in standing.links if one.account != account))


def plan_left_behind(
    matches: Matches, standing: Standing, policy: LeftBehind
) -> Iterator[Hide | Zero | Delete]:
    """Hide what was left behind, where the user wants that.

    What has become another product's item stays, and so does what is asked about.
    """
    if policy is LeftBehind.LEAVE:
        return
    by_id = standing_items(standing.reading)
    kept = {one.item.item_id for one in matches.adoptions.values()}
    kept.update(item_id for ids in matches.asked.values() for item_id in ids)
    for link in sorted(standing.left_behind, key=lambda one: one.item_id):
        if link.item_id in by_id and link.item_id not in kept:
            change = POLICIES[GonePolicy.HIDE](link, by_id[link.item_id])
            if change is not None:
                yield change
