"""Queries on the two connections of a user. Tokens come sealed and leave sealed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evosync.db.sync import forget_confirmation, touch_config
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from evosync.errors import NeedsPerson

TAKEN = "Это сообщество VK уже подключено к другой учётной записи."


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the last check said; `last_checked_at` None = not checked yet.

    `last_error` is a Russian sentence and `last_error_code` its short name;
    `sealed_link` leads to where a person can mend it. `rights_checked_at` is
    when the dearer check was made.
    """

    is_online: bool = False
    last_checked_at: datetime | None = None
    last_error: str | None = None
    last_error_code: str | None = None
    sealed_link: str | None = field(repr=False, default=None)
    rights_checked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvotorConnection:
    """One user's way to the shop; `Vault.open` gives the tokens.

    `expires_at` is the access token's end, None when it has none.
    """

    user_id: int
    sealed_token: str = field(repr=False)
    sealed_refresh_token: str | None = field(repr=False, default=None)
    expires_at: datetime | None = None
    evotor_user_id: str | None = None
    store_id: str | None = None
    store_name: str | None = None
    connected_at: datetime | None = None
    health: Health = field(default_factory=Health)


@dataclass(frozen=True, slots=True, kw_only=True)
class VkConnection:
    """One user's way to a community; `Vault.open` gives the token."""

    user_id: int
    community_id: int
    sealed_token: str = field(repr=False)
    community_name: str | None = None
    vk_user_id: int | None = None
    health: Health = field(default_factory=Health)


@dataclass(frozen=True, slots=True, kw_only=True)
class VkSignIn:
    """A person signed in at VK: all there is of the connection, with or without a community yet.

    `scope` is what VK said the token may, by blanks; None when nobody said.
    `expires_at` is the access token's end, None when it has none.
    """

    user_id: int
    sealed_token: str = field(repr=False)
    sealed_refresh_token: str | None = field(repr=False, default=None)
    device_id: str | None = field(repr=False, default=None)
    scope: str | None = None
    expires_at: datetime | None = None
    vk_user_id: int | None = None
    first_name: str = ""
    last_name: str = ""
    community_id: int | None = None
    community_name: str | None = None
    connected_at: datetime | None = None
    health: Health = field(default_factory=Health)

    @property
    def person(self) -> str:
        """The person's name; "" when VK did not tell."""
        return f"{self.first_name} {self.last_name}".strip()


async def save_evotor(tx: Tx, connection: EvotorConnection, now: datetime) -> None:
    """Connect the shop, or replace the token; its health starts anew.

    Another Evotor account than the confirmed one asks for a new confirmation.
    """
    values = {
        "access_token": connection.sealed_token,
        "refresh_token": connection.sealed_refresh_token,
        "expires_at": connection.expires_at,
        "refreshed_at": None,
        "evotor_user_id": connection.evotor_user_id,
        "store_id": connection.store_id,
        "store_name": connection.store_name,
    }
    await _save(tx, evotor_connections, connection.user_id, values, now)
    if connection.evotor_user_id is not None:
        await forget_confirmation(
            tx,
            connection.user_id,
            sync_configs.c.confirmed_evotor_user_id != connection.evotor_user_id,
        )


async def save_vk(tx: Tx, sign_in: VkSignIn, now: datetime) -> None:
    """Connect VK, or replace the tokens; its health starts anew.

    Raises NeedsPerson when another user has this community. Another
    community than the confirmed one asks for a new confirmation.
    """
    names = (
        *("device_id", "scope", "expires_at", "vk_user_id"),
        *("first_name", "last_name", "community_id", "community_name"),
    )
    values = {
        "access_token": sign_in.sealed_token,
        "refresh_token": sign_in.sealed_refresh_token,
        "refreshed_at": None,
        "error_link": None,
        **{name: getattr(sign_in, name) for name in names},
    }
    try:
        async with tx.begin_nested():
            await _save(tx, vk_connections, sign_in.user_id, values, now)
    except IntegrityError:
        raise NeedsPerson(TAKEN, code="community_taken") from None
    if sign_in.community_id is not None:
        await forget_confirmation(
            tx, sign_in.user_id, sync_configs.c.confirmed_community_id != sign_in.community_id
        )


