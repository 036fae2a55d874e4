"""The two ends of the mirror, by name, and where the connections to each are kept."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Table

from evosync.db.tables.connections import evotor_connections, vk_connections


class Service(StrEnum):
    """One of the two ends."""

    EVOTOR = "evotor"
    VK = "vk"


def table_of(service: Service) -> Table[Any]:
    """Return the table of an end's connections."""
    return evotor_connections if service is Service.EVOTOR else vk_connections
