"""Changes of accounts: each changes what it says, of one account, and says when."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from evosync.db import account_changes, accounts
from evosync.db.accounts import User, UserStatus
from evosync.db.engine import Database
from evosync.db.tables.accounts import users
from evosync.db.types import Tx
from tests.builders import NOON

LATER = NOON + timedelta(hours=1)
EMAIL = "anya@example.com"
PHONE = "+79161234567"

Change = Callable[[Tx, int], Awaitable[object]]


async def get(database: Database, user_id: int) -> User:
    async with database.read() as tx:
        found = await accounts.find_user(tx, user_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        pytest.param(
            lambda tx, anna: account_changes.set_status(tx, anna, UserStatus.SUSPENDED, LATER),
            {"status": UserStatus.SUSPENDED},
            id="status",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_password(tx, anna, "$new$", LATER),
            {"password_hash": "$new$", "password_changed_at": LATER},
            id="password",
        ),
        pytest.param(
            lambda tx, anna: account_changes.replace_hash(tx, anna, "$new$", LATER),
            {"password_hash": "$new$"},
            id="the same password under another hash",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_name(tx, anna, "Аня", LATER),
            {"name": "Аня"},
            id="name",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_look(tx, anna, LATER, time_zone="Asia/Omsk"),
            {"time_zone": "Asia/Omsk"},
            id="time zone",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_look(tx, anna, LATER, theme="dark"),
            {"theme": "dark"},
            id="theme",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_look(tx, anna, LATER), {}, id="no look at all"
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_new_email(tx, anna, EMAIL, LATER),
            {"new_email": EMAIL},
            id="an e-mail that waits",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_email(tx, anna, f" {EMAIL} ", LATER),
            {"email": EMAIL, "email_confirmed_at": LATER},
            id="e-mail",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_email(tx, anna, "ANNA@example.com", LATER),
            {"email": "ANNA@example.com", "email_confirmed_at": LATER},
            id="one's own e-mail otherwise",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_invited(tx, anna, LATER),
            {"invited_at": LATER},
            id="invitation",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_signed_in(tx, anna, LATER),
            {"last_login_at": LATER},
            id="sign-in",
        ),
        pytest.param(
            lambda tx, anna: account_changes.set_phone(tx, anna, PHONE, LATER, sealed_code="x"),
            {"phone": PHONE, "phone_code": "x", "phone_code_sent_at": LATER},
            id="phone",
        ),
    ],
)
async def test_a_change_changes_what_it_says_of_one_account(
    change: Change, changed: dict[str, Any], database: Database, anna: int, boris: int
) -> None:
    before, others = await get(database, anna), await get(database, boris)
    await database.write(change, anna)
    assert await get(database, anna) == replace(before, **changed)
    assert await get(database, boris) == others
    async with database.read() as tx:
        moments = {
            row.id: row.updated_at
            for row in await tx.execute(select(users.c.id, users.c.updated_at))
        }
    assert moments == {anna: LATER, boris: NOON}


async def test_an_e_mail_that_counts_waits_no_more_and_the_old_one_is_free(
    database: Database, anna: int
) -> None:
    await database.write(account_changes.set_new_email, anna, EMAIL, NOON)
    assert await database.write(account_changes.set_email, anna, EMAIL, LATER)
    assert (await get(database, anna)).new_email is None
    async with database.read() as tx:
        assert await accounts.find_user_by_email(tx, "anna@example.com") is None
        found = await accounts.find_user_by_email(tx, "ANYA@example.com")
    assert found is not None
    assert found.id == anna


async def test_an_e_mail_that_another_has_changes_nothing_and_goes_on(
    database: Database, anna: int, boris: int
) -> None:
    before = await get(database, anna)

    async def change(tx: Tx) -> bool:
        is_set = await account_changes.set_email(tx, anna, " BORIS@example.com", LATER)
        await account_changes.set_name(tx, anna, "Аня", LATER)
        return is_set

    assert not await database.write(change)
    assert await get(database, anna) == replace(before, name="Аня")


async def test_an_e_mail_that_two_want_at_once_is_ones(
    database: Database, anna: int, boris: int
) -> None:
    given = await asyncio.gather(
        *(database.write(account_changes.set_email, each, EMAIL, LATER) for each in (anna, boris))
    )
    assert sorted(given) == [False, True]


async def test_a_phone_is_confirmed_and_then_anothers(database: Database, anna: int) -> None:
    write = database.write
    await write(account_changes.set_phone, anna, PHONE, NOON, sealed_code="sealed")
    await write(account_changes.confirm_phone, anna, LATER)
    confirmed = await get(database, anna)
    assert (confirmed.phone, confirmed.phone_confirmed_at) == (PHONE, LATER)
    assert (confirmed.phone_code, confirmed.phone_code_sent_at) == (None, None)
    async with database.read() as tx:
        assert await accounts.find_user_by_phone(tx, PHONE) == confirmed
    await write(account_changes.set_phone, anna, None, LATER)
    async with database.read() as tx:
        assert await accounts.find_user_by_phone(tx, PHONE) is None
    dropped = await get(database, anna)
    assert (dropped.phone, dropped.phone_confirmed_at) == (None, None)


async def test_secrets_of_an_account_stay_out_of_its_own_words(
    database: Database, anna: int
) -> None:
    await database.write(account_changes.set_password, anna, "$secret$", NOON)
    await database.write(account_changes.set_phone, anna, PHONE, NOON, sealed_code="sealed-code")
    assert "$secret$" not in repr(await get(database, anna))
    assert "sealed-code" not in repr(await get(database, anna))
