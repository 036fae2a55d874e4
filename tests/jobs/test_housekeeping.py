"""A round of housekeeping: how long each thing is kept, by the settings, and what is told of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from structlog.testing import capture_logs

from evosync.accounts.desk import Desk, open_desk
from evosync.db import accounts, approvals, notices, runs
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.approvals import Answerer
from evosync.db.engine import Database
from evosync.db.journal import ActSearch, list_acts
from evosync.db.links import Place
from evosync.db.refusals import save_refusals
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.tables.accounts import sessions, users
from evosync.db.tables.journal import api_logs, webhook_events
from evosync.db.tables.market import refusals
from evosync.db.tables.runs import runs as runs_table
from evosync.db.tables.sync import approvals as answers
from evosync.db.types import Tx
from evosync.db.vault import Vault
from evosync.engine.memory import Refusal
from evosync.engine.report import RunStatus
from evosync.jobs.housekeeping import UNCONFIRMED_FOR, keep_house
from evosync.settings import Settings
from tests.accounts.stand import HandClock
from tests.builders import NOON
from tests.db.people import add_user

DAY = timedelta(days=1)


@pytest.fixture
async def desk(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(data_dir=tmp_path, run_retention_days=10, api_log_retention_days=3)
    made = open_desk(settings, sqlite_database, Vault("a key"), HandClock())
    yield made
    await made.close(1)


@pytest.fixture
async def anna(sqlite_database: Database) -> int:
    return await add_user(sqlite_database, "anna@example.com")


async def fill(tx: Tx, user_id: int, at: datetime) -> None:
    """Let a run end, a request be made, a notice come and a session begin at a moment."""
    run_id = await runs.create_run(tx, user_id, RunKind.MIRROR, RunTrigger.TIMER, at)
    await runs.finish_run(tx, run_id, RunEnd(status=RunStatus.DONE), at)
    log = {"service": "vk", "method": "market.add", "url": "https://api.vk.ru", "at": at}
    await tx.execute(insert(api_logs).values(user_id=user_id, **log))
    notice = notices.NewNotice(kind="token", evotor_user_id="01-1", body={})
    await notices.save_notice(tx, notice, user_id, at)
    place = Place(user_id=user_id, community_id=1)
    await approvals.state(tx, place, [("hide", "tea")], Answerer(name="anna"), at)
    refusal = Refusal(
        product_id=at.isoformat(),
        part="create",
        fingerprint="0",
        code=100,
        message="Bad words.",
        refused_at=at,
    )
    await save_refusals(tx, place, [refusal])
    await tx.execute(
        insert(sessions).values(
            id_hash=at.isoformat(),
            user_id=user_id,
            address="198.51.100.7",
            user_agent="Firefox",
            is_remembered=True,
            created_at=at,
            last_seen_at=at,
            expires_at=at + 5 * DAY,
        )
    )


async def ages(database: Database) -> dict[str, list[int]]:
    """Give how many days old the rows of each table are."""
    columns = {
        "runs": runs_table.c.finished_at,
        "logs": api_logs.c.at,
        "notices": webhook_events.c.received_at,
        "answers": answers.c.answered_at,
        "refusals": refusals.c.refused_at,
        "sessions": sessions.c.created_at,
    }
    async with database.read() as tx:
        return {
            name: sorted((NOON - at).days for at in await tx.scalars(select(column)))
            for name, column in columns.items()
        }


async def test_each_thing_is_kept_for_its_time(desk: Desk, anna: int) -> None:
    for days in (20, 11, 9, 4, 2):
        await desk.database.write(fill, anna, NOON - days * DAY)
    with capture_logs() as events:
        await keep_house(desk)
    assert await ages(desk.database) == {
        "runs": [2, 4, 9],
        # A day more: an answer lasts so long.
        "answers": [2, 4, 9, 11],
        "refusals": [2, 4, 9],
        "logs": [2],
        "notices": [2],
        "sessions": [2, 4],
    }
    [told] = events
    assert (told["event"], told["log_level"]) == ("house kept", "info")
    assert {name: told[name] for name in told if name not in {"event", "log_level"}} == {
        "runs": 2,
        "answers": 1,
        "refusals": 2,
        "logs": 4,
        "notices": 4,
        "sessions": 3,
        "accounts": 0,
    }


async def test_a_house_that_is_kept_stays_as_it_is(desk: Desk, anna: int) -> None:
    await desk.database.write(fill, anna, NOON - DAY)
    await keep_house(desk)
    before = await ages(desk.database)
    await keep_house(desk)
    assert await ages(desk.database) == before


async def register(
    desk: Desk, email: str, at: datetime, *, invited_at: datetime | None = None
) -> int:
    new = NewUser(email=email, status=UserStatus.PENDING, invited_at=invited_at)
    user_id = await desk.database.write(accounts.create_user, new, at)
    assert user_id is not None
    return user_id


async def test_registrations_that_nobody_confirmed_go_and_others_stay(
    desk: Desk, anna: int
) -> None:
    long_ago = NOON - UNCONFIRMED_FOR - DAY
    await register(desk, "squatter@example.com", long_ago)
    lately = await register(desk, "vera@example.com", NOON - UNCONFIRMED_FOR + DAY)
    invited = await register(desk, "gleb@example.com", long_ago, invited_at=long_ago)
    await keep_house(desk)
    async with desk.database.read() as tx:
        left = set(await tx.scalars(select(users.c.id)))
        [act] = await list_acts(tx, ActSearch(action="account.lapsed"))
    assert left == {anna, lately, invited}
    assert (act.actor, act.subject) == ("housekeeping", "squatter@example.com")
    # The address is free again for whoever it belongs to.
    assert await register(desk, "squatter@example.com", NOON)


async def test_nothing_is_deleted_in_the_day_after_the_clock_went_years_ahead(
    anna: int, desk: Desk
) -> None:
    await desk.database.write(fill, anna, NOON - DAY)
    kept = await ages(desk.database)

    async def keep(hours: float) -> None:
        await keep_house(replace(desk, clock=lambda: NOON + timedelta(hours=hours)))

    for hours in (0, 1, 24 * 3650, 24 * 3650 + 1, 24 * 3650 + 23):
        await keep(hours)
        assert await ages(desk.database) == kept
    # It was set right again: from here a day has to pass, and not ten years.
    for hours in (2, 14, 25):
        await keep(hours)
        assert await ages(desk.database) == kept
    await desk.database.write(fill, anna, NOON - 20 * DAY)
    await keep(27)
    # All that is old goes again, but for this run: it was written last, and the last one stays.
    assert await ages(desk.database) == kept | {"runs": [1, 20]}
    await desk.database.write(fill, anna, NOON)
    await keep(28)
    assert await ages(desk.database) == {name: [0, *days] for name, days in kept.items()}


async def test_a_day_by_which_the_clock_of_a_running_service_was_set_ahead_is_enough(
    anna: int, desk: Desk
) -> None:
    for days in (20, 2):
        await desk.database.write(fill, anna, NOON - days * DAY)

    async def keep(hours: float, leapt: timedelta = timedelta(0)) -> list[int]:
        at = NOON + timedelta(hours=hours)
        await keep_house(replace(desk, clock=lambda: at), leapt)
        return (await ages(desk.database))["logs"]

    assert 20 in await keep(25, leapt=DAY)
    assert 20 in await keep(48)
    assert 20 not in await keep(49)


@pytest.mark.parametrize("every", [2, 7], ids=["every other day", "once a week"])
async def test_a_machine_that_is_seldom_on_is_cleaned_too(
    every: int, anna: int, desk: Desk
) -> None:
    for days in (20, 2):
        await desk.database.write(fill, anna, NOON - days * DAY)
    for day in (0, every):
        for hour in (0, 5, 9):
            at = NOON + day * DAY + timedelta(hours=hour)
            await keep_house(replace(desk, clock=lambda at=at: at))  # type: ignore[misc]
        assert [old for old in (await ages(desk.database))["logs"] if old == 20] == []
        await desk.database.write(fill, anna, NOON - 20 * DAY)
