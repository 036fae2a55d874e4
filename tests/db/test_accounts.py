"""Accounts: one to an e-mail, however it is spelt."""

import asyncio

import pytest
from sqlalchemy import delete, func, select

from evosync.accounts.permissions import Permission
from evosync.db import account_changes, accounts, roles
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.engine import Database
from evosync.db.roles import RoleName
from evosync.db.tables.accounts import user_roles, users
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from tests.builders import NOON


async def find(database: Database, email: str) -> User | None:
    """Find an account."""
    async with database.read() as tx:
        return await accounts.find_user_by_email(tx, email)


async def test_an_account_is_found_as_it_was_made(database: Database) -> None:
    new = NewUser(
        email=" Anna@Example.com ",
        role=RoleName.SYSTEM,
        status=UserStatus.ACTIVE,
        password_hash="$argon2id$",
        name="Анна",
    )
    user_id = await database.write(accounts.create_user, new, NOON)
    found = await find(database, "anna@example.COM")
    assert found == User(
        id=user_id or 0,
        email="Anna@Example.com",
        name="Анна",
        status=UserStatus.ACTIVE,
        roles=("system",),
        permissions=frozenset(Permission),
        created_at=NOON,
        password_hash="$argon2id$",
    )
    assert "argon2id" not in repr(found)


@pytest.mark.parametrize("email", ["anna@example.com", "ANNA@example.com", " anna@example.com"])
async def test_an_e_mail_has_one_account(database: Database, anna: int, email: str) -> None:
    assert await database.write(accounts.create_user, NewUser(email=email), NOON) is None
    async with database.read() as tx:
        assert [each.id for each in await accounts.list_users(tx)] == [anna]


async def test_who_registers_twice_at_once_gets_one_account(database: Database) -> None:
    new = NewUser(email="anna@example.com")
    made = await asyncio.gather(
        *(database.write(accounts.create_user, new, NOON) for _ in range(4))
    )
    assert sum(user_id is not None for user_id in made) == 1


async def test_accounts_are_listed_with_their_roles(
    database: Database, anna: int, boris: int
) -> None:
    await database.write(roles.set_role, anna, RoleName.ADMIN)
    async with database.read() as tx:
        listed = {each.id: each.roles for each in await accounts.list_users(tx)}
        assert await accounts.find_user(tx, anna + boris) is None
    assert listed == {anna: ("admin",), boris: ("user",)}


async def test_a_password_is_replaced(database: Database, anna: int) -> None:
    await database.write(account_changes.set_password, anna, "$new$", NOON)
    found = await find(database, "anna@example.com")
    assert found is not None
    assert found.password_hash == "$new$"


async def test_nobody_has_an_unknown_e_mail(database: Database, anna: int) -> None:
    assert await find(database, "carol@example.com") is None


async def test_rows_of_a_user_go_with_the_user(database: Database, anna: int) -> None:
    async def remove(tx: Tx) -> None:
        await tx.execute(delete(users).where(users.c.id == anna))

    await database.write(remove)
    async with database.read() as tx:
        for table in (user_roles, sync_configs):
            assert await tx.scalar(select(func.count()).select_from(table)) == 0
