"""The log of requests: how each ended, what it carried, and ways to look that up."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from evosync.db.ddl import create_index

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "api_logs"
INDEXES = ("run_id", "outcome")


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("outcome", sa.String(8), nullable=False, server_default="ok"),
        sa.Column("detail", sa.String(255)),
    )


def upgrade() -> None:
    for column in _columns():
        if column.name not in _standing():
            op.add_column(TABLE, column)
    for name in INDEXES:
        create_index(f"ix_api_logs_{name}_at", TABLE, [name, "at"])


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(op.f(f"ix_api_logs_{name}_at"), TABLE, if_exists=True)
    for column in reversed(_columns()):
        if column.name in _standing():
            with op.batch_alter_table(TABLE) as batch:
                batch.drop_column(column.name)


def _standing() -> set[str]:
    return {one["name"] for one in sa.inspect(op.get_bind()).get_columns(TABLE)}
