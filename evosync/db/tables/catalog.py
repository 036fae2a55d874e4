"""Rows of the last reading of the shop: stores, groups, products."""

from sqlalchemy import Boolean, Column, Index, Integer, String

from evosync.db.tables.metadata import flag, moment, table, user_key
from evosync.db.types import (
    BigId,
    FoldedName,
    Json,
    LongText,
    Money,
    OutsideId,
    Quantity,
    Texts,
)

cached_stores = table(
    "cached_stores",
    user_key(primary=True),
    Column("store_id", OutsideId, primary_key=True),
    Column("name", LongText, nullable=False),
    Column("name_folded", FoldedName, nullable=False),
    Column("address", LongText),
    Column("evotor_user_id", OutsideId),
    Column("position", Integer, nullable=False),
    flag("new_groups"),  # switch on groups that appear later
    flag("is_new"),
    Column("state", String(16), nullable=False),
    Column("reason", LongText, nullable=False),
    # Another number whenever its groups or products are others: lists are kept by it.
    Column("goods_stamp", BigId),
    moment("first_seen_at", needed=True),
    moment("updated_at", needed=True),
    Index(None, "user_id", "position"),
    Index(None, "user_id", "name_folded"),
)

cached_groups = table(
    "cached_groups",
    user_key(primary=True),
    Column("store_id", OutsideId, primary_key=True),
    Column("group_id", OutsideId, primary_key=True),
    Column("name", LongText, nullable=False),
    Column("name_folded", FoldedName, nullable=False),
    Column("parent_id", OutsideId),
    # NULL on a plain group; a list on a modification group.
    Column("attributes", Json),
    flag("is_new"),
    moment("first_seen_at", needed=True),
    moment("updated_at", needed=True),
    Index(None, "user_id", "store_id", "name_folded"),
    Index(None, "user_id", "store_id", "parent_id"),
)

cached_products = table(
    "cached_products",
    user_key(primary=True),
    Column("store_id", OutsideId, primary_key=True),
    Column("product_id", OutsideId, primary_key=True),
    Column("name", LongText, nullable=False),
    Column("name_folded", FoldedName, nullable=False),
    Column("parent_id", OutsideId),
    Column("type", LongText),
    Column("price", Money),
    Column("quantity", Quantity),
    Column("measure_name", LongText, nullable=False),
    Column("allow_to_sell", Boolean(create_constraint=False), nullable=False),
    Column("description", LongText, nullable=False),
    Column("code", LongText, nullable=False),
    Column("barcodes", Texts, nullable=False),
    Column("choices", Json(tuple[tuple[str, str], ...]), nullable=False),
    moment("first_seen_at", needed=True),
    moment("updated_at", needed=True),
    Index(None, "user_id", "store_id", "name_folded"),
    Index(None, "user_id", "store_id", "parent_id", "name_folded"),
    Index(None, "user_id", "store_id", "price"),
    Index(None, "user_id", "store_id", "quantity"),
    Index(None, "user_id", "product_id"),
    Index(None, "user_id", "name_folded"),
)
