"""Queries on accounts: who they are, the roles they have, and what these let them do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.exc import IntegrityError

from evosync.db.roles import RoleName, set_role
from evosync.db.sync import SyncConfig, save_config
from evosync.db.tables.accounts import permissions, role_permissions, roles, user_roles, users
from evosync.db.types import NAME_LENGTH, Tx, folded, new_id


class UserStatus(StrEnum):
    """How far an account has come."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETING = "deleting"  # shut for good: its rows go, at the next start if not now


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account, with what its roles permit. `email` is as given, and told apart by `fold_email`.

    `new_email` waits for its confirmation; `phone_code` is sealed.
    """

    id: int
    email: str | None
    name: str
    status: UserStatus
    roles: tuple[str, ...]
    created_at: datetime
    permissions: frozenset[str] = frozenset()
    password_hash: str | None = field(repr=False, default=None)
    new_email: str | None = None
    phone: str | None = None
    phone_code: str | None = field(repr=False, default=None)
    phone_code_sent_at: datetime | None = None
    phone_confirmed_at: datetime | None = None
    time_zone: str = "Europe/Moscow"
    theme: str = "auto"
    evotor_user_id: str | None = None
    email_confirmed_at: datetime | None = None
    invited_at: datetime | None = None
    password_changed_at: datetime | None = None
    last_login_at: datetime | None = None

    def may(self, permission: str) -> bool:
        """Tell whether any of the account's roles permits it."""
        return permission in self.permissions

    @property
    def is_system(self) -> bool:
        """Whether it is one of the accounts that only their like may touch."""
        return RoleName.SYSTEM in self.roles

    @property
    def is_pending(self) -> bool:
        """Whether it waits for its first confirmation."""
        return self.status is UserStatus.PENDING

    @property
    def may_come_in(self) -> bool:
        """Whether its person may be signed in, if only to confirm the e-mail."""
        return self.status in {UserStatus.PENDING, UserStatus.ACTIVE}

    @property
    def shown_name(self) -> str:
        """What pages call it: the name, else the e-mail."""
        return self.name or self.email or f"№ {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """What an account is made of. Without a password hash nobody can sign in yet.

    One that a webhook makes may have no e-mail.
    """

    email: str | None
    role: RoleName = RoleName.USER
    status: UserStatus = UserStatus.PENDING
    password_hash: str | None = field(repr=False, default=None)
    name: str = ""
    email_confirmed_at: datetime | None = None
    invited_at: datetime | None = None


async def create_user(tx: Tx, new: NewUser, now: datetime) -> int | None:
    """Make an account and return its id; None when the e-mail has one already."""
    account = insert(users).values(
        email=None if new.email is None else new.email.strip(),
        email_folded=None if new.email is None else fold_email(new.email),
        name=new.name,
        name_folded=folded(new.name),
        password_hash=new.password_hash,
        status=new.status.value,
        email_confirmed_at=new.email_confirmed_at,
        invited_at=new.invited_at,
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
    await set_role(tx, user_id, new.role)
    await save_config(tx, SyncConfig(user_id=user_id), now)
    return user_id


async def find_user(tx: Tx, user_id: int, *, will_save: bool = False) -> User | None:
    """Find an account by its id.

    Who means to change it in the same transaction says so: the row is then
    locked, and what was read of it stays true.
    """
    query = select(users).where(users.c.id == user_id)
    return await _found(tx, query.with_for_update() if will_save else query)


async def find_user_by_email(tx: Tx, email: str) -> User | None:
    """Find an account by its e-mail, in whatever case it is written."""
    return await _found(tx, select(users).where(users.c.email_folded == fold_email(email)))


async def find_user_by_phone(tx: Tx, phone: str) -> User | None:
    """Find the account that has confirmed this phone; None when nobody or several have."""
    query = select(users).where(users.c.phone == phone, users.c.phone_confirmed_at.is_not(None))
    rows = (await tx.execute(query.limit(2))).all()
    return user_of(rows[0], await held_by(tx, rows[0].id)) if len(rows) == 1 else None


async def has_any_user(tx: Tx) -> bool:
    """Tell whether there is any account yet."""
    return await tx.scalar(select(users.c.id).limit(1)) is not None


async def list_users(tx: Tx) -> list[User]:
    """List all accounts with their roles, but without permissions; the oldest first."""
    found = (await tx.execute(select(users).order_by(users.c.id))).all()
    return await with_roles(tx, found)


async def with_roles(tx: Tx, rows: Sequence[Row[Any]]) -> list[User]:
    """Make accounts of rows of `users`: with their roles, but without permissions."""
    held: dict[int, list[str]] = {}
    query = select(user_roles.c.user_id, roles.c.name).join(roles).order_by(roles.c.id)
    ids = [row.id for row in rows]
    for user_id, name in await tx.execute(query.where(user_roles.c.user_id.in_(ids))):
        held.setdefault(user_id, []).append(name)
    return [user_of(row, Held(roles=tuple(held.get(row.id, ())))) for row in rows]


def fold_email(email: str) -> str:
    """Return the form by which two spellings of one e-mail are equal."""
    return email.strip().casefold()[:NAME_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an account holds: the names of its roles, and of the permissions these carry."""

    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()


async def held_by(tx: Tx, user_id: int) -> Held:
    """Return what an account holds, by one query."""
    found = await tx.execute(
        select(roles.c.name, permissions.c.name)
        .select_from(user_roles)
        .join(roles, roles.c.id == user_roles.c.role_id)
        .outerjoin(role_permissions, role_permissions.c.role_id == roles.c.id)
        .outerjoin(permissions, permissions.c.id == role_permissions.c.permission_id)
        .where(user_roles.c.user_id == user_id)
        .order_by(roles.c.id)
    )
    pairs = [(role, permission) for role, permission in found]
    return Held(
        roles=tuple(dict.fromkeys(role for role, _ in pairs)),
        permissions=frozenset(each for _, each in pairs if each is not None),
    )


def user_of(row: Row[*tuple[Any, ...]], held: Held) -> User:
    """Make an account of a row that has the columns of `users`."""
    same = {name: getattr(row, name) for name in _AS_THEY_ARE}
    return User(
        status=UserStatus(row.status), roles=held.roles, permissions=held.permissions, **same
    )


_AS_THEY_ARE = (
    *("id", "email", "new_email", "name", "time_zone", "theme", "evotor_user_id"),
    *("phone", "phone_code", "phone_code_sent_at", "phone_confirmed_at", "password_hash"),
    *("email_confirmed_at", "invited_at", "password_changed_at", "last_login_at", "created_at"),
)


async def _found(tx: Tx, query: Select[Any]) -> User | None:
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else user_of(row, await held_by(tx, row.id))
