"""Runs the migrations: on the connection that `evosync.db.migrate` made, else on one like it."""

import asyncio
import os
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from evosync.db.migrate import on_own_connection
from evosync.db.schema import metadata
from evosync.settings import read_settings


def run(connection: Connection) -> None:
    """Run what alembic was asked for."""
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        # MariaDB warns of every primary key that has a name.
        version_table_pk=False,
        # SQLite can change hardly anything of a table in place ...
        render_as_batch=is_sqlite,
        # ... but all of it within a transaction, which MariaDB cannot.
        transactional_ddl=is_sqlite,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    settings, _ = read_settings(os.environ, Path(".env"))
    asyncio.run(on_own_connection(settings.database, run))
