"""What a user chose: the settings of the mirror, the switches of the catalog, the answers."""

from sqlalchemy import Column, Index, Integer, String, UniqueConstraint

from evosync.db.tables.accounts import HASH_LENGTH
from evosync.db.tables.metadata import flag, moment, outside_number, row_id, table, user_key
from evosync.db.types import BigId, Bytes, Json, LongText, Multiplier, OutsideId

sync_configs = table(
    "sync_configs",
    user_key(primary=True),
    flag("enabled"),
    moment("confirmed_at"),
    # What was confirmed; another community or account asks again.
    Column("confirmed_community_id", BigId),
    Column("confirmed_evotor_user_id", OutsideId),
    Column("left_behind", String(16)),
    Column("price_multiplier", Multiplier, nullable=False),
    Column("rounding", String(16), nullable=False),
    Column("stock_mode", String(16), nullable=False),
    Column("gone", String(16), nullable=False),
    Column("adopt", String(16), nullable=False),
    Column("twins", String(16), nullable=False),
    flag("allow_marked"),
    flag("allow_unknown_type"),
    flag("refresh_evotor", default=True),
    flag("refresh_vk", default=True),
    flag("mirror", default=True),
    flag("feed"),
    Column("feed_secret", LongText),  # sealed
    Column("feed_secret_hash", String(HASH_LENGTH), unique=True),
    Column("photo", String(HASH_LENGTH)),  # the user's own default picture
    # Grows with every change of settings or switches: a run compares it.
    Column("version", Integer, nullable=False, default=0),
    # How far the first push has come, and into which community.
    Column("canary_stage", Integer, nullable=False, default=0),
    Column("canary_community_id", BigId),
    # The high mark of live items counts only runs since this moment.
    moment("mark_reset_at"),
    moment("updated_at", needed=True),
)

# A user's own default picture; `sync_configs.photo` says that it is in use.
pictures = table(
    "pictures",
    user_key(primary=True),
    Column("sha256", String(HASH_LENGTH), nullable=False),
    Column("content_type", String(32), nullable=False),
    Column("body", Bytes, nullable=False),
    moment("uploaded_at", needed=True),
)

sync_filters = table(
    "sync_filters",
    row_id(),
    user_key(),
    Column("store_id", OutsideId, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("entity_id", OutsideId, nullable=False),
    # Kept so that a page can name what Evotor no longer lists.
    Column("entity_name", LongText, nullable=False),
    Column("parent_entity_id", OutsideId),
    moment("created_at", needed=True),
    UniqueConstraint("user_id", "store_id", "kind", "entity_id"),
)

approvals = table(
    "approvals",
    row_id(),
    user_key(),
    outside_number("community_id"),
    Column("digest", String(HASH_LENGTH), nullable=False),
    Column("members", Json, nullable=False),  # pairs of kind and product id
    Column("answer", String(16), nullable=False),
    Column("run_id", BigId),
    Column("answered_by", BigId),
    moment("answered_at", needed=True),
    moment("expires_at"),
    Index(None, "user_id", "community_id", "digest"),
    Index(None, "expires_at"),
)
