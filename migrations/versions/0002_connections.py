"""Connections: sealed tokens and their health."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index, create_table, drop_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "evotor_connections",
    "vk_connections",
)


def upgrade() -> None:
    create_table(
        "evotor_connections",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("access_token", types.LongText),
        sa.Column("refresh_token", types.LongText),
        sa.Column("candidate_token", types.LongText),
        sa.Column("api_token", types.LongText),
        sa.Column("expires_at", types.Moment()),
        sa.Column("evotor_user_id", types.OutsideId),
        sa.Column("store_id", types.OutsideId),
        sa.Column("store_name", types.LongText),
        sa.Column("auth_scheme", sa.String(32)),
        sa.Column("is_online", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("last_checked_at", types.Moment()),
        sa.Column("rights_checked_at", types.Moment()),
        sa.Column("last_error", types.LongText),
        sa.Column("last_error_code", sa.String(32)),
        sa.Column("connected_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            ondelete="CASCADE",
            name=op.f("fk_evotor_connections_user_id"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", name=op.f("uq_evotor_connections_user_id")),
    )
    create_index("ix_evotor_connections_evotor_user_id", "evotor_connections", ["evotor_user_id"])
    create_table(
        "vk_connections",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("community_id", types.BigId),
        sa.Column("community_name", types.LongText),
        sa.Column("vk_user_id", types.BigId),
        sa.Column("first_name", types.LongText),
        sa.Column("last_name", types.LongText),
        sa.Column("access_token", types.LongText),
        sa.Column("refresh_token", types.LongText),
        sa.Column("device_id", types.LongText),
        sa.Column("scope", types.LongText),
        sa.Column("expires_at", types.Moment()),
        sa.Column("refreshed_at", types.Moment()),
        sa.Column("is_online", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("last_checked_at", types.Moment()),
        sa.Column("rights_checked_at", types.Moment()),
        sa.Column("last_error", types.LongText),
        sa.Column("last_error_code", sa.String(32)),
        sa.Column("connected_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_vk_connections_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("community_id", name=op.f("uq_vk_connections_community_id")),
        sa.UniqueConstraint("user_id", name=op.f("uq_vk_connections_user_id")),
    )
    create_index("ix_vk_connections_vk_user_id", "vk_connections", ["vk_user_id"])


def downgrade() -> None:
    drop_tables(*TABLES)
