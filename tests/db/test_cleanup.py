"""Housekeeping's queries: what has had its time goes, in chunks, and nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from evosync.db import accounts, approvals, cleanup, notices, runs
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.approvals import Answerer
from evosync.db.deletion import CHUNK
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.refusals import save_refusals
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.tables.accounts import sessions
from evosync.db.tables.journal import api_logs, webhook_events
from evosync.db.tables.market import refusals
from evosync.db.tables.runs import run_changes
from evosync.db.tables.runs import runs as runs_table
from evosync.db.tables.sync import approvals as approvals_table
from evosync.db.types import Tx
from evosync.engine.memory import Refusal
from evosync.engine.report import RunStatus
from tests.builders import NOON

OLD, NEW = NOON - timedelta(days=100), NOON - timedelta(days=1)
BEFORE = NOON - timedelta(days=90)


async def count(database: Database, table: Table[Any]) -> int:
    async with database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def add_run(
    database: Database, user_id: int, at: datetime | None, kind: RunKind = RunKind.MIRROR
) -> int:
    """Add a run that ended at a moment, with one change; None = it goes on."""
    write = database.write
    run_id = await write(runs.create_run, user_id, kind, RunTrigger.TIMER, at or OLD)
    if at is not None:
        await write(runs.finish_run, run_id, RunEnd(status=RunStatus.DONE), at)
    await write(_add_change, user_id, run_id)
    return run_id


async def _add_change(tx: Tx, user_id: int, run_id: int) -> None:
    await tx.execute(
        insert(run_changes).values(
            run_id=run_id,
            user_id=user_id,
            kind="create",
            name="Чай",
            name_folded="чай",
            changes={},
            outcome="done",
            created_at=OLD,
        )
    )


async def run_ids(database: Database, table: Table[Any] = runs_table) -> list[int]:
    column = table.c.id if table is runs_table else table.c.run_id
    async with database.read() as tx:
        return list(await tx.scalars(select(column).order_by(column)))


async def test_old_runs_go_with_their_changes_and_the_last_of_each_kind_stays(
    database: Database, anna: int, boris: int
) -> None:
    await add_run(database, anna, OLD)
    kept = [
        await add_run(database, anna, OLD, RunKind.PREVIEW),
        await add_run(database, boris, OLD),
        await add_run(database, anna, NEW),
        await add_run(database, anna, NEW),
    ]
    assert await cleanup.delete_old_runs(database, BEFORE) == 1
    assert await run_ids(database) == kept
    assert await run_ids(database, run_changes) == kept
    assert await cleanup.delete_old_runs(database, BEFORE) == 0


async def test_the_last_run_of_a_kind_stays_however_old(database: Database, anna: int) -> None:
    run_ids_of_all = [await add_run(database, anna, OLD) for _ in range(3)]
    assert await cleanup.delete_old_runs(database, BEFORE) == 2
    assert await run_ids(database) == run_ids_of_all[-1:]


async def test_a_run_that_goes_on_stays(database: Database, anna: int) -> None:
    going_on = await add_run(database, anna, None)
    last = await add_run(database, anna, OLD)
    assert await cleanup.delete_old_runs(database, BEFORE) == 0
    assert await run_ids(database) == [going_on, last]


async def add_logs(tx: Tx, user_id: int, number: int, at: datetime) -> None:
    log = {"service": "vk", "method": "market.add", "url": "https://api.vk.ru", "at": at}
    await tx.execute(insert(api_logs), [{"user_id": user_id, **log} for _ in range(number)])


async def test_many_old_requests_go_a_thousand_at_a_time(
    database: Database, anna: int, writes: list[str]
) -> None:
    many = 2 * CHUNK + 5
    await database.write(add_logs, anna, many, OLD)
    await database.write(add_logs, anna, 3, NEW)
    writes.clear()
    assert await cleanup.delete_old_logs(database, BEFORE) == many
    assert [each.split()[:3] for each in writes].count(["DELETE", "FROM", "api_logs"]) == 3
    assert await count(database, api_logs) == 3


async def add_notice(
    database: Database, at: datetime, user_id: int | None, sealed: str | None = None
) -> None:
    notice = notices.NewNotice(kind="token", evotor_user_id="01-1", body={}, sealed=sealed)
    await database.write(notices.save_notice, notice, user_id, at)


async def test_old_notices_go_and_tokens_in_wait_may_wait_longer(
    database: Database, anna: int
) -> None:
    fortnight, quarter = NOON - timedelta(days=14), NOON - timedelta(days=90)
    month = NOON - timedelta(days=30)
    await add_notice(database, month, anna)
    await add_notice(database, month, None)  # nobody's, without a token
    await add_notice(database, month, None, "sealed: waits for its account")
    await add_notice(database, OLD, None, "sealed: has waited too long")
    await add_notice(database, NEW, anna)
    assert await cleanup.delete_old_notices(database, fortnight, quarter) == 3
    async with database.read() as tx:
        left = list(await tx.scalars(select(webhook_events.c.received_at)))
    assert sorted(left) == [month, NEW]


async def test_answers_that_ended_long_ago_go_and_what_is_left_for_good_stays(
    database: Database, anna: int
) -> None:
    place = Place(user_id=anna, community_id=1)
    for number, at in enumerate((OLD, NEW)):
        member = ("hide", f"tea-{number}")
        await database.write(approvals.state, place, [member], Answerer(name="anna"), at)
    await database.write(_leave, place)
    assert await cleanup.delete_old_answers(database, BEFORE) == 1
    async with database.read() as tx:
        left = await tx.scalars(select(approvals_table.c.expires_at))
        assert set(left) == {NEW + approvals.CONSENT_LASTS, None}


async def _leave(tx: Tx, place: Place) -> None:
    answer = {"digest": "0", "members": [], "answer": "leave", "answered_at": OLD}
    await tx.execute(insert(approvals_table).values(**place.values(), **answer))


async def test_refusals_go_of_what_was_not_sent_again_for_long(
    database: Database, anna: int
) -> None:
    said = [
        Refusal(
            product_id=product_id,
            part="create",
            fingerprint="0",
            code=100,
            message="Bad words.",
            refused_at=at,
        )
        for product_id, at in (("gone", OLD), ("wanted", OLD), ("wanted", NEW))
    ]
    place = Place(user_id=anna, community_id=1)
    await database.write(save_refusals, place, said)
    assert await cleanup.delete_old_refusals(database, BEFORE) == 1
    async with database.read() as tx:
        assert list(await tx.scalars(select(refusals.c.product_id))) == ["wanted"]


async def add_session(tx: Tx, user_id: int, name: str, expires_at: datetime) -> None:
    await tx.execute(
        insert(sessions).values(
            id_hash=name,
            user_id=user_id,
            address="198.51.100.7",
            user_agent="Firefox",
            is_remembered=True,
            created_at=OLD,
            last_seen_at=OLD,
            expires_at=expires_at,
        )
    )


async def test_sessions_that_ran_out_go(database: Database, anna: int) -> None:
    await database.write(add_session, anna, "over", NOON)
    await database.write(add_session, anna, "good", NOON + timedelta(seconds=1))
    assert await cleanup.delete_ended_sessions(database, NOON) == 1
    assert await count(database, sessions) == 1


FORGOTTEN = NewUser(email="squatter@example.com", status=UserStatus.PENDING)


@pytest.mark.parametrize(
    ("new", "made_at", "is_listed"),
    [
        pytest.param(FORGOTTEN, OLD, True, id="registered and forgotten"),
        pytest.param(FORGOTTEN, NEW, False, id="registered lately"),
        pytest.param(replace(FORGOTTEN, invited_at=OLD), OLD, False, id="invited"),
        pytest.param(replace(FORGOTTEN, status=UserStatus.ACTIVE), OLD, False, id="confirmed"),
        pytest.param(replace(FORGOTTEN, status=UserStatus.SUSPENDED), OLD, False, id="suspended"),
    ],
)
async def test_whoever_never_confirmed_is_listed(
    new: NewUser, made_at: datetime, is_listed: bool, database: Database, anna: int
) -> None:
    user_id = await database.write(accounts.create_user, new, made_at)
    async with database.read() as tx:
        found = await cleanup.list_never_confirmed(tx, BEFORE)
    assert found == ([user_id] if is_listed else [])
    assert anna not in found


async def test_an_account_that_a_webhook_made_waits_for_its_person(database: Database) -> None:
    user_id = await database.write(accounts.create_user, FORGOTTEN, OLD)
    assert user_id is not None
    await database.write(notices.tie, user_id, "01-1", OLD)
    async with database.read() as tx:
        assert await cleanup.list_never_confirmed(tx, BEFORE) == []
