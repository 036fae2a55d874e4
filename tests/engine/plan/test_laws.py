"""What holds of every plan, whatever the shop, the market and the ledger look like."""

from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from evosync.catalog.item import Availability, Intent, MarketItem
from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import (
    Adopt,
    Create,
    Delete,
    Field,
    Hide,
    Plan,
    Relink,
    Restore,
    TakeFromAlbum,
    Update,
    Zero,
)
from evosync.engine.draft.names import plain_name
from evosync.engine.draft.shop import draft_shop
from evosync.engine.memory import Answer
from evosync.engine.plan.fields import AT_ONCE
from evosync.engine.plan.match import answers
from evosync.engine.rules import AdoptPolicy, Rules
from tests.engine.plan.lawful import absences, law, planned
from tests.engine.plan.model import World
from tests.engine.plan.worlds import PRODUCTS, STORES, all_rules, snapshots, worlds


def touched(plan: Plan) -> set[int]:
    ids: set[int] = set()
    for change in plan.changes:
        match change:
            case Update(link=link) | Hide(link=link) | Zero(link=link) | Delete(link=link):
                ids.add(link.item_id)
            case Restore(link=link) | Relink(link=link) | TakeFromAlbum(link=link):
                ids.add(link.item_id)
            case Adopt(item=item):
                ids.add(item.item_id)
            case _:
                pass
    return ids


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_planning_after_applying_is_empty(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    plan = planned(snapshot, world.standing(), rules, absent)
    world.apply(plan)

    again = planned(snapshot, world.standing(), rules, absent)

    assert (again.changes, again.moved, again.taken, again.missing_intents) == ((), (), (), ())
    assert (again.missing, again.found, again.spent) == ((), (), ())


@law
@given(snapshots(), worlds(), all_rules(), absences, st.randoms())
def test_the_order_of_the_input_changes_nothing(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str], chance: Any
) -> None:
    def shuffled(values: Any) -> tuple[Any, ...]:
        return tuple(chance.sample(list(values), len(values)))

    standing = world.standing()
    other_snapshot = Snapshot(
        readings=shuffled(
            [
                replace(one, products=shuffled(one.products), groups=shuffled(one.groups))
                for one in snapshot.readings
            ]
        )
    )
    other_reading = replace(
        standing.reading,
        items=shuffled(standing.reading.items),
        albums=shuffled(standing.reading.albums),
    )
    other_standing = replace(
        standing,
        reading=other_reading,
        links=shuffled(standing.links),
        album_links=shuffled(standing.album_links),
        intents=shuffled(standing.intents),
    )

    assert planned(other_snapshot, other_standing, rules, absent) == planned(
        snapshot, standing, rules, absent
    )


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_no_plan_touches_an_item_that_is_not_ours(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    standing = world.standing()
    plan = planned(snapshot, standing, rules, absent)

    linked = {link.item_id for link in standing.links}
    drafted = draft_shop(snapshot, rules)
    our_ids = {key for key in PRODUCTS if drafted.saw(key)} | standing.known_skus
    ours = {item.item_id for item in standing.reading.items if item.sku in our_ids} | linked
    created = {
        one.item.item_id for one in plan.changes if isinstance(one, Adopt) and one.is_intended
    }
    named = [
        one
        for one in plan.changes
        if isinstance(one, Adopt) and one.item.item_id not in ours | created
    ]
    for one in named:
        decision = world.decisions.get(one.link.product_id)
        assert decision.answer is Answer.YES if decision else rules.adopt is AdoptPolicy.AUTO
    ours |= created | {one.item.item_id for one in named}
    assert touched(plan) <= ours
    assert plan.strangers == len({item.item_id for item in standing.reading.items} - ours)


@law
@given(snapshots(), worlds(doubles=False), all_rules())
def test_a_product_never_gets_a_second_item(snapshot: Snapshot, world: World, rules: Rules) -> None:
    world.shows_sku = True
    had = _count_by_sku(world)
    world.apply(planned(snapshot, world.standing(), rules))

    has = _count_by_sku(world)
    assert all(has[product_id] <= max(had[product_id], 1) for product_id in PRODUCTS)
    assert len({link.item_id for link in world.links.values()}) == len(world.links)


@law
@given(snapshots(), worlds(), all_rules())
def test_what_was_merely_not_seen_is_left_alone(
    snapshot: Snapshot, world: World, rules: Rules
) -> None:
    drafted = draft_shop(snapshot, rules)
    standing = world.standing()
    plan = planned(snapshot, standing, rules)

    unseen = {
        link.item_id
        for link in standing.links
        if not drafted.saw(link.product_id)
        and rules.selection.stores & frozenset(link.store_ids or STORES)
    }
    assert not touched(plan) & unseen


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_an_unread_store_takes_nothing_off_sale_and_sets_no_price(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    unknown = draft_shop(snapshot, rules).unknown_stores
    plan = planned(snapshot, world.standing(), rules, absent)

    for change in plan.changes:
        match change:
            case Hide(link=link) if (
                link.product_id in world.links and link == world.links[link.product_id]
            ):
                assert unknown.isdisjoint(link.store_ids)
            case Zero(link=link) | Delete(link=link):
                assert unknown.isdisjoint(link.store_ids)
            case Update(link=link, fields=fields) | Restore(link=link, fields=fields):
                assert unknown.isdisjoint(link.store_ids) or not fields & {Field.PRICE, Field.STOCK}
            case _:
                pass


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_a_store_that_is_not_listed_takes_nothing_off_sale(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    listed = {one.store.id for one in snapshot.readings}
    unlisted = rules.selection.stores - listed
    before = {link.item_id: link for link in world.links.values()}
    plan = planned(snapshot, world.standing(), rules, absent)

    for change in plan.changes:
        if isinstance(change, Hide | Zero | Delete) and (link := before.get(change.link.item_id)):
            assert unlisted.isdisjoint(link.store_ids or STORES)
    assert {one.store_id for one in plan.problems if one.code == "store_unreadable"} >= unlisted


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_an_item_under_an_open_intent_of_ours_is_never_left_on_sale_unlinked(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    world.apply(planned(snapshot, world.standing(), rules, absent))

    standing = world.standing()
    linked = {link.item_id for link in standing.links}
    on_sale = [
        item
        for item in standing.reading.items
        if item.availability is Availability.AVAILABLE and item.item_id not in linked
    ]
    for intent in standing.intents:
        assert not [item for item in on_sale if _is_of(intent, item, world)]


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_a_reading_that_is_not_whole_creates_nothing(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    world.is_whole = False

    plan = planned(snapshot, world.standing(), rules, absent)

    assert not [one for one in plan.changes if isinstance(one, Create)]
    assert not plan.missing_intents


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_changes_stand_in_the_order_of_urgency(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    plan = planned(snapshot, world.standing(), rules, absent)

    ranks = [_rank(change) for change in plan.changes]
    assert all(first <= second for first, second in pairwise(ranks))
    sent = [change.fields for change in plan.changes if isinstance(change, Update)]
    assert all(fields <= AT_ONCE or fields.isdisjoint(AT_ONCE) for fields in sent)


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_planning_changes_none_of_its_inputs_and_every_reason_can_be_read(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    before = deepcopy(world)

    plan = planned(snapshot, world.standing(), rules, absent)

    assert world == before
    assert all(problem.reason for problem in plan.problems)


def _is_of(intent: Intent, item: MarketItem, world: World) -> bool:
    """Tell whether an item is what an open create made; where VK tells no sku, by its face."""
    if item.sku or intent.product_id in world.links:
        return item.sku == intent.product_id and answers(item, intent)
    face = (plain_name(intent.title), intent.price)
    return (
        not world.shows_sku
        and (plain_name(item.title), item.price) == face
        and answers(item, intent)
    )


def _count_by_sku(world: World) -> dict[str, int]:
    items: list[MarketItem] = list(world.items.values())
    return {key: sum(item.sku == key for item in items) for key in PRODUCTS}


def _rank(change: object) -> int:
    names = {
        "Adopt": 0,
        "Lose": 0,
        "Hide": 1,
        "Zero": 1,
        "Delete": 1,
        "Relink": 3,
        "Restore": 4,
        "Create": 5,
        "AddAlbum": 6,
        "TakeAlbum": 6,
        "EditAlbum": 7,
        "PutInAlbum": 8,
        "TakeFromAlbum": 9,
    }
    if isinstance(change, Update):
        if Field.STOCK in change.fields and change.draft.stock == 0:
            return 1
        return 2 if change.fields & {Field.PRICE, Field.STOCK} else 3
    return names[type(change).__name__]
