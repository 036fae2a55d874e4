"""The market: cached rows, links, intents and what we know of items."""

import sqlalchemy as sa
from alembic import op

from evosync.db import types
from evosync.db.ddl import create_index, create_table, drop_tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "adoption_decisions",
    "album_links",
    "intents",
    "parked",
    "photos",
    "product_links",
    "refusals",
    "vk_cached_albums",
    "vk_cached_products",
)


def upgrade() -> None:
    create_table(
        "adoption_decisions",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("community_id", types.BigId, autoincrement=False),
        sa.Column("product_id", types.OutsideId),
        sa.Column("item_id", types.BigId),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("decided_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            ondelete="CASCADE",
            name=op.f("fk_adoption_decisions_user_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "community_id", "product_id"),
    )
    create_table(
        "album_links",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("community_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("album_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("title", types.LongText, nullable=False),
        sa.Column("is_made", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("is_hidden", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("photo", sa.String(64)),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_album_links_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "user_id", "community_id", "key", name=op.f("uq_album_links_user_id_community_id_key")
        ),
    )
    create_table(
        "intents",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("community_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("product_id", types.OutsideId, nullable=False),
        sa.Column("evotor_user_id", types.OutsideId),
        sa.Column("run_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("sent_at", types.Moment(), nullable=False),
        sa.Column("store_ids", types.Json(), nullable=False),
        sa.Column("title", types.LongText, nullable=False),
        sa.Column("price", types.Money, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("item_id", types.BigId),
        sa.Column("doubted_at", types.Moment()),
        sa.Column("settled_at", types.Moment()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_intents_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    create_index(
        "ix_intents_user_id_community_id_state", "intents", ["user_id", "community_id", "state"]
    )
    create_index("ix_intents_user_id_product_id", "intents", ["user_id", "product_id"])
    create_table(
        "parked",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("service", sa.String(16)),
        sa.Column("method", sa.String(64)),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("wait_s", sa.Integer(), nullable=False),
        sa.Column("parked_at", types.Moment(), nullable=False),
        sa.Column("until_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_parked_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "service", "method"),
    )
    create_index("ix_parked_until_at", "parked", ["until_at"])
    create_table(
        "photos",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("community_id", types.BigId, autoincrement=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("product_id", types.OutsideId),
        sa.Column("photo_id", types.BigId),
        sa.Column("uploaded_at", types.Moment()),
        sa.Column("refused_at", types.Moment()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_photos_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "community_id", "sha256", "product_id"),
    )
    create_table(
        "product_links",
        sa.Column("id", types.BigId, autoincrement=True),
        sa.Column("user_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("community_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("product_id", types.OutsideId, nullable=False),
        sa.Column("item_id", types.BigId, nullable=False, autoincrement=False),
        sa.Column("evotor_user_id", types.OutsideId),
        sa.Column("store_ids", types.Json(), nullable=False),
        sa.Column("member_ids", types.Json()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("pending", sa.String(16)),
        sa.Column("pending_at", types.Moment()),
        sa.Column("missing_since_at", types.Moment()),
        sa.Column("text_is_theirs", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("written_title", types.LongText),
        sa.Column("written_description", types.LongText),
        sa.Column("written_price", types.Money),
        sa.Column("written_stock", sa.Integer()),
        sa.Column("written_category_id", types.BigId),
        sa.Column("written_photo", sa.String(64)),
        sa.Column("written_sku", types.OutsideId),
        sa.Column("written_is_hidden", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("repeats", types.Json(), nullable=False),
        sa.Column("written_at", types.Moment()),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_product_links_user_id")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "community_id", "item_id", name=op.f("uq_product_links_community_id_item_id")
        ),
        sa.UniqueConstraint(
            "user_id",
            "community_id",
            "product_id",
            name=op.f("uq_product_links_user_id_community_id_product_id"),
        ),
    )
    create_index(
        "ix_product_links_user_id_community_id_state",
        "product_links",
        ["user_id", "community_id", "state"],
    )
    create_index(
        "ix_product_links_user_id_community_id_written_at",
        "product_links",
        ["user_id", "community_id", "written_at"],
    )
    create_index("ix_product_links_user_id_product_id", "product_links", ["user_id", "product_id"])
    create_table(
        "refusals",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("community_id", types.BigId, autoincrement=False),
        sa.Column("product_id", types.OutsideId),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("message", types.LongText, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("refused_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_refusals_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "community_id", "product_id"),
    )
    create_index(
        "ix_refusals_user_id_community_id_refused_at",
        "refusals",
        ["user_id", "community_id", "refused_at"],
    )
    create_table(
        "vk_cached_albums",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("community_id", types.BigId, autoincrement=False),
        sa.Column("album_id", types.BigId, autoincrement=False),
        sa.Column("title", types.LongText, nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("photo_id", types.BigId),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_vk_cached_albums_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "community_id", "album_id"),
    )
    create_index(
        "ix_vk_cached_albums_user_id_community_id_name_folded",
        "vk_cached_albums",
        ["user_id", "community_id", "name_folded"],
    )
    create_table(
        "vk_cached_products",
        sa.Column("user_id", types.BigId, autoincrement=False),
        sa.Column("community_id", types.BigId, autoincrement=False),
        sa.Column("item_id", types.BigId, autoincrement=False),
        sa.Column("title", types.LongText, nullable=False),
        sa.Column("name_folded", types.FoldedName, nullable=False),
        sa.Column("description", types.LongText, nullable=False),
        sa.Column("price", types.Money),
        sa.Column("availability", sa.Integer(), nullable=False),
        sa.Column("sku", types.OutsideId),
        sa.Column("stock", sa.Integer()),
        sa.Column("category_id", types.BigId),
        sa.Column("photo_ids", types.Json(), nullable=False),
        sa.Column("album_ids", types.Json(), nullable=False),
        sa.Column("item_created_at", types.Moment()),
        sa.Column("rejected", types.LongText),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            ondelete="CASCADE",
            name=op.f("fk_vk_cached_products_user_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "community_id", "item_id"),
    )
    create_index(
        "ix_vk_cached_products_user_id_community_id_name_folded",
        "vk_cached_products",
        ["user_id", "community_id", "name_folded"],
    )
    create_index(
        "ix_vk_cached_products_user_id_community_id_price",
        "vk_cached_products",
        ["user_id", "community_id", "price"],
    )
    create_index(
        "ix_vk_cached_products_user_id_community_id_sku",
        "vk_cached_products",
        ["user_id", "community_id", "sku"],
    )


def downgrade() -> None:
    drop_tables(*TABLES)
