"""Alerts: what each tells and how far it has come; connections: a link, and when renewed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEX = "ix_alerts_sent_state"
# Of an alert that an older version wrote nothing is left to tell.
OLD = "closed"


def upgrade() -> None:
    _add("vk_connections", sa.Column("error_link", types.LongText))
    _add("evotor_connections", sa.Column("refreshed_at", types.Moment()))
    _add("alerts_sent", sa.Column("detail", types.LongText))
    state = sa.Column("state", sa.String(16), nullable=False, server_default=OLD)
    _add("alerts_sent", state)
    if INDEX not in _indexes():
        create_index(INDEX, "alerts_sent", ["state"])


def downgrade() -> None:
    if INDEX in _indexes():
        op.drop_index(INDEX, "alerts_sent")
    for table, column in (
        ("alerts_sent", "state"),
        ("alerts_sent", "detail"),
        ("evotor_connections", "refreshed_at"),
        ("vk_connections", "error_link"),
    ):
        if _has(table, column):
            with op.batch_alter_table(table) as batch:
                batch.drop_column(column)


def _add(table: str, column: sa.Column[Any]) -> None:
    if not _has(table, column.name):
        op.add_column(table, column)


def _has(table: str, column: str) -> bool:
    return any(one["name"] == column for one in sa.inspect(op.get_bind()).get_columns(table))


def _indexes() -> set[str | None]:
    return {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("alerts_sent")}
