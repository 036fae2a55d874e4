from datetime import timedelta

import pytest

from evosync.engine.caution import Caution, make_caution
from evosync.engine.changes import NOT_SENT, Change, Done, Failed, Outcome, Uncertain
from evosync.engine.memory import Memory, Park, Refusal
from tests.builders import NOON, adoption
from tests.engine.ports import MemoryTarget
from tests.engine.wishes import create, hide, update

METHODS_OF = MemoryTarget().methods_of
PARKED = Park(method="add", code=9, wait_s=30, until_at=NOON)


def full(code: int = 1405) -> Refusal:
    return Refusal(
        product_id="assam",
        part="create",
        fingerprint="f" * 64,
        code=code,
        message="Full.",
        refused_at=NOON - timedelta(days=3),
    )


@pytest.mark.parametrize(
    ("memory", "changes", "methods"),
    [
        pytest.param(Memory(), [create()], set(), id="nothing recalled"),
        pytest.param(
            Memory(parked={"add": PARKED}), [hide()], {"add", "edit", "execute"}, id="parked"
        ),
        pytest.param(
            Memory(was_paused=True), [adoption(), hide()], {"edit", "execute"}, id="paused"
        ),
        pytest.param(Memory(was_paused=True), [], set(), id="nothing to do"),
        pytest.param(
            Memory(refusals={("assam", "create"): full()}),
            [hide(), create()],
            {"add", "execute"},
            id="market full",
        ),
        pytest.param(
            Memory(refusals={("assam", "create"): full(100)}), [create()], set(), id="refused"
        ),
    ],
)
def test_a_run_is_careful_with_what_it_cannot_trust(
    memory: Memory, changes: list[Change], methods: set[str]
) -> None:
    assert make_caution(memory, changes, METHODS_OF).methods == methods


def test_a_change_that_needs_a_distrusted_method_goes_alone() -> None:
    caution = Caution(methods_of=METHODS_OF, methods=frozenset({"add"}))
    assert caution.room([hide(), hide(), create(), create()], 25) == 2
    assert caution.room([create(), create()], 25) == 1
    assert caution.room([hide(), hide(), create()], 2) == 2
    assert caution.room([hide()], 25) == 25
    assert caution.is_needed([hide(), create()])
    assert not caution.is_needed([hide()])


@pytest.mark.parametrize(
    ("outcome", "room"),
    [
        pytest.param(Done(change=create(), item_id=1), 25, id="done"),
        pytest.param(Failed(change=create(), code=100, message="no"), 25, id="refused"),
        pytest.param(Failed(change=create(), code=NOT_SENT, message="later"), 1, id="put off"),
        pytest.param(Uncertain(change=create(), cause="time-out"), 1, id="in doubt"),
        pytest.param(Done(change=update()), 1, id="another method"),
    ],
)
def test_a_method_that_answered_is_trusted(outcome: Outcome, room: int) -> None:
    caution = Caution(methods_of=METHODS_OF, methods=frozenset({"add"}))
    caution.learn([outcome])
    assert caution.room([create(), create()], 25) == room