async def choose_community(
    tx: Tx, user_id: int, community_id: int, name: str, now: datetime
) -> bool:
    """Let a person who is signed in at VK work with a community; False when nobody is.

    Its health starts anew: what was found of another, or of none, says nothing
    of it. The tokens stay as they are: they may be renewed in this very moment.
    Raises NeedsPerson when another user has this community.
    """
    await touch_config(tx, user_id, now)
    chosen = (
        update(vk_connections)
        .where(vk_connections.c.user_id == user_id, vk_connections.c.access_token.is_not(None))
        .values(
            community_id=community_id,
            community_name=name,
            error_link=None,
            **_unchecked(now),
        )
    )
    try:
        async with tx.begin_nested():
            changed = await tx.execute(chosen)
    except IntegrityError:
        raise NeedsPerson(TAKEN, code="community_taken") from None
    await forget_confirmation(tx, user_id, sync_configs.c.confirmed_community_id != community_id)
    return changed.rowcount == 1


async def find_evotor(tx: Tx, user_id: int) -> EvotorConnection | None:
    """Find the shop's connection; None while no token has been given."""
    row = await _find(tx, evotor_connections, user_id)
    if row is None:
        return None
    return EvotorConnection(
        user_id=user_id,
        sealed_token=row.access_token,
        sealed_refresh_token=row.refresh_token,
        expires_at=row.expires_at,
        evotor_user_id=row.evotor_user_id,
        store_id=row.store_id,
        store_name=row.store_name,
        connected_at=row.connected_at,
        health=_health(row),
    )


async def find_vk(tx: Tx, user_id: int) -> VkConnection | None:
    """Find the community's connection; None while no token or no community has been given."""
    sign_in = await find_vk_sign_in(tx, user_id)
    if sign_in is None or sign_in.community_id is None:
        return None
    return VkConnection(
        user_id=user_id,
        community_id=sign_in.community_id,
        sealed_token=sign_in.sealed_token,
        community_name=sign_in.community_name,
        vk_user_id=sign_in.vk_user_id,
        health=sign_in.health,
    )


async def find_vk_sign_in(tx: Tx, user_id: int) -> VkSignIn | None:
    """Find whoever is signed in at VK; None while no token has been given."""
    row = await _find(tx, vk_connections, user_id)
    if row is None:
        return None
    return VkSignIn(
        user_id=user_id,
        sealed_token=row.access_token,
        sealed_refresh_token=row.refresh_token,
        device_id=row.device_id,
        scope=row.scope,
        expires_at=row.expires_at,
        vk_user_id=row.vk_user_id,
        first_name=row.first_name or "",
        last_name=row.last_name or "",
        community_id=row.community_id,
        community_name=row.community_name,
        connected_at=row.connected_at,
        health=_health(row),
    )


async def list_taken(tx: Tx, community_ids: Collection[int], user_id: int) -> set[int]:
    """List which of some communities others than the user have."""
    query = select(vk_connections.c.community_id).where(
        vk_connections.c.community_id.in_(community_ids), vk_connections.c.user_id != user_id
    )
    return {found for found in await tx.scalars(query) if found is not None}


async def delete_evotor(tx: Tx, user_id: int) -> None:
    """Disconnect the shop: the connection and its tokens go, nothing else."""
    await tx.execute(delete(evotor_connections).where(evotor_connections.c.user_id == user_id))


async def delete_vk(tx: Tx, user_id: int) -> None:
    """Disconnect the community: the connection and its tokens go, nothing else."""
    await tx.execute(delete(vk_connections).where(vk_connections.c.user_id == user_id))


async def _save(
    tx: Tx, table: Table[Any], user_id: int, values: dict[str, Any], now: datetime
) -> None:
    # Locks the user's settings, so that two saves at once queue here; and a run
    # sees by the version that what it works with is no longer the same.
    await touch_config(tx, user_id, now)
    fresh = values | _unchecked(now)
    changed = await tx.execute(update(table).where(table.c.user_id == user_id).values(fresh))
    if changed.rowcount == 0:
        await tx.execute(insert(table).values(user_id=user_id, **fresh))


def _unchecked(now: datetime) -> dict[str, Any]:
    """Make the columns of a connection that nobody has looked at yet."""
    return {
        "is_online": False,
        "last_checked_at": None,
        "last_error": None,
        "last_error_code": None,
        "rights_checked_at": None,
        "connected_at": now,
        "updated_at": now,
    }


async def _find(tx: Tx, table: Table[Any], user_id: int) -> Row[Any] | None:
    found = await tx.execute(
        select(table).where(table.c.user_id == user_id, table.c.access_token.is_not(None))
    )
    return found.one_or_none()


def _health(row: Row[Any]) -> Health:
    return Health(
        is_online=row.is_online,
        last_checked_at=row.last_checked_at,
        last_error=row.last_error,
        last_error_code=row.last_error_code,
        sealed_link=getattr(row, "error_link", None),
        rights_checked_at=row.rights_checked_at,
    )
