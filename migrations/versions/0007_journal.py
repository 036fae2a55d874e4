"""Journals: requests, notices, acts, alerts."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index, create_table, drop_tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "settings_kv",
    "alerts_sent",
    "api_logs",
    "audit_log",
    "webhook_events",
)


def upgrade() -> None:
    create_table(
        "settings_kv",
        sa.Column("name", sa.String(190)),
        sa.Column("value", types.Json()),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    create_table(
        "alerts_sent",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(190), nullable=False),
        sa.Column("sent_at", types.Moment(), nullable=False),
        sa.Column("recovered_at", types.Moment()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_alerts_sent_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "user_id", "kind", "subject", name=op.f("uq_alerts_sent_user_id_kind_subject")
        ),
    )
    create_table(
        "api_logs",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId),
        sa.Column("run_id", types.BigId),
        sa.Column("service", sa.String(16), nullable=False),
        sa.Column("method", sa.String(128), nullable=False),
        sa.Column("url", types.LongText, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error_code", sa.String(32)),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("request_body", types.LongText),
        sa.Column("response_body", types.LongText),
        sa.Column("at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_api_logs_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    create_index("ix_api_logs_at", "api_logs", ["at"])
    create_index("ix_api_logs_method_at", "api_logs", ["method", "at"])
    create_index("ix_api_logs_service_at", "api_logs", ["service", "at"])
    create_index("ix_api_logs_status_at", "api_logs", ["status", "at"])
    create_index("ix_api_logs_user_id_at", "api_logs", ["user_id", "at"])
    create_table(
        "audit_log",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("actor_id", types.BigId),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_id", types.BigId),
        sa.Column("subject", sa.String(254), nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.Column("address", sa.String(64)),
        sa.Column("at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.id"], ondelete="SET NULL", name=op.f("fk_audit_log_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["users.id"], ondelete="SET NULL", name=op.f("fk_audit_log_subject_id")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    create_index("ix_audit_log_action_at", "audit_log", ["action", "at"])
    create_index("ix_audit_log_actor_id_at", "audit_log", ["actor_id", "at"])
    create_index("ix_audit_log_at", "audit_log", ["at"])
    create_index("ix_audit_log_subject_id_at", "audit_log", ["subject_id", "at"])
    create_table(
        "webhook_events",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("evotor_user_id", types.OutsideId),
        sa.Column("body", types.Json(), nullable=False),
        sa.Column("sealed", types.LongText),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error", types.LongText),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("received_at", types.Moment(), nullable=False),
        sa.Column("handled_at", types.Moment()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_webhook_events_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    create_index(
        "ix_webhook_events_evotor_user_id_kind", "webhook_events", ["evotor_user_id", "kind"]
    )
    create_index("ix_webhook_events_received_at", "webhook_events", ["received_at"])
    create_index("ix_webhook_events_state_received_at", "webhook_events", ["state", "received_at"])
    create_index("ix_webhook_events_user_id", "webhook_events", ["user_id"])


def downgrade() -> None:
    drop_tables(*TABLES)
