"""The mirror: settings, switches and answers."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index, create_table, drop_tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "approvals",
    "sync_configs",
    "sync_filters",
)


def upgrade() -> None:
    create_table(
        "approvals",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("community_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("members", types.Json(), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("run_id", types.BigId),
        sa.Column("answered_by", types.BigId),
        sa.Column("answered_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_approvals_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    create_index("ix_approvals_expires_at", "approvals", ["expires_at"])
    create_index(
        "ix_approvals_user_id_community_id_digest",
        "approvals",
        ["user_id", "community_id", "digest"],
    )
    create_table(
        "sync_configs",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("enabled", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("confirmed_at", types.Moment()),
        sa.Column("confirmed_community_id", types.BigId),
        sa.Column("confirmed_evotor_user_id", types.OutsideId),
        sa.Column("left_behind", sa.String(16)),
        sa.Column("price_multiplier", types.Multiplier, nullable=False),
        sa.Column("rounding", sa.String(16), nullable=False),
        sa.Column("stock_mode", sa.String(16), nullable=False),
        sa.Column("gone", sa.String(16), nullable=False),
        sa.Column("adopt", sa.String(16), nullable=False),
        sa.Column("twins", sa.String(16), nullable=False),
        sa.Column("allow_marked", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("allow_unknown_type", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("refresh_evotor", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("refresh_vk", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("mirror", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("feed", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("feed_secret", types.LongText),
        sa.Column("feed_secret_hash", sa.String(64)),
        sa.Column("photo", sa.String(64)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canary_stage", sa.Integer(), nullable=False),
        sa.Column("canary_community_id", types.BigId),
        sa.Column("mark_reset_at", types.Moment()),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_sync_configs_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("feed_secret_hash", name=op.f("uq_sync_configs_feed_secret_hash")),
    )
    create_table(
        "sync_filters",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("store_id", types.OutsideId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("entity_id", types.OutsideId, nullable=False),
        sa.Column("entity_name", types.LongText, nullable=False),
        sa.Column("parent_entity_id", types.OutsideId),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_sync_filters_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "user_id",
            "store_id",
            "kind",
            "entity_id",
            name=op.f("uq_sync_filters_user_id_store_id_kind_entity_id"),
        ),
    )


def downgrade() -> None:
    drop_tables(*TABLES)
