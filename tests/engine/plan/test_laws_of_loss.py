"""What holds of every plan about items that people deleted, hid or rejected."""

from hypothesis import given

from evosync.catalog.item import LinkState, MarketItem, Wish
from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import Change, Create, Field, Lose, Restore, TakeFromAlbum, Update
from evosync.engine.plan.standing import is_hidden_by_person, standing_items
from evosync.engine.rules import Rules
from tests.engine.plan.lawful import absences, law, planned
from tests.engine.plan.model import World
from tests.engine.plan.worlds import all_rules, snapshots, worlds


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_only_what_a_whole_reading_lacks_is_lost_and_nothing_else_is_done_to_it(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    plan = planned(snapshot, world.standing(), rules, absent)

    lost = {one.link.product_id for one in plan.changes if isinstance(one, Lose)}
    assert world.is_whole or not (lost or plan.missing)
    for product_id in {*lost, *(product_id for product_id, _ in plan.missing)}:
        assert world.links[product_id].item_id not in world.items
        about = [one for one in plan.changes if _product(one) == product_id]
        assert about == [one for one in about if isinstance(one, Lose)]


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_no_lost_item_is_made_anew_without_a_yes(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    plan = planned(snapshot, world.standing(), rules, absent)

    for change in plan.changes:
        link = world.links.get(_product(change))
        if isinstance(change, Create) and link is not None:
            assert link.state is LinkState.ERASED or link.wish is Wish.RETURN
            assert link.item_id not in world.items


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_no_item_that_a_person_hid_is_shown_without_a_yes(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    standing = world.standing()
    items = standing_items(standing.reading)
    hidden = {
        link.product_id
        for link in standing.links
        if (item := items.get(link.item_id))
        and is_hidden_by_person(link, item)
        and link.wish is not Wish.SHOW
    }

    plan = planned(snapshot, standing, rules, absent)

    assert not [one for one in plan.changes if isinstance(one, Restore) and _product(one) in hidden]


@law
@given(snapshots(), worlds(), all_rules(), absences)
def test_a_rejected_item_is_only_taken_off_sale_until_its_text_or_picture_changes(
    snapshot: Snapshot, world: World, rules: Rules, absent: frozenset[str]
) -> None:
    plan = planned(snapshot, world.standing(), rules, absent)

    for change in plan.changes:
        if isinstance(change, Update | Restore) and _is_same_to_the_eye(change):
            assert isinstance(change, Update)
            assert change.fields == {Field.STOCK}
            assert change.draft.stock == 0


def _is_same_to_the_eye(change: Update | Restore) -> bool:
    draft, written = change.draft, change.link.written
    return (
        isinstance(change.item, MarketItem)
        and change.item.rejected is not None
        and (draft.title, draft.description) == (written.title, written.description)
        and draft.photo in {None, written.photo}
    )


def _product(change: Change) -> str:
    match change:
        case Create(draft=draft):
            return draft.product_id
        case Update() | Restore() | Lose() | TakeFromAlbum():
            return change.link.product_id
        case _:
            return ""
