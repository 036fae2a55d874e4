"""Queries on roles: what each permits, who has which, and who is the last to hold the keys."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, insert, select

from evosync.db.tables.accounts import permissions, role_permissions, roles, user_roles, users
from evosync.db.types import Tx


class RoleName(StrEnum):
    """The roles that the migrations make."""

    SYSTEM = "system"
    ADMIN = "admin"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role, what it permits, and how many accounts have it."""

    id: int
    name: RoleName
    permissions: frozenset[str]
    people: int


async def list_roles(tx: Tx) -> list[Role]:
    """List the roles, the mightiest first."""
    granted: dict[int, set[str]] = {}
    pairs = await tx.execute(
        select(role_permissions.c.role_id, permissions.c.name).join(
            permissions, permissions.c.id == role_permissions.c.permission_id
        )
    )
    for role_id, name in pairs:
        granted.setdefault(role_id, set()).add(name)
    counted = await tx.execute(
        select(roles.c.id, roles.c.name, func.count(user_roles.c.user_id))
        .outerjoin(user_roles, user_roles.c.role_id == roles.c.id)
        .group_by(roles.c.id, roles.c.name)
        .order_by(roles.c.id)
    )
    return [
        Role(id=role_id, name=RoleName(name), permissions=frozenset(held), people=people)
        for role_id, name, people in counted
        for held in [granted.get(role_id, set())]
    ]


async def list_holders(tx: Tx, names: Collection[RoleName], among: Iterable[int]) -> set[int]:
    """List which of these accounts have any of these roles."""
    held = user_roles.c
    found = await tx.scalars(
        select(held.user_id)
        .join(roles, roles.c.id == held.role_id)
        .where(roles.c.name.in_([each.value for each in names]), held.user_id.in_(set(among)))
    )
    return set(found)


async def set_role(tx: Tx, user_id: int, role: RoleName) -> None:
    """Let the account have this role and no other."""
    await tx.execute(delete(user_roles).where(user_roles.c.user_id == user_id))
    role_id = select(roles.c.id).where(roles.c.name == role.value).scalar_subquery()
    await tx.execute(insert(user_roles).values(user_id=user_id, role_id=role_id))


async def set_permissions(tx: Tx, role_id: int, names: Iterable[str]) -> None:
    """Let the role permit exactly what is named; unknown names are passed over."""
    await tx.execute(delete(role_permissions).where(role_permissions.c.role_id == role_id))
    known = select(permissions.c.id).where(permissions.c.name.in_(list(names)))
    rows = [{"role_id": role_id, "permission_id": each} for each in await tx.scalars(known)]
    if rows:
        await tx.execute(insert(role_permissions), rows)


async def lock_keys(tx: Tx) -> None:
    """Queue with everybody else who decides on the accounts of the system or on permissions.

    Two people who suspend each other at once would otherwise both find that
    there is another one left.
    """
    await tx.execute(select(roles.c.id).where(roles.c.name == RoleName.SYSTEM).with_for_update())


async def is_last_system(tx: Tx, user_id: int) -> bool:
    """Tell whether nobody else can sign in to an account of the system; see `lock_keys`."""
    others = await tx.scalar(
        select(func.count())
        .select_from(user_roles)
        .join(roles, roles.c.id == user_roles.c.role_id)
        .join(users, users.c.id == user_roles.c.user_id)
        .where(
            roles.c.name == RoleName.SYSTEM,
            users.c.status == "active",
            users.c.password_hash.is_not(None),
            users.c.id != user_id,
        )
    )
    return not others
