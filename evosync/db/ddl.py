"""The statements that migrations are written in; each may be begun again after a cut.

MariaDB commits after every statement, so a migration that was killed in the
middle finds its first tables made when it is run again.
"""

from alembic import op
from sqlalchemy.schema import SchemaItem

from evosync.db.tables.metadata import MARIADB_OPTIONS


def create_table(name: str, *items: SchemaItem) -> None:
    """Create a table as all of ours are, unless it stands already."""
    op.create_table(name, *items, if_not_exists=True, **MARIADB_OPTIONS)


def create_index(name: str, table: str, columns: list[str]) -> None:
    """Create an index, unless it stands already."""
    op.create_index(op.f(name), table, columns, if_not_exists=True)


def drop_tables(*names: str) -> None:
    """Drop tables, the last named first."""
    for name in reversed(names):
        op.drop_table(name, if_exists=True)
