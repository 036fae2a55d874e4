"""Every column that holds something sealed, and all of them sealed anew with the newest key."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, or_, select, update

from evosync.db.services import Service
from evosync.db.tables.accounts import users
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.journal import webhook_events
from evosync.db.tables.runs import runs
from evosync.db.tables.sync import sync_configs
from evosync.db.vault import Vault

SEALED: tuple[tuple[Table[Any], tuple[str, ...]], ...] = (
    (evotor_connections, ("access_token", "refresh_token", "candidate_token", "api_token")),
    (vk_connections, ("access_token", "refresh_token", "error_link")),
    (users, ("phone_code",)),
    (sync_configs, ("feed_secret",)),
    (webhook_events, ("sealed",)),
    (runs, ("error_link",)),
)

_SERVICES = {evotor_connections.name: Service.EVOTOR, vk_connections.name: Service.VK}


@dataclass(frozen=True, slots=True, order=True)
class Unopened:
    """A connection whose token no key opens: whose, and to which service."""

    email: str
    service: Service


def seal_anew(connection: Connection, vault: Vault) -> list[Unopened]:
    """Seal everything with the newest key; what no key opens stays as it is.

    Returns the connections among that, in the order of e-mails.
    """
    shut: set[tuple[Service, int]] = set()
    for table, names in SEALED:
        [key] = table.primary_key.columns
        columns: list[Column[Any]] = [table.c[name] for name in names]
        held = or_(*(each.is_not(None) for each in columns))
        for row in connection.execute(select(key, *columns).where(held)).all():
            sealed = {name: value for name, value in zip(names, row[1:], strict=True) if value}
            anew = {name: vault.sealed_anew(value) for name, value in sealed.items()}
            changed = {name: value for name, value in anew.items() if value is not None}
            if changed:
                connection.execute(update(table).where(key == row[0]).values(changed))
            if "access_token" in anew and anew["access_token"] is None:
                shut.add((_SERVICES[table.name], row[0]))
    return sorted(_named(connection, *each) for each in shut)


def _named(connection: Connection, service: Service, row_id: int) -> Unopened:
    table = evotor_connections if service is Service.EVOTOR else vk_connections
    asked = select(users.c.email).join(table, table.c.user_id == users.c.id)
    email = connection.scalar(asked.where(table.c.id == row_id))
    return Unopened(email or "—", service)
