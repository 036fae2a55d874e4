"""The catalog: cached rows of the shop."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index, create_table, drop_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "cached_groups",
    "cached_products",
    "cached_stores",
)


def upgrade() -> None:
    create_table(
        "cached_groups",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("store_id", types.OutsideId),
        sa.Column("group_id", types.OutsideId),
        sa.Column("name", types.LongText, nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("parent_id", types.OutsideId),
        sa.Column("attributes", types.Json()),
        sa.Column("is_new", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("first_seen_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_cached_groups_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "store_id", "group_id"),
    )
    create_index(
        "ix_cached_groups_user_id_store_id_name_folded",
        "cached_groups",
        ["user_id", "store_id", "name_folded"],
    )
    create_index(
        "ix_cached_groups_user_id_store_id_parent_id",
        "cached_groups",
        ["user_id", "store_id", "parent_id"],
    )
    create_table(
        "cached_products",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("store_id", types.OutsideId),
        sa.Column("product_id", types.OutsideId),
        sa.Column("name", types.LongText, nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("parent_id", types.OutsideId),
        sa.Column("type", types.LongText),
        sa.Column("price", types.Money),
        sa.Column("quantity", types.Quantity),
        sa.Column("measure_name", types.LongText, nullable=False),
        sa.Column("allow_to_sell", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("description", types.LongText, nullable=False),
        sa.Column("code", types.LongText, nullable=False),
        sa.Column("barcodes", types.Json(), nullable=False),
        sa.Column("choices", types.Json(), nullable=False),
        sa.Column("first_seen_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_cached_products_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "store_id", "product_id"),
    )
    create_index(
        "ix_cached_products_user_id_name_folded", "cached_products", ["user_id", "name_folded"]
    )
    create_index(
        "ix_cached_products_user_id_product_id", "cached_products", ["user_id", "product_id"]
    )
    create_index(
        "ix_cached_products_user_id_store_id_name_folded",
        "cached_products",
        ["user_id", "store_id", "name_folded"],
    )
    create_index(
        "ix_cached_products_user_id_store_id_parent_id_name_folded",
        "cached_products",
        ["user_id", "store_id", "parent_id", "name_folded"],
    )
    create_index(
        "ix_cached_products_user_id_store_id_price",
        "cached_products",
        ["user_id", "store_id", "price"],
    )
    create_index(
        "ix_cached_products_user_id_store_id_quantity",
        "cached_products",
        ["user_id", "store_id", "quantity"],
    )
    create_table(
        "cached_stores",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("store_id", types.OutsideId),
        sa.Column("name", types.LongText, nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("address", types.LongText),
        sa.Column("evotor_user_id", types.OutsideId),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("new_groups", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("is_new", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", types.LongText, nullable=False),
        sa.Column("first_seen_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_cached_stores_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "store_id"),
    )
    create_index(
        "ix_cached_stores_user_id_name_folded", "cached_stores", ["user_id", "name_folded"]
    )
    create_index("ix_cached_stores_user_id_position", "cached_stores", ["user_id", "position"])


def downgrade() -> None:
    drop_tables(*TABLES)
