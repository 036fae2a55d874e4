import pytest

from evosync.catalog.item import Availability
from evosync.engine.changes import Change, Create, Done, Field, Outcome, Restore, Uncertain, Update
from evosync.engine.live import find_live_after
from tests.builders import draft, item, link
from tests.engine.reporting import failed
from tests.engine.wishes import create, hide, update

STOCK = frozenset({Field.STOCK})


def edit(wanted: int, *, was: int = 1000, is_seen: bool = True, is_ours: bool = False) -> Update:
    """Send a stock; `was` stood before, `is_ours` = it is out of sight by our own act."""
    availability = Availability.AVAILABLE if is_seen else Availability.UNAVAILABLE
    return Update(
        link=link(last={"is_hidden": is_ours}),
        draft=draft(stock=wanted),
        item=item(stock=was, availability=availability),
        fields=STOCK,
    )


def restore(wanted: int, *, was: int | None = None, is_sent: bool = True) -> Restore:
    return Restore(
        link=link(last={"stock": was}),
        draft=draft(stock=wanted),
        item=None,
        fields=STOCK if is_sent else frozenset(),
    )


def after(live: set[int], *outcomes: Outcome) -> frozenset[int]:
    return find_live_after(frozenset(live), outcomes)


@pytest.mark.parametrize(
    ("change", "is_live"),
    [
        pytest.param(edit(5, was=0, is_seen=False), True, id="in stock again"),
        pytest.param(edit(5, is_ours=True), False, id="hidden by us"),
        pytest.param(edit(5, was=3, is_seen=False), False, id="hidden by a person"),
        pytest.param(edit(0), False, id="stock 0"),
        pytest.param(restore(5), True, id="brought back"),
        pytest.param(restore(0), False, id="brought back with stock 0"),
        pytest.param(restore(0, was=5, is_sent=False), True, id="back with its old stock"),
        pytest.param(restore(5, was=0, is_sent=False), False, id="back with its old 0"),
        pytest.param(hide(), False, id="hidden"),
        pytest.param(update(), False, id="dearer, and out of sight as before"),
    ],
)
def test_what_is_done_to_an_item_that_was_not_on_sale(change: Change, *, is_live: bool) -> None:
    assert after(set(), Done(change=change, item_id=1)) == ({1} if is_live else set())


def test_what_takes_an_item_off_sale_and_what_does_not() -> None:
    assert after({1, 2}, Done(change=hide(), item_id=1)) == {2}
    assert after({1, 2}, Done(change=edit(0), item_id=1)) == {2}
    assert after({1, 2}, Done(change=update(), item_id=1)) == {1, 2}


def test_a_new_item_is_on_sale_with_the_stock_it_opens_with() -> None:
    sold_out = Create(draft=draft("b", stock=0))
    untold = Create(draft=draft("c", stock=None, opening_stock=7))
    made = [create("a"), sold_out, untold]

    outcomes = [Done(change=one, item_id=number) for number, one in enumerate(made, 1)]

    assert after(set(), *outcomes) == {1, 3}


def test_what_is_not_known_to_be_done_changes_nothing() -> None:
    unsure: list[Outcome] = [
        Uncertain(change=hide(), cause="time-out"),
        failed(hide()),
        Done(change=create()),
    ]

    assert after({1}, *unsure) == {1}
