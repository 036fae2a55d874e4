"""Acts of a run: noted before they are sent, begun only by who holds the lease."""

from dataclasses import replace

import pytest

from evosync.catalog.item import Link, LinkState, Pending
from evosync.db.engine import Database
from evosync.engine.changes import (
    Change,
    Create,
    Delete,
    Done,
    Failed,
    Hide,
    Plan,
    Restore,
    Uncertain,
    Update,
    Zero,
)
from evosync.engine.ports import Ledger
from evosync.errors import TryLater
from tests.builders import (
    NOON,
    draft,
    item,
)
from tests.db.ledgers import PRICE, created, only, open_ledger, states


def acts(made: Link) -> dict[Pending, Change]:
    """Build the acts that are noted before they are sent."""
    wanted = draft(made.product_id)
    return {
        Pending.HIDE: Hide(link=made, item=item(7)),
        Pending.DELETE: Delete(link=made, item=item(7)),
        Pending.SHOW: Restore(link=made, draft=wanted, item=item(7), fields=frozenset()),
        Pending.UNDELETE: Restore(link=made, draft=wanted, item=None, fields=frozenset()),
    }


@pytest.mark.parametrize("pending", list(Pending))
async def test_an_act_is_noted_until_its_outcome_is_known(ledger: Ledger, pending: Pending) -> None:
    (made,) = await created(ledger, 7)
    change = acts(made)[pending]
    await ledger.begin([change], NOON)
    assert await only(ledger) == replace(made, pending=pending)
    await ledger.record([Uncertain(change=change, cause="time-out")])
    assert await only(ledger) == replace(made, pending=pending)
    await ledger.record([Failed(change=change, code=100, message="no")])
    assert await only(ledger) == made
    await ledger.begin([change], NOON)
    await ledger.record([Done(change=change)])
    after = await only(ledger)
    assert after.pending is None
    assert after.written.is_hidden is (pending is Pending.HIDE)
    assert (after.state is LinkState.DELETED) is (pending is Pending.DELETE)


async def test_what_was_not_sent_is_taken_back(database: Database, ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    begun = replace(made, pending=Pending.HIDE)
    changes: list[Change] = [Create(draft=draft()), Delete(link=begun, item=item(7))]
    await ledger.begin(changes, NOON)
    await ledger.withdraw(changes)
    assert await only(ledger) == begun
    assert await ledger.intents() == ()
    assert (await states(database))[-1] == ("assam", "absent", None)


async def test_a_zero_is_written(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    change = Zero(link=made, item=item(7))
    await ledger.begin([change], NOON)
    await ledger.record([Done(change=change)])
    assert (await only(ledger)).written.stock == 0


async def test_a_double_that_is_hidden_has_no_link_and_leaves_none(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    change = Hide(link=Link(product_id=made.product_id, item_id=99), item=item(99))
    await ledger.begin([change], NOON)
    await ledger.record([Done(change=change)])
    assert await only(ledger) == made


async def test_without_the_lease_nothing_is_begun(
    database: Database, ledger: Ledger, anna: int
) -> None:
    (made,) = await created(ledger, 7)
    await open_ledger(database, anna)  # another run took the lease over
    update = Update(link=made, draft=draft(made.product_id), item=item(7), fields=PRICE)
    for changes in ([Create(draft=draft())], [Hide(link=made, item=item(7))], [update]):
        with pytest.raises(TryLater):
            await ledger.begin(changes, NOON)
    with pytest.raises(TryLater):
        await ledger.settle(Plan(missing_intents=("assam",)))
    assert await ledger.intents() == ()
    assert await only(ledger) == made


async def test_what_happened_is_recorded_even_without_the_lease(
    database: Database, ledger: Ledger, anna: int
) -> None:
    change = Create(draft=draft())
    await ledger.begin([change], NOON)
    await open_ledger(database, anna)
    await ledger.record([Done(change=change, item_id=7)])
    assert (await only(ledger)).item_id == 7
