"""The metadata that all tables share, and the columns that most of them have."""

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, MetaData, Table
from sqlalchemy.schema import SchemaItem

from evosync.db.types import COLLATION, BigId, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

MARIADB_OPTIONS: dict[str, Any] = {
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": COLLATION,
}


def table(name: str, *items: SchemaItem) -> Table[Any]:
    """Declare a table: on MariaDB transactional, and binary in every text column."""
    return Table(name, metadata, *items, **MARIADB_OPTIONS)


def row_id() -> Column[Any]:
    """Declare the number of a row."""
    return Column("id", BigId, primary_key=True, autoincrement=True)


def user_key(*, primary: bool = False, unique: bool = False) -> Column[Any]:
    """Declare whose row it is; it goes when the user goes."""
    return Column(
        "user_id",
        BigId,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=primary,
        autoincrement=False,
        nullable=False,
        unique=unique,
    )


def outside_number(name: str, *, primary: bool = False) -> Column[Any]:
    """Declare a number that VK gave and that is never missing."""
    return Column(name, BigId, primary_key=primary, autoincrement=False, nullable=False)


def moment(name: str, *, needed: bool = False) -> Column[Any]:
    """Declare a moment; unless `needed`, it may not have come yet."""
    return Column(name, Moment, nullable=not needed)


def flag(name: str, *, default: bool = False) -> Column[Any]:
    """Declare a yes or no."""
    return Column(name, Boolean(create_constraint=False), nullable=False, default=default)
