"""All tables in one metadata, for the migrations and for those who go through every table."""

from evosync.db.tables import accounts, catalog, connections, journal, market, runs, sync
from evosync.db.tables.metadata import metadata

SUBJECTS = (accounts, connections, catalog, market, sync, runs, journal)
"""The modules that declare the tables, in the order of their migrations."""

__all__ = ["SUBJECTS", "metadata"]
