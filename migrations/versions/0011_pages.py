"""Runs: how far they have come and what they cost; pictures: VK's, and the user's own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_table, drop_tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PICTURES = "pictures"


def _columns() -> tuple[tuple[str, sa.Column[Any]], ...]:
    return (
        ("runs", sa.Column("stage", sa.String(16))),
        ("runs", sa.Column("planned", sa.Integer)),
        ("runs", sa.Column("effort", types.LongText)),
        ("runs", sa.Column("problem_counts", types.LongText)),
        ("runs", sa.Column("error_link", types.LongText)),
        ("run_changes", sa.Column("prints", types.LongText)),
        ("vk_cached_products", sa.Column("thumb_url", types.LongText)),
        ("vk_cached_albums", sa.Column("thumb_url", types.LongText)),
    )


def upgrade() -> None:
    for table, column in _columns():
        if not _has(table, column.name):
            op.add_column(table, column)
    create_table(
        PICTURES,
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content_type", sa.String(32), nullable=False),
        sa.Column("body", types.Bytes, nullable=False),
        sa.Column("uploaded_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pictures_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id"),
    )


def downgrade() -> None:
    drop_tables(PICTURES)
    for table, column in reversed(_columns()):
        if _has(table, column.name):
            with op.batch_alter_table(table) as batch:
                batch.drop_column(column.name)


def _has(table: str, column: str) -> bool:
    return any(one["name"] == column for one in sa.inspect(op.get_bind()).get_columns(table))
