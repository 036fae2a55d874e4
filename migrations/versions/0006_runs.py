"""Runs: what they changed, the problems that stand, leases."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index, create_table, drop_tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "leases",
    "problems",
    "runs",
    "run_changes",
)


def upgrade() -> None:
    create_table(
        "leases",
        sa.Column("name", sa.String(190)),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process_started", sa.String(128), nullable=False),
        sa.Column("taken_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    create_table(
        "problems",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("store_id", types.OutsideId),
        sa.Column("product_id", types.OutsideId),
        sa.Column("code", sa.String(32)),
        sa.Column("name", types.LongText, nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.Column("first_seen_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_problems_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "store_id", "product_id", "code"),
    )
    create_index("ix_problems_user_id_code", "problems", ["user_id", "code"])
    create_index("ix_problems_user_id_name_folded", "problems", ["user_id", "name_folded"])
    create_table(
        "runs",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("trigger", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("community_id", types.BigId),
        sa.Column("evotor_user_id", types.OutsideId),
        sa.Column("asked_by", types.BigId),
        sa.Column("preview_id", types.BigId),
        sa.Column("counts", types.Json(), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("held", types.Json()),
        sa.Column("live_items", sa.Integer()),
        sa.Column("error_code", sa.String(32)),
        sa.Column("error_text", types.LongText),
        sa.Column("is_empty", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("first_started_at", types.Moment()),
        sa.Column("queued_at", types.Moment(), nullable=False),
        sa.Column("started_at", types.Moment()),
        sa.Column("finished_at", types.Moment()),
        sa.Column("cancel_asked_at", types.Moment()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_runs_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    create_index("ix_runs_finished_at", "runs", ["finished_at"])
    create_index("ix_runs_status_queued_at", "runs", ["status", "queued_at"])
    create_index("ix_runs_user_id_kind_queued_at", "runs", ["user_id", "kind", "queued_at"])
    create_index("ix_runs_user_id_queued_at", "runs", ["user_id", "queued_at"])
    create_table(
        "run_changes",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("run_id", types.BigId, nullable=False),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("product_id", types.OutsideId),
        sa.Column("item_id", types.BigId),
        sa.Column("name", types.LongText, nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("changes", types.Json(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("code", sa.String(32)),
        sa.Column("message", types.LongText),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], ondelete="CASCADE", name=op.f("fk_run_changes_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_run_changes_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    create_index("ix_run_changes_run_id_kind", "run_changes", ["run_id", "kind"])
    create_index("ix_run_changes_run_id_outcome", "run_changes", ["run_id", "outcome"])
    create_index("ix_run_changes_user_id_product_id", "run_changes", ["user_id", "product_id"])


def downgrade() -> None:
    drop_tables(*TABLES)
