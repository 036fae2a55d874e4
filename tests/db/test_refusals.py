from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.db import runs
from evosync.db.engine import Database
from evosync.db.ledger import DbLedger
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.tables.market import refusals
from evosync.engine.changes import NOT_SENT, Adopt, Create, Done, Failed, Update
from evosync.engine.memory import Park
from evosync.engine.ports import Ledger
from evosync.engine.refusals import fingerprint_of
from evosync.engine.report import RunStatus
from tests.builders import NOON, adoption, draft, item
from tests.db.ledgers import COMMUNITY, PRICE, open_ledger
from tests.engine.ports import HandClock

ASSAM = Create(draft=draft("assam"))
KEEMUN = Create(draft=draft("keemun"))


async def refuse(ledger: Ledger, *changes: Create | Update, code: int = 100) -> None:
    await ledger.begin(changes, NOON)
    await ledger.record(
        [Failed(change=change, code=code, message="Bad words.") for change in changes]
    )


async def kept(ledger: Ledger) -> set[tuple[str, str]]:
    return set((await ledger.memory()).refusals)


async def tries(database: Database) -> list[int]:
    async with database.read() as tx:
        return list(await tx.scalars(refusals.select().with_only_columns(refusals.c.tries)))


async def test_a_refusal_is_kept_with_what_was_sent(ledger: Ledger) -> None:
    await refuse(ledger, ASSAM, KEEMUN)
    memory = await ledger.memory()
    said = memory.refusals["assam", "create"]
    assert (said.code, said.message, said.refused_at) == (100, "Bad words.", NOON)
    assert said.fingerprint == fingerprint_of(ASSAM)
    assert memory.refusals["keemun", "create"].fingerprint != said.fingerprint


async def test_the_same_refusal_is_counted_and_another_takes_its_place(
    ledger: Ledger, database: Database
) -> None:
    await refuse(ledger, ASSAM)
    await refuse(ledger, ASSAM)
    assert await tries(database) == [2]
    changed = Create(draft=draft("assam", title="Другой чай"))
    await refuse(ledger, changed)
    assert await tries(database) == [1]
    assert (await ledger.memory()).refusals["assam", "create"].fingerprint == fingerprint_of(
        changed
    )


@pytest.mark.parametrize(
    "failed",
    [
        Failed(change=ASSAM, code=NOT_SENT, message="later", is_lasting=False),
        Failed(change=ASSAM, code=1403, message="not found", is_lasting=False),
    ],
    ids=["put off", "says nothing of the product"],
)
async def test_what_says_nothing_lasting_is_not_kept(ledger: Ledger, failed: Failed) -> None:
    await ledger.begin([ASSAM], NOON)
    await ledger.record([failed])
    assert not await kept(ledger)


@pytest.mark.parametrize(
    "done",
    [Done(change=ASSAM, item_id=7), Done(change=adoption("assam", 7, is_intended=True), item_id=7)],
    ids=["created", "found"],
)
async def test_what_vk_took_is_forgotten_and_nothing_else(ledger: Ledger, done: Done) -> None:
    await refuse(ledger, ASSAM, KEEMUN)
    if not isinstance(done.change, Adopt):
        await ledger.begin([ASSAM], NOON)
    await ledger.record([done])
    assert await kept(ledger) == {("keemun", "create")}


async def test_each_part_is_forgotten_by_itself(ledger: Ledger) -> None:
    await ledger.begin([ASSAM], NOON)
    await ledger.record([Done(change=ASSAM, item_id=7)])
    [made] = await ledger.links()
    dearer = Update(link=made, draft=draft("assam", price=9_00), item=item(7), fields=PRICE)
    await refuse(ledger, ASSAM, dearer)
    await ledger.record([Done(change=dearer)])
    assert await kept(ledger) == {("assam", "create")}


async def test_a_new_item_proves_that_there_is_room_unless_the_same_batch_filled_it(
    ledger: Ledger,
) -> None:
    await refuse(ledger, ASSAM, code=1405)
    await ledger.begin([KEEMUN, replace(ASSAM, draft=draft("mate"))], NOON)
    await ledger.record(
        [
            Done(change=KEEMUN, item_id=8),
            Failed(change=replace(ASSAM, draft=draft("mate")), code=1405, message="Full."),
        ]
    )
    assert await kept(ledger) == {("mate", "create")}


async def test_a_full_market_that_others_met_since_a_new_item_was_sent_is_remembered(
    database: Database, anna: int
) -> None:
    clock = HandClock()
    ledger = await open_ledger(database, anna, now=clock)
    mate = replace(ASSAM, draft=draft("mate"))
    await refuse(ledger, mate, code=1405)
    await clock.wait(1)
    await ledger.begin([ASSAM], clock())
    await ledger.begin([KEEMUN], clock())
    await clock.wait(1)
    await ledger.record([Failed(change=ASSAM, code=1405, message="Full.")])
    await ledger.record([Done(change=KEEMUN, item_id=8)])  # the last room was its
    assert await kept(ledger) == {("assam", "create")}


async def test_a_refusal_is_of_one_community(ledger: Ledger, database: Database) -> None:
    await refuse(ledger, ASSAM)
    async with database.read() as tx:
        user_id = await tx.scalar(refusals.select().with_only_columns(refusals.c.user_id))
    assert user_id is not None
    other = await open_ledger(database, user_id, COMMUNITY + 1)
    assert not await kept(other)


async def test_a_method_is_parked_anew_and_lifted(ledger: Ledger) -> None:
    first = Park(method="market.add", code=9, wait_s=30, until_at=NOON + timedelta(seconds=30))
    longer = replace(first, wait_s=60, until_at=NOON + timedelta(seconds=60))
    other = replace(first, method="market.edit")
    for park in (first, other, longer):
        await ledger.park(park)
    assert (await ledger.memory()).parked == {"market.add": longer, "market.edit": other}
    await ledger.lift({"market.add", "market.get"})
    assert (await ledger.memory()).parked == {"market.edit": other}


@pytest.mark.parametrize(
    ("kind", "status", "is_paused"),
    [
        (RunKind.MIRROR, RunStatus.PAUSED, True),
        (RunKind.MIRROR, RunStatus.DONE, False),
        (RunKind.PREVIEW, RunStatus.PAUSED, False),
    ],
)
async def test_it_is_known_whether_the_last_run_was_paused(
    ledger: DbLedger,
    database: Database,
    anna: int,
    kind: RunKind,
    status: RunStatus,
    *,
    is_paused: bool,
) -> None:
    assert not (await ledger.memory()).was_paused
    run_id = await database.write(runs.create_run, anna, kind, RunTrigger.TIMER, NOON)
    await database.write(runs.claim_run, run_id, "worker", NOON)
    await database.write(runs.finish_run, run_id, RunEnd(status=status), NOON)
    assert (await ledger.memory()).was_paused is is_paused
