"""What holds of every plan for goods of one name in several stores."""

from hypothesis import given

from evosync.catalog.item import Availability
from evosync.catalog.snapshot import Snapshot
from evosync.engine.draft.shop import draft_shop
from evosync.engine.plan.claims import list_claimed
from evosync.engine.rules import GonePolicy, Rules
from tests.engine.plan.lawful import absences, law, planned
from tests.engine.plan.model import World
from tests.engine.plan.worlds import STORES, all_rules, snapshots, worlds


@law
@given(snapshots(), worlds(doubles=False), all_rules(), absences)
def test_twins_are_never_left_on_sale_as_two_items(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    standing = world.standing()
    drafted = draft_shop(snapshot, rules, list_claimed(standing))
    world.apply(planned(snapshot, standing, rules, absent))

    items = {item.item_id: item for item in world.standing().reading.items}
    shown = {
        key: link
        for key, link in world.links.items()
        if link.item_id in items
        and items[link.item_id].availability is Availability.AVAILABLE
        # What may stand in an unread store is not taken off sale.
        and drafted.unknown_stores.isdisjoint(link.store_ids or STORES)
    }
    if rules.gone is not GonePolicy.LEAVE:
        assert not shown.keys() & drafted.members.keys()
    assert len({link.item_id for link in world.links.values()}) == len(world.links)
