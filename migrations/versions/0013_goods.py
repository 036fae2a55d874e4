"""Stores: a stamp of their goods, by which lists of them are kept."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE, COLUMN = "cached_stores", "goods_stamp"


def upgrade() -> None:
    if not _has():
        op.add_column(TABLE, sa.Column(COLUMN, types.BigId))


def downgrade() -> None:
    if _has():
        with op.batch_alter_table(TABLE) as batch:
            batch.drop_column(COLUMN)


def _has() -> bool:
    return any(one["name"] == COLUMN for one in sa.inspect(op.get_bind()).get_columns(TABLE))
