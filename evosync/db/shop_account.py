"""Which Evotor account a shop is of, and whether its first push was confirmed (design: R17)."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, select, update

from evosync.catalog.product import Store
from evosync.db.tables.catalog import cached_stores
from evosync.db.tables.connections import evotor_connections
from evosync.db.tables.market import product_links
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx

MADE_UP = "stores:"
"""Begins the name that we give to an account of which Evotor tells no user id."""


def name_account(
    told: str | None, listed: Collection[str], known: Mapping[str, Collection[str]]
) -> str | None:
    """Name the account that lists these stores; None when it lists none, and nothing is told.

    `told` is the user id that Evotor gives, `known` the stores of accounts by
    their names. Without an id it is the account that any of the stores is
    known of, and a new one when none is. A name that we made up stays, though
    Evotor tells an id by now.
    """
    for name in sorted(known):
        if (told is None or name.startswith(MADE_UP)) and not set(known[name]).isdisjoint(listed):
            return name
    return told or (MADE_UP + min(listed) if listed else None)


async def find_account(tx: Tx, user_id: int, stores: Collection[Store]) -> str | None:
    """Name the account that lists these stores now; asked before they replace the cached ones."""
    told = next(filter(None, (store.user_id for store in stores)), None)
    known = await _known_stores(tx, user_id, told)
    row = await _confirmation(tx, user_id)
    if row is not None and row.confirmed_at is not None and row.confirmed_evotor_user_id:
        # Before anything was pushed, only what was read for the confirmation tells.
        cached = await tx.scalars(
            select(cached_stores.c.store_id).where(cached_stores.c.user_id == user_id)
        )
        known.setdefault(row.confirmed_evotor_user_id, set(cached))
    return name_account(told, [store.id for store in stores], known)


async def find_current_account(tx: Tx, user_id: int) -> str | None:
    """Name the account of this moment; None when nothing was told and nothing was read.

    Either the connection or the last reading tells, whichever is younger: a
    shop may not have been read since it was connected, and a token may open
    another account's than it did.
    """
    rows, connections = cached_stores.c, evotor_connections.c
    found = await tx.execute(
        select(rows.store_id, rows.evotor_user_id, rows.updated_at)
        .where(rows.user_id == user_id)
        .order_by(rows.updated_at.desc())
    )
    stores = found.all()
    told = next(filter(None, (store.evotor_user_id for store in stores)), None)
    found = await tx.execute(
        select(connections.evotor_user_id, connections.connected_at).where(
            connections.user_id == user_id, connections.evotor_user_id.is_not(None)
        )
    )
    connected = found.one_or_none()
    if connected and (told is None or stores[0].updated_at < connected.connected_at):
        if told not in {None, connected.evotor_user_id}:
            return str(connected.evotor_user_id)  # the stores at hand are another account's
        told = connected.evotor_user_id
    listed = [store.store_id for store in stores]
    return name_account(told, listed, await _known_stores(tx, user_id, told))


async def is_other_than_confirmed(tx: Tx, user_id: int) -> bool:
    """Tell whether another account than the confirmed one was read last; only looks."""
    row = await _confirmation(tx, user_id)
    if row is None or row.confirmed_at is None or row.confirmed_evotor_user_id is None:
        return False
    account = await find_current_account(tx, user_id)
    return account not in {None, row.confirmed_evotor_user_id}


async def is_confirmed(tx: Tx, user_id: int, account: str | None) -> bool:
    """Tell whether a user's confirmation is of this account; of another one's it is taken back.

    Where none was noted, the accounts that links were made from tell, and
    this one is noted. An account that nobody can name is not another one.
    """
    row = await _confirmation(tx, user_id)
    if row is None or account is None or row.confirmed_evotor_user_id == account:
        return True
    values: dict[str, Any] = {"confirmed_at": None, "version": sync_configs.c.version + 1}
    is_other = row.confirmed_evotor_user_id is not None
    if not is_other:
        made_from = await _accounts_of_links(tx, user_id)
        is_other = bool(made_from) and account not in made_from
        if not is_other:
            values = {"confirmed_evotor_user_id": account}
    await tx.execute(update(sync_configs).where(sync_configs.c.user_id == user_id).values(**values))
    return not is_other


async def _confirmation(tx: Tx, user_id: int) -> Row[Any] | None:
    found = await tx.execute(
        select(sync_configs.c.confirmed_at, sync_configs.c.confirmed_evotor_user_id).where(
            sync_configs.c.user_id == user_id
        )
    )
    return found.one_or_none()


async def _accounts_of_links(tx: Tx, user_id: int) -> set[str | None]:
    rows = product_links.c
    found = await tx.scalars(
        select(rows.evotor_user_id)
        .where(rows.user_id == user_id, rows.evotor_user_id.is_not(None))
        .distinct()
    )
    return set(found)


async def _known_stores(tx: Tx, user_id: int, told: str | None) -> dict[str, set[str]]:
    """List the stores that links name, by account; with an id told, of made-up names only."""
    rows = product_links.c
    query = select(rows.evotor_user_id, rows.store_ids).where(
        rows.user_id == user_id, rows.evotor_user_id.is_not(None)
    )
    if told is not None:
        query = query.where(rows.evotor_user_id.startswith(MADE_UP))
    known: dict[str, set[str]] = {}
    for row in await tx.execute(query):
        known.setdefault(row.evotor_user_id, set()).update(row.store_ids)
    return known
