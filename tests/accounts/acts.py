"""Acts on another's account, one like the other: who does it, and to whom."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from evosync.accounts import administration
from evosync.accounts.administration import Edit
from evosync.db import roles
from evosync.db.accounts import User
from evosync.db.roles import Role, RoleName
from tests.accounts.stand import VISIT, Stand

HERE = VISIT.address

Act = Callable[[Stand, User, User], Awaitable[object]]


def edited(user: User, **values: Any) -> Edit:
    """Build an edit that changes only what is given."""
    same = Edit(
        name=user.name,
        email=user.email or "",
        role=RoleName(user.roles[0]),
        time_zone=user.time_zone,
    )
    return replace(same, **values)


async def edit(stand: Stand, actor: User, user: User, **values: Any) -> None:
    await administration.edit(stand.desk, actor, user.id, edited(user, **values), HERE)


async def suspend(stand: Stand, actor: User, user: User) -> None:
    await administration.suspend(stand.desk, actor, user.id, HERE)


async def activate(stand: Stand, actor: User, user: User) -> None:
    await administration.activate(stand.desk, actor, user.id, HERE)


async def delete(stand: Stand, actor: User, user: User) -> None:
    await administration.delete(stand.desk, actor, user.id, HERE)


async def change_email(stand: Stand, actor: User, user: User) -> None:
    await edit(stand, actor, user, email="mine@example.com")


async def note_reset(stand: Stand, actor: User, user: User) -> None:
    await administration.note_reset(stand.desk, actor, user.id, HERE)


async def invite_again(stand: Stand, actor: User, user: User) -> None:
    await administration.invite_again(stand.desk, actor, user.id, HERE)


async def permit(stand: Stand, actor: User, name: RoleName, names: set[str]) -> Role:
    """Let a role permit exactly these."""
    async with stand.desk.database.read() as tx:
        [role] = [each for each in await roles.list_roles(tx) if each.name is name]
    return await administration.set_role_permissions(stand.desk, actor, role.id, names, HERE)
