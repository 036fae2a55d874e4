from datetime import timedelta

from evosync.accounts.desk import COMMAND_LINE
from evosync.accounts.evotor_users import Applicant, create_from_evotor
from evosync.accounts.invitations import Guest, invite
from evosync.accounts.unconfirmed import drop_unconfirmed
from evosync.db import account_changes
from evosync.db.accounts import User, UserStatus
from evosync.db.notices import NewNotice
from evosync.db.roles import RoleName
from tests.accounts.stand import Stand

LONG_AGO = timedelta(days=30)


async def drop(stand: Stand) -> int:
    return await drop_unconfirmed(stand.desk, stand.clock() - LONG_AGO)


async def test_what_nobody_confirmed_goes_and_its_email_is_free(stand: Stand, anna: User) -> None:
    lapsed = await stand.add("squatter@example.com", status=UserStatus.PENDING)
    stand.clock.move(days=31)
    fresh = await stand.add("fresh@example.com", status=UserStatus.PENDING)
    assert await drop(stand) == 1
    assert await stand.found(lapsed) is None
    assert await stand.by_email("squatter@example.com") is None
    assert await stand.found(fresh) is not None
    assert await stand.found(anna) is not None
    [act] = await stand.acts()
    assert (act.action, act.actor, act.subject) == (
        *("account.lapsed", "housekeeping"),
        "squatter@example.com",
    )
    assert stand.stopped == [lapsed.id]
    assert await drop(stand) == 0


async def test_who_was_invited_or_came_from_evotor_is_waited_for(stand: Stand) -> None:
    guest = Guest(email="guest@example.com", name="", role=RoleName.USER)
    invited = await invite(stand.desk, guest, COMMAND_LINE)
    applicant = Applicant(evotor_user_id="01-000000000000777", email="new@example.com")
    notice = NewNotice(kind="create", evotor_user_id=applicant.evotor_user_id, body={})
    made = await create_from_evotor(stand.desk, applicant, notice)
    stand.clock.move(days=365)
    assert await drop(stand) == 0
    assert await stand.found(invited) is not None
    assert await stand.found(made.user_id) is not None


async def test_who_confirmed_stays_however_old_the_account_is(stand: Stand) -> None:
    confirmed = await stand.add("late@example.com", status=UserStatus.PENDING)
    await stand.desk.database.write(
        account_changes.set_status, confirmed.id, UserStatus.ACTIVE, stand.clock()
    )
    suspended = await stand.add("rude@example.com", status=UserStatus.SUSPENDED)
    stand.clock.move(days=365)
    assert await drop(stand) == 0
    assert await stand.found(confirmed) is not None
    assert await stand.found(suspended) is not None


async def test_whoever_was_signed_in_meanwhile_is_so_no_more(stand: Stand) -> None:
    lapsed = await stand.add("squatter@example.com", status=UserStatus.PENDING)
    key = await stand.come_in(lapsed)
    stand.clock.move(days=31)
    assert await drop(stand) == 1
    assert not await stand.is_in(key)
