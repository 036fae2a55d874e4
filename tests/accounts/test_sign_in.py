"""Signing in: what is told, what is not, what it costs, and how long it lasts."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from evosync.accounts import administration, recovery, sign_in
from evosync.accounts.passwords import needs_rehash
from evosync.accounts.refusals import Refused, TooMany
from evosync.accounts.sign_in import Visit
from evosync.accounts.signed_links import LinkKind
from evosync.db import account_changes
from evosync.db.accounts import User, UserStatus
from tests.accounts.stand import (
    ELSEWHERE,
    ON_SQLITE,
    OTHER_PASSWORD,
    PASSWORD,
    VISIT,
    Hashing,
    Stand,
    token_in,
)

WRONG = "Почта или пароль не подходят."


async def test_the_right_password_begins_a_session(stand: Stand, anna: User) -> None:
    stand.clock.move(hours=1)
    key = await sign_in.sign_in(stand.desk, " ANNA@example.com ", PASSWORD, VISIT)
    session = await sign_in.find_session(stand.desk, key)
    assert session is not None
    assert session.user == await stand.standing(anna)
    assert session.user.last_login_at == stand.clock()
    [act] = await stand.acts("account.signed_in")
    assert (act.actor, act.actor_id, act.address) == ("anna@example.com", anna.id, VISIT.address)


@ON_SQLITE
async def test_each_session_has_a_key_of_its_own(stand: Stand, anna: User) -> None:
    keys = {await stand.come_in(anna) for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) >= 40 for key in keys)
    assert not await stand.is_in("x" * 43)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param("anna@example.com", OTHER_PASSWORD, id="wrong password"),
        pytest.param("boris@example.com", PASSWORD, id="unknown e-mail"),
        pytest.param("invited@example.com", PASSWORD, id="invited, without a password yet"),
        pytest.param("gone@example.com", OTHER_PASSWORD, id="suspended, wrong password"),
    ],
)
@pytest.mark.usefixtures("anna")
async def test_whatever_is_wrong_is_told_alike_and_costs_one_comparison(
    email: str, password: str, stand: Stand, hashing: Hashing
) -> None:
    await stand.add("invited@example.com", status=UserStatus.PENDING, password_hash=None)
    await stand.add("gone@example.com", status=UserStatus.SUSPENDED)
    with pytest.raises(Refused) as caught:
        await sign_in.sign_in(stand.desk, email, password, VISIT)
    assert str(caught.value) == WRONG
    assert caught.value.field == ""
    # Timing would be noise; the time is in the comparison, and there is one of one cost.
    [compared] = hashing.compared
    assert compared.rsplit("$", 2)[0] == stand.password_hash.rsplit("$", 2)[0]
    assert hashing.made == 0
    assert await stand.acts() == []


async def test_only_who_knows_the_password_is_told_of_a_suspension(stand: Stand) -> None:
    await stand.add("gone@example.com", status=UserStatus.SUSPENDED)
    with pytest.raises(Refused, match="приостановлена"):
        await sign_in.sign_in(stand.desk, "gone@example.com", PASSWORD, VISIT)


async def test_who_waits_for_a_confirmation_may_sign_in(stand: Stand) -> None:
    await stand.add("anna@example.com", status=UserStatus.PENDING)
    assert await stand.is_in(await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT))


@ON_SQLITE
async def test_a_thousand_wrong_tries_are_stopped_before_any_hashing_and_shut_nobody_out(
    stand: Stand, anna: User, hashing: Hashing
) -> None:
    refused = throttled = 0
    # Another address of one's own network is no way round it.
    visits = [Visit(address=f"2001:db8:1:2::{number:x}") for number in range(1000)]
    for visit in visits:
        try:
            await sign_in.sign_in(stand.desk, "anna@example.com", OTHER_PASSWORD, visit)
        except TooMany:
            throttled += 1
        except Refused:
            refused += 1
    assert (refused, throttled) == (20, 980)
    assert len(hashing.compared) == 20
    key = await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, ELSEWHERE)
    assert await stand.is_in(key)
    with pytest.raises(TooMany):
        await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, visits[-1])


@ON_SQLITE
async def test_many_accounts_are_not_tried_from_one_address(stand: Stand, hashing: Hashing) -> None:
    for number in range(30):
        with pytest.raises(Refused):
            await sign_in.sign_in(stand.desk, f"{number}@example.com", PASSWORD, VISIT)
    with pytest.raises(TooMany):
        await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT)
    assert len(hashing.compared) == 30


@ON_SQLITE
async def test_tries_from_everywhere_are_stopped_by_the_account_but_where_it_is_in_use(
    stand: Stand, anna: User, boris: User
) -> None:
    await stand.come_in(anna, ELSEWHERE)
    throttled = 0
    for number in range(320):
        visit = Visit(address=f"2001:db8:1:{number:x}::1")
        try:
            # What cannot be a password is not compared, but it is a try.
            await sign_in.sign_in(stand.desk, "Anna@example.com", "x" * 2000, visit)
        except TooMany:
            throttled += 1
        except Refused:
            pass
    assert throttled == 20
    assert await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, ELSEWHERE)
    assert await sign_in.sign_in(stand.desk, "boris@example.com", PASSWORD, VISIT)
    with pytest.raises(TooMany):
        await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT)


async def test_a_hash_of_other_parameters_is_made_again_at_the_next_sign_in(stand: Stand) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD)
    anna = await stand.add("anna@example.com", password_hash=old)
    await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT)
    fresh = (await stand.standing(anna)).password_hash or ""
    assert fresh != old
    assert not needs_rehash(fresh)
    assert (await stand.standing(anna)).password_changed_at is None
    await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT)
    assert (await stand.standing(anna)).password_hash == fresh


async def test_a_hash_of_todays_parameters_stays(
    stand: Stand, anna: User, hashing: Hashing
) -> None:
    await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT)
    assert (await stand.standing(anna)).password_hash == stand.password_hash
    assert (hashing.made, len(hashing.compared)) == (0, 1)


async def test_who_is_suspended_while_the_password_is_compared_does_not_come_in(
    stand: Stand, anna: User, gleb: User
) -> None:
    await administration.suspend(stand.desk, gleb, anna.id, VISIT.address)
    with pytest.raises(Refused, match=WRONG):
        await stand.come_in(anna)


async def test_whose_password_changes_while_it_is_compared_does_not_come_in(
    stand: Stand, anna: User
) -> None:
    token = token_in(stand.desk.links.make(LinkKind.RESET, anna))
    await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, ELSEWHERE)
    with pytest.raises(Refused, match=WRONG):
        await stand.come_in(anna)
    assert await stand.is_in(await stand.come_in(await stand.standing(anna)))


async def test_who_is_deleted_while_the_password_is_compared_does_not_come_in(
    stand: Stand, anna: User, gleb: User
) -> None:
    await administration.delete(stand.desk, gleb, anna.id, VISIT.address)
    with pytest.raises(Refused, match=WRONG):
        await stand.come_in(anna)


async def test_who_signs_out_has_no_session_and_keeps_the_others(stand: Stand, anna: User) -> None:
    here, there = await stand.come_in(anna), await stand.come_in(anna, ELSEWHERE)
    session = await sign_in.find_session(stand.desk, here)
    assert session is not None
    await sign_in.sign_out(stand.desk, session)
    assert not await stand.is_in(here)
    assert await stand.is_in(there)


async def test_a_session_that_is_not_used_ends_after_thirty_days(stand: Stand, anna: User) -> None:
    key = await stand.come_in(anna)
    stand.clock.move(days=30, seconds=-1)
    assert await stand.is_in(key)
    stand.clock.move(days=30)
    assert not await stand.is_in(key)


async def test_a_session_that_is_used_lasts_half_a_year_and_no_longer(
    stand: Stand, anna: User
) -> None:
    key, begun = await stand.come_in(anna), stand.clock()
    while stand.clock() - begun < timedelta(days=180):
        assert await stand.is_in(key)
        stand.clock.move(days=20)
    assert not await stand.is_in(key)


async def test_a_look_at_a_session_writes_at_most_once_in_ten_minutes(
    stand: Stand, anna: User
) -> None:
    key = await stand.come_in(anna)
    seen = []
    for minutes in (0, 9, 1, 9):
        stand.clock.move(minutes=minutes)
        assert await stand.is_in(key)
        session = await sign_in.find_session(stand.desk, key)
        assert session is not None
        seen.append((session.last_seen_at - session.created_at).total_seconds() / 60)
    assert seen == [0, 0, 10, 10]


async def test_a_session_of_a_suspended_account_opens_nothing(stand: Stand, anna: User) -> None:
    # As it would stand if a suspension and a sign-in crossed.
    key = await stand.come_in(anna)
    await stand.desk.database.write(
        account_changes.set_status, anna.id, UserStatus.SUSPENDED, stand.clock()
    )
    assert not await stand.is_in(key)
