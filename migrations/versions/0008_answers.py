"""Answers: what a person wished of an item, and refusals part by part."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = ("user_id", "community_id", "product_id")
KEY_OF_PARTS = (*KEY, "part")
# What is refused of a product when its row does not tell.
WHOLE = "create"


def upgrade() -> None:
    if not _has_column("product_links", "wish"):
        op.add_column("product_links", sa.Column("wish", sa.String(16)))
    if _has_column("refusals", "part"):
        return
    if _is_sqlite():
        _rebuild_refusals(KEY_OF_PARTS, old=f"'{WHOLE}'")
        return
    # One statement, so that a cut leaves all of it or nothing.
    op.execute(
        "ALTER TABLE refusals"
        f" ADD COLUMN part VARCHAR(16) NOT NULL DEFAULT '{WHOLE}' AFTER product_id,"
        f" DROP PRIMARY KEY, ADD PRIMARY KEY ({', '.join(KEY_OF_PARTS)})"
    )


def downgrade() -> None:
    if _has_column("refusals", "part"):
        part = sa.column("part", sa.String)
        op.execute(sa.delete(sa.table("refusals", part)).where(part != WHOLE))
        if _is_sqlite():
            _rebuild_refusals(KEY)
        else:
            op.execute(
                "ALTER TABLE refusals DROP PRIMARY KEY, DROP COLUMN part,"
                f" ADD PRIMARY KEY ({', '.join(KEY)})"
            )
    if _has_column("product_links", "wish"):
        with op.batch_alter_table("product_links") as batch:
            batch.drop_column("wish")


def _rebuild_refusals(key: tuple[str, ...], *, old: str = "") -> None:
    """Make the table anew with another key: SQLite cannot change that in place."""
    values = ("fingerprint", "code", "message", "tries", "refused_at")
    parts = (sa.Column("part", sa.String(16)),) if old else ()
    op.create_table(
        "new_refusals",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("community_id", types.BigId, autoincrement=False),
        sa.Column("product_id", types.OutsideId),
        *parts,
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("message", types.LongText, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("refused_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_refusals_user_id")
        ),
        sa.PrimaryKeyConstraint(*key),
    )
    kept = sa.table("refusals", *map(sa.column, (*KEY, *values)))
    rows = sa.select(
        *(kept.c[name] for name in KEY),
        *((sa.text(old),) if old else ()),
        *(kept.c[name] for name in values),
    )
    names = [*key, *values]
    op.execute(sa.insert(sa.table("new_refusals", *map(sa.column, names))).from_select(names, rows))
    op.drop_table("refusals")
    op.rename_table("new_refusals", "refusals")
    create_index(
        "ix_refusals_user_id_community_id_refused_at",
        "refusals",
        ["user_id", "community_id", "refused_at"],
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _has_column(table: str, column: str) -> bool:
    return any(one["name"] == column for one in sa.inspect(op.get_bind()).get_columns(table))
