"""Acts of a run: noted before they are sent, begun only by who holds the lease."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.catalog.item import Link, LinkState, Pending
from evosync.db.engine import Database
from evosync.db.intents import doubt_lost
from evosync.db.ledger import DbLedger
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    Delete,
    Done,
    EditAlbum,
    Failed,
    Field,
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
from tests.engine.ports import HandClock


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


async def test_a_refused_act_leaves_pending_what_was_pending_before(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    hide = Hide(link=made, item=item(7))
    await ledger.begin([hide], NOON)
    await ledger.record([Uncertain(change=hide, cause="time-out")])
    hidden = await only(ledger)
    show = Restore(link=hidden, draft=draft(made.product_id), item=item(7), fields=PRICE)
    await ledger.begin([show], NOON)
    await ledger.record([Failed(change=show, code=100, message="no")])
    assert await only(ledger) == replace(made, pending=Pending.HIDE)


@pytest.mark.parametrize("is_withdrawn", [True, False], ids=["withdrawn", "code 0"])
async def test_what_is_taken_back_closes_creates_and_keeps_the_marks_of_edits(
    database: Database, ledger: Ledger, *, is_withdrawn: bool
) -> None:
    first, second = await created(ledger, 7, 8)
    dearer = draft(second.product_id, price=200_00)
    changes: list[Change] = [
        Create(draft=draft()),
        Delete(link=first, item=item(7)),
        Update(link=second, draft=dearer, item=item(8), fields=PRICE),
    ]
    await ledger.begin(changes, NOON)
    if is_withdrawn:
        await ledger.withdraw(changes)
    else:
        await ledger.record([Failed(change=one, code=0, message="later") for one in changes])
    # A try before the last one may have reached VK.
    assert await ledger.links() == (
        replace(first, pending=Pending.DELETE),
        replace(second, written=replace(second.written, price=None)),
    )
    assert await ledger.intents() == ()
    assert (await states(database))[-1] == ("assam", "absent", None)


async def test_a_value_is_unknown_between_its_sending_and_its_answer(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    dearer = draft(made.product_id, price=200_00, stock=5)
    stock = Update(link=made, draft=dearer, item=item(7), fields=frozenset({Field.STOCK}))
    price = Update(link=made, draft=dearer, item=item(7), fields=PRICE)
    await ledger.begin([stock, price], NOON)
    begun = await only(ledger)
    assert begun == replace(made, written=replace(made.written, price=None, stock=None))
    await ledger.record([Uncertain(change=stock, cause="?"), Done(change=price)])
    after = (await only(ledger)).written
    assert (after.price, after.stock) == (200_00, None)


async def test_two_changes_of_one_item_do_not_undo_each_other(ledger: Ledger) -> None:
    (made,) = await created(ledger, 7)
    other = draft(made.product_id, price=200_00, title="Другой")
    price = Update(link=made, draft=other, item=item(7), fields=PRICE)
    title = Update(link=made, draft=other, item=item(7), fields=frozenset({Field.TITLE}))
    for change in (price, title):
        await ledger.begin([change], NOON)
        await ledger.record([Done(change=change)])
    after = (await only(ledger)).written
    assert (after.price, after.title) == (200_00, "Другой")
    assert after.repeats == {**made.written.repeats, "price": 1, "title": 1}


async def test_an_album_is_in_doubt_between_its_edit_and_the_answer(ledger: Ledger) -> None:
    await ledger.record([Done(change=AddAlbum(key="чай", title="Чай", photo="ab"), album_id=3)])
    (tea,) = await ledger.album_links()
    edit = EditAlbum(link=tea, title="Чай", is_hidden=True, photo="ab")
    await ledger.begin([edit], NOON)
    assert await ledger.album_links() == (replace(tea, title=""),)
    await ledger.record([Failed(change=edit, code=0, message="later")])
    assert await ledger.album_links() == (replace(tea, title=""),)
    await ledger.record([Failed(change=edit, code=100, message="no")])
    assert await ledger.album_links() == (tea,)


async def test_a_late_word_closes_no_other_runs_creates(
    database: Database, ledger: DbLedger, anna: int
) -> None:
    change = Create(draft=draft())
    await ledger.begin([change], NOON)
    later = await open_ledger(database, anna)
    await later.begin([change], NOON)
    await ledger.withdraw([change])
    assert [state for _, state, _ in await states(database)] == ["absent", "open"]
    await ledger.record([Failed(change=change, code=100, message="no")])
    assert [state for _, state, _ in await states(database)] == ["absent", "open"]


async def test_a_create_in_doubt_was_sent_at_the_latest_when_its_answer_was_given_up(
    database: Database, anna: int
) -> None:
    moment = HandClock()
    ledger = await open_ledger(database, anna, now=moment)
    change = Create(draft=draft())
    await ledger.begin([change], NOON)
    (begun,) = await ledger.intents()
    moment.at += timedelta(minutes=3)
    await ledger.record([Uncertain(change=change, cause="time-out")])
    (doubted,) = await ledger.intents()
    assert (begun.latest_at, doubted.sent_at, doubted.latest_at) == (NOON, NOON, moment.at)


async def test_a_create_that_a_killed_run_left_was_sent_before_the_next_run(
    database: Database, ledger: DbLedger, anna: int, boris: int
) -> None:
    await ledger.begin([Create(draft=draft())], NOON)
    (left,) = await ledger.intents()
    later = NOON + timedelta(minutes=3)
    await database.write(doubt_lost, boris, left.run_id + 1, later)
    await database.write(doubt_lost, anna, left.run_id, later)
    assert await ledger.intents() == (left,)
    for moment in (later, later + timedelta(minutes=3)):
        await database.write(doubt_lost, anna, left.run_id + 1, moment)
    assert await ledger.intents() == (replace(left, doubted_at=later),)


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
