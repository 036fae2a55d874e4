"""Roles: what each permits, who has which, and who is the last to hold the keys."""

import asyncio

from evosync.accounts.permissions import Permission
from evosync.db import account_changes, accounts, roles
from evosync.db.accounts import UserStatus
from evosync.db.engine import Database
from evosync.db.roles import Role, RoleName
from evosync.db.types import Tx
from tests.builders import NOON
from tests.db.people import add_user

A_WHILE_S = 0.3  # enough for whoever is not kept out


async def listed(database: Database) -> dict[RoleName, Role]:
    async with database.read() as tx:
        found = await roles.list_roles(tx)
    assert [each.name for each in found] == list(RoleName)  # the mightiest first
    return {each.name: each for each in found}


async def is_last(database: Database, user_id: int) -> bool:
    async with database.read() as tx:
        return await roles.is_last_system(tx, user_id)


async def test_at_first_a_user_may_nothing_and_the_others_all(database: Database) -> None:
    found = await listed(database)
    assert found[RoleName.SYSTEM].permissions == set(Permission)
    assert found[RoleName.ADMIN].permissions == set(Permission)
    assert found[RoleName.USER].permissions == set()
    assert {each.people for each in found.values()} == {0}


async def test_people_are_counted_by_role(database: Database, anna: int, boris: int) -> None:
    await database.write(roles.set_role, boris, RoleName.SYSTEM)
    counts = {name: role.people for name, role in (await listed(database)).items()}
    assert counts == {RoleName.SYSTEM: 1, RoleName.ADMIN: 0, RoleName.USER: 1}


async def test_an_account_has_one_role(database: Database, anna: int) -> None:
    for role in (RoleName.SYSTEM, RoleName.ADMIN, RoleName.ADMIN):
        await database.write(roles.set_role, anna, role)
        async with database.read() as tx:
            found = await accounts.find_user(tx, anna)
        assert found is not None
        assert found.roles == (role.value,)


async def test_a_role_permits_exactly_what_is_named(database: Database, anna: int) -> None:
    admin = (await listed(database))[RoleName.ADMIN]
    names = {"logs.view", "users.view"}
    await database.write(roles.set_permissions, admin.id, {*names, "users.eat"})
    found = await listed(database)
    assert found[RoleName.ADMIN].permissions == names
    assert found[RoleName.SYSTEM].permissions == set(Permission)
    await database.write(roles.set_role, anna, RoleName.ADMIN)
    async with database.read() as tx:
        held = await accounts.held_by(tx, anna)
    assert held.permissions == names
    await database.write(roles.set_permissions, admin.id, ())
    assert (await listed(database))[RoleName.ADMIN].permissions == set()


async def test_only_an_active_account_of_the_system_is_another_one(
    database: Database, anna: int, boris: int
) -> None:
    vera = await add_user(database, "vera@example.com")
    await database.write(roles.set_role, anna, RoleName.SYSTEM)
    await database.write(roles.set_role, vera, RoleName.ADMIN)
    await database.write(roles.set_role, boris, RoleName.SYSTEM)
    assert await is_last(database, anna)  # the others have no password to come in with
    for each in (vera, boris):
        await database.write(account_changes.set_password, each, "$argon2id$", NOON)
    assert not await is_last(database, anna)
    for status in (UserStatus.SUSPENDED, UserStatus.PENDING):
        await database.write(account_changes.set_status, boris, status, NOON)
        assert await is_last(database, anna)


async def test_whoever_decides_on_the_keys_waits_for_who_is_at_it(database: Database) -> None:
    done: list[str] = []
    is_in, may_end = asyncio.Event(), asyncio.Event()

    async def first(tx: Tx) -> None:
        await roles.lock_keys(tx)
        is_in.set()
        await may_end.wait()
        done.append("first")

    async def second(tx: Tx) -> None:
        await roles.lock_keys(tx)
        done.append("second")

    holding = asyncio.create_task(database.write(first))
    await is_in.wait()
    waiting = asyncio.create_task(database.write(second))
    await asyncio.wait({waiting}, timeout=A_WHILE_S)
    assert done == []
    may_end.set()
    await asyncio.gather(holding, waiting)
    assert done == ["first", "second"]
