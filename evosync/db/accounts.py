"""Queries on people: who they are, and the roles they have."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from evosync.db.sync import SyncConfig, save_config
from evosync.db.tables.accounts import roles, user_roles, users
from evosync.db.types import NAME_LENGTH, Tx, folded, new_id


class UserStatus(StrEnum):
    """How far an account has come."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class RoleName(StrEnum):
    """The roles that the migrations make."""

    SYSTEM = "system"
    ADMIN = "admin"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. `email` is as given; accounts are told apart by its folded form."""

    id: int
    email: str | None
    name: str
    status: UserStatus
    roles: tuple[str, ...]
    created_at: datetime
    password_hash: str | None = field(repr=False, default=None)
    time_zone: str = "Europe/Moscow"
    evotor_user_id: str | None = None
    last_login_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """What an account is made of. Without a password hash nobody can sign in yet."""

    email: str
    role: RoleName = RoleName.USER
    status: UserStatus = UserStatus.PENDING
    password_hash: str | None = field(repr=False, default=None)
    name: str = ""


async def create_user(tx: Tx, new: NewUser, now: datetime) -> int | None:
    """Make an account and return its id; None when the e-mail has one already."""
    account = insert(users).values(
        email=new.email.strip(),
        email_folded=fold_email(new.email),
        name=new.name,
        name_folded=folded(new.name),
        password_hash=new.password_hash,
        status=new.status.value,
        created_at=now,
        updated_at=now,
    )
    try:
        # The index is asked, not the rows: another may be registering this very e-mail.
        async with tx.begin_nested():
            made = await tx.execute(account)
    except IntegrityError:
        return None
    user_id = new_id(made)
    await grant_role(tx, user_id, new.role)
    await save_config(tx, SyncConfig(user_id=user_id), now)
    return user_id


async def grant_role(tx: Tx, user_id: int, role: RoleName) -> None:
    """Give the account a role that it does not have yet."""
    role_id = select(roles.c.id).where(roles.c.name == role.value).scalar_subquery()
    await tx.execute(insert(user_roles).values(user_id=user_id, role_id=role_id))


async def find_user(tx: Tx, user_id: int) -> User | None:
    """Find an account by its id."""
    row = (await tx.execute(select(users).where(users.c.id == user_id))).one_or_none()
    return None if row is None else _user(row, await _roles_of(tx, user_id))


async def find_user_by_email(tx: Tx, email: str) -> User | None:
    """Find an account by its e-mail, in whatever case it is written."""
    found = await tx.execute(select(users).where(users.c.email_folded == fold_email(email)))
    row = found.one_or_none()
    return None if row is None else _user(row, await _roles_of(tx, row.id))


async def list_users(tx: Tx) -> list[User]:
    """List all accounts, the oldest first."""
    held: dict[int, list[str]] = {}
    for user_id, name in await tx.execute(
        select(user_roles.c.user_id, roles.c.name).join(roles).order_by(roles.c.id)
    ):
        held.setdefault(user_id, []).append(name)
    found = await tx.execute(select(users).order_by(users.c.id))
    return [_user(row, held.get(row.id, [])) for row in found]


async def set_password(tx: Tx, user_id: int, password_hash: str, now: datetime) -> None:
    """Replace the account's password hash."""
    await tx.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(password_hash=password_hash, password_changed_at=now, updated_at=now)
    )


def fold_email(email: str) -> str:
    """Return the form by which two spellings of one e-mail are equal."""
    return email.strip().casefold()[:NAME_LENGTH]


async def _roles_of(tx: Tx, user_id: int) -> list[str]:
    found = await tx.scalars(
        select(roles.c.name)
        .join(user_roles)
        .where(user_roles.c.user_id == user_id)
        .order_by(roles.c.id)
    )
    return list(found)


def _user(row: Row[Any], held: list[str]) -> User:
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        status=UserStatus(row.status),
        roles=tuple(held),
        created_at=row.created_at,
        password_hash=row.password_hash,
        time_zone=row.time_zone,
        evotor_user_id=row.evotor_user_id,
        last_login_at=row.last_login_at,
    )
