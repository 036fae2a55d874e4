"""Accounts: users, roles and permissions, browser sessions."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index, create_table, drop_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("system", "admin", "user")
PERMISSIONS = (
    "users.view",
    "users.edit",
    "users.delete",
    "roles.edit",
    "logs.view",
    "runs.view",
    "system.view",
)

TABLES = (
    "permissions",
    "roles",
    "users",
    "role_permissions",
    "sessions",
    "user_roles",
)


def upgrade() -> None:
    create_table(
        "permissions",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name=op.f("uq_permissions_name")),
    )
    create_table(
        "roles",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("name", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    create_table(
        "users",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("email", sa.String(254)),
        sa.Column("email_folded", types.FoldedName),
        sa.Column("new_email", sa.String(254)),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("phone", sa.String(32)),
        sa.Column("phone_code", types.LongText),
        sa.Column("phone_code_sent_at", types.Moment()),
        sa.Column("phone_confirmed_at", types.Moment()),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("theme", sa.String(16), nullable=False),
        sa.Column("evotor_user_id", types.OutsideId),
        sa.Column("email_confirmed_at", types.Moment()),
        sa.Column("invited_at", types.Moment()),
        sa.Column("password_changed_at", types.Moment()),
        sa.Column("last_login_at", types.Moment()),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email_folded", name=op.f("uq_users_email_folded")),
        sa.UniqueConstraint("evotor_user_id", name=op.f("uq_users_evotor_user_id")),
    )
    create_index("ix_users_created_at", "users", ["created_at"])
    create_index("ix_users_name_folded", "users", ["name_folded"])
    create_index("ix_users_status", "users", ["status"])
    create_table(
        "role_permissions",
        sa.Column("role_id", types.BigId),
        sa.Column("permission_id", types.BigId),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["permissions.id"],
            ondelete="CASCADE",
            name=op.f("fk_role_permissions_permission_id"),
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], ondelete="CASCADE", name=op.f("fk_role_permissions_role_id")
        ),
        sa.PrimaryKeyConstraint("role_id", "permission_id"),
    )
    create_index("ix_role_permissions_permission_id", "role_permissions", ["permission_id"])
    create_table(
        "sessions",
        sa.Column("id_hash", sa.String(64)),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("data", types.Json()),
        sa.Column("address", sa.String(64)),
        sa.Column("user_agent", sa.String(255)),
        sa.Column("is_remembered", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("last_seen_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_sessions_user_id")
        ),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    create_index("ix_sessions_user_id", "sessions", ["user_id"])
    create_table(
        "user_roles",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("role_id", types.BigId),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], ondelete="CASCADE", name=op.f("fk_user_roles_role_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_user_roles_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id"),
    )
    create_index("ix_user_roles_role_id", "user_roles", ["role_id"])
    _seed()


def downgrade() -> None:
    drop_tables(*TABLES)


def _seed() -> None:
    roles = sa.table("roles", sa.column("id"), sa.column("name"))
    permissions = sa.table("permissions", sa.column("id"), sa.column("name"))
    granted = sa.table("role_permissions", sa.column("role_id"), sa.column("permission_id"))
    # Begun again after a cut (MariaDB commits between the tables), it starts afresh.
    for rows in (granted, roles, permissions):
        op.execute(rows.delete())
    op.bulk_insert(roles, [{"id": i, "name": name} for i, name in enumerate(ROLES, 1)])
    op.bulk_insert(permissions, [{"id": i, "name": name} for i, name in enumerate(PERMISSIONS, 1)])
    op.bulk_insert(
        granted,
        [
            {"role_id": ROLES.index(role) + 1, "permission_id": number}
            for role in ("system", "admin")
            for number, _ in enumerate(PERMISSIONS, 1)
        ],
    )
