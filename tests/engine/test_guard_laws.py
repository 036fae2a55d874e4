"""What holds of every plan that is divided, whatever the plan, the market and the answers."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    EditAlbum,
    Plan,
    PutInAlbum,
    TakeAlbum,
    Update,
)
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.guard import guard
from evosync.engine.held import Ask, Divided, Held
from evosync.engine.memory import Consent, Memory, Verdict
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import Rules
from tests.engine.plan.lawful import law
from tests.engine.plan.model import World
from tests.engine.plan.worlds import PRODUCTS, SETTLE, all_rules, snapshots, worlds

absences = st.frozensets(st.sampled_from(PRODUCTS))
members = st.frozensets(
    st.tuples(st.sampled_from([one.value for one in Ask]), st.sampled_from(PRODUCTS))
)
memories = st.builds(
    Memory,
    high_mark=st.sampled_from([0, 0, 3, 20]),
    consents=st.lists(
        st.builds(Consent, verdict=st.sampled_from(Verdict), members=members), max_size=2
    ).map(tuple),
)
Case = tuple[Plan, Drafted, Standing]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    snapshot: Snapshot = draw(snapshots())
    world: World = draw(worlds())
    rules: Rules = draw(all_rules())
    standing = replace(world.standing(), memory=draw(memories))
    drafted = draft_shop(snapshot, rules)
    plan = make_plan(drafted, standing, rules, settle=SETTLE, absent=draw(absences))
    return plan, drafted, standing


def waiting(divided: Divided) -> tuple[Change, ...]:
    kept = [one for one in (divided.held, divided.left) if one is not None]
    return (*(change for one in kept for change in one.changes), *divided.put_off)


def grains(changes: tuple[Change, ...]) -> Counter[tuple[str, object]]:
    """Take changes apart: into fields of edits, and items put in albums."""
    found: Counter[tuple[str, object]] = Counter()
    for change in changes:
        kind = type(change).__name__
        match change:
            case Update(link=link, fields=fields):
                found.update((kind, (link.item_id, one)) for one in fields)
            case PutInAlbum(key=key, product_ids=product_ids):
                found.update((kind, (key, one)) for one in product_ids)
            case Create(draft=draft):
                found[kind, draft.product_id] += 1
            case AddAlbum(key=key):
                found[kind, key] += 1
            case TakeAlbum(link=album) | EditAlbum(link=album):
                found[kind, album.key] += 1
            case _:
                found[kind, change.link.item_id] += 1
    return found


@law
@given(cases())
def test_every_part_of_a_plan_goes_or_waits_and_nothing_is_added(case: Case) -> None:
    plan, drafted, standing = case
    divided = guard(plan, drafted, standing)

    assert grains(divided.go) + grains(waiting(divided)) == grains(plan.changes)


@law
@given(cases(), st.randoms())
def test_the_order_of_the_input_has_no_say(case: Case, chance: Any) -> None:
    def shuffled(values: Any) -> tuple[Any, ...]:
        return tuple(chance.sample(list(values), len(values)))

    plan, drafted, standing = case
    other = replace(
        standing,
        reading=replace(standing.reading, items=shuffled(standing.reading.items)),
        links=shuffled(standing.links),
    )
    one = guard(plan, drafted, standing)
    two = guard(replace(plan, changes=shuffled(plan.changes)), drafted, other)

    assert grains(one.go) == grains(two.go)
    assert grains(waiting(one)) == grains(waiting(two))
    for mine, its in ((one.held, two.held), (one.left, two.left)):
        assert (mine and (mine.digest, mine.sentences)) == (its and (its.digest, its.sentences))
    assert (one.live, one.is_approved, one.sets_mark) == (two.live, two.is_approved, two.sets_mark)


@law
@given(cases())
def test_a_yes_to_what_is_held_lets_it_go_and_no_more(case: Case) -> None:
    plan, drafted, standing = case
    divided = guard(plan, drafted, standing)
    if divided.held is None:
        return
    again = guard(plan, drafted, answered(standing, Verdict.APPLY, divided.held))

    assert (again.held, again.is_approved) == (None, True)
    assert (again.left and again.left.members) == (divided.left and divided.left.members)


@law
@given(cases())
def test_what_is_left_neither_goes_nor_is_asked_about(case: Case) -> None:
    plan, drafted, standing = case
    divided = guard(plan, drafted, standing)
    if divided.held is None:
        return
    again = guard(plan, drafted, answered(standing, Verdict.LEAVE, divided.held))

    assert again.left is not None
    assert again.held is None
    before = divided.left.members if divided.left else ()
    assert set(again.left.members) == {*divided.held.members, *before}
    assert grains(waiting(again)) == grains(waiting(divided))


def answered(standing: Standing, verdict: Verdict, held: Held) -> Standing:
    word = Consent(verdict=verdict, members=frozenset(held.members))
    memory = replace(standing.memory, consents=(*standing.memory.consents, word))
    return replace(standing, memory=memory)
