"""Alerts: a table of what follows what, so that each thing is told once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from evosync.db import account_changes, alerts
from evosync.db.accounts import UserStatus
from evosync.db.alerts import Alert, AlertKind
from evosync.db.engine import Database
from tests.builders import NOON
from tests.db.crowd import AT_ONCE, warmed

KIND, SUBJECT = AlertKind.CONNECTION, "vk"
DETAIL = {"sentence": "VK завершил вход."}

Act = Callable[[Database, int], Awaitable[None]]


async def breaks(database: Database, user_id: int) -> None:
    await database.write(alerts.open_alert, user_id, KIND, SUBJECT, DETAIL, NOON)


async def mends(database: Database, user_id: int) -> None:
    await database.write(alerts.close_alert, user_id, KIND, SUBJECT, NOON)


async def is_cut_off(database: Database, user_id: int) -> None:
    await database.write(alerts.drop_alert, user_id, KIND, SUBJECT, NOON)


async def is_told(database: Database, _user_id: int) -> None:
    for alert in await untold(database):
        await database.write(alerts.mark_told, alert)


async def untold(database: Database) -> list[Alert]:
    async with database.read() as tx:
        return await alerts.list_untold(tx, 50)


@pytest.mark.parametrize(
    ("acts", "told", "is_broken"),
    [
        pytest.param([], [], False, id="nothing happened"),
        pytest.param([mends], [], False, id="what was not broken is not mended"),
        pytest.param([breaks], [False], True, id="broken"),
        pytest.param([breaks, breaks], [False], True, id="broken once more"),
        pytest.param([breaks, is_told], [], True, id="broken and told"),
        pytest.param([breaks, is_told, breaks], [], True, id="told, and broken once more"),
        pytest.param([breaks, mends], [], False, id="mended before it was told"),
        pytest.param([breaks, mends, breaks], [False], True, id="and broken anew"),
        pytest.param([breaks, is_told, mends], [True], False, id="mended"),
        pytest.param([breaks, is_told, mends, mends], [True], False, id="mended once more"),
        pytest.param([breaks, is_told, mends, is_told], [], False, id="mended and told"),
        pytest.param(
            [breaks, is_told, mends, breaks], [], True, id="broken before it was told to be well"
        ),
        pytest.param(
            [breaks, is_told, mends, breaks, mends], [True], False, id="and mended after all"
        ),
        pytest.param(
            [breaks, is_told, mends, is_told, breaks], [False], True, id="broken another time"
        ),
        pytest.param([breaks, is_cut_off], [], False, id="cut off before it was told"),
        pytest.param([breaks, is_told, is_cut_off], [], False, id="cut off after it was told"),
        pytest.param([breaks, is_told, mends, is_cut_off], [], False, id="cut off while mended"),
        pytest.param([is_cut_off], [], False, id="cut off, never broken"),
    ],
)
async def test_what_is_told_after_what(
    acts: Sequence[Act], told: list[bool], is_broken: bool, database: Database, anna: int
) -> None:
    for act in acts:
        await act(database, anna)
    assert [alert.is_over for alert in await untold(database)] == told
    async with database.read() as tx:
        assert await alerts.list_open(tx, anna) == ({KIND} if is_broken else set())


async def test_an_alert_says_whose_it_is_and_of_what(database: Database, anna: int) -> None:
    await breaks(database, anna)
    [alert] = await untold(database)
    assert (alert.user_id, alert.email) == (anna, "anna@example.com")
    assert (alert.kind, alert.subject, alert.detail) == (KIND, SUBJECT, DETAIL)
    assert alert.time_zone == "Europe/Moscow"


async def test_an_alert_that_breaks_anew_says_why_this_time(database: Database, anna: int) -> None:
    for act in (breaks, is_told, mends, is_told):
        await act(database, anna)
    other = {"sentence": "В сообществе выключен раздел «Товары»."}
    await database.write(alerts.open_alert, anna, KIND, SUBJECT, other, NOON)
    [alert] = await untold(database)
    assert alert.detail == other


async def test_kinds_subjects_and_people_do_not_mix(
    database: Database, anna: int, boris: int
) -> None:
    of: list[tuple[int, AlertKind, str]] = [
        (anna, KIND, "vk"),
        (anna, KIND, "evotor"),
        (anna, AlertKind.HELD, ""),
        (boris, KIND, "vk"),
    ]
    for user_id, kind, subject in of:
        await database.write(alerts.open_alert, user_id, kind, subject, DETAIL, NOON)
    found = [(alert.user_id, alert.kind, alert.subject) for alert in await untold(database)]
    assert found == of
    await mends(database, anna)
    found = [(alert.user_id, alert.kind, alert.subject) for alert in await untold(database)]
    assert found == of[1:]


async def test_only_so_many_are_listed_the_oldest_first(
    database: Database, anna: int, boris: int
) -> None:
    for user_id in (boris, anna):
        await breaks(database, user_id)
    async with database.read() as tx:
        [alert] = await alerts.list_untold(tx, 1)
    assert alert.user_id == boris


async def test_what_changed_while_a_letter_went_stays_to_be_told(
    database: Database, anna: int
) -> None:
    await breaks(database, anna)
    [sent] = await untold(database)
    await mends(database, anna)  # before the letter was noted down
    await database.write(alerts.mark_told, sent)
    assert await untold(database) == []
    await breaks(database, anna)
    assert [alert.is_over for alert in await untold(database)] == [False]


@pytest.mark.parametrize("status", [UserStatus.SUSPENDED, UserStatus.DELETING])
async def test_who_may_not_come_in_is_not_told(
    status: UserStatus, database: Database, anna: int
) -> None:
    await breaks(database, anna)
    await database.write(account_changes.set_status, anna, status, NOON)
    assert await untold(database) == []


async def test_of_many_who_find_it_broken_at_once_one_alert_comes(
    database: Database, anna: int
) -> None:
    await breaks(database, anna)
    await warmed(database)
    await asyncio.gather(*(breaks(database, anna) for _ in range(AT_ONCE)))
    assert len(await untold(database)) == 1


async def test_two_who_are_the_first_to_find_it_broken_are_no_trouble(
    database: Database, anna: int
) -> None:
    await warmed(database)
    await asyncio.gather(*(breaks(database, anna) for _ in range(AT_ONCE)))
    assert len(await untold(database)) == 1
