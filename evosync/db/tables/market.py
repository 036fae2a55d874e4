"""Rows of the last reading of the market, and all that we remember of our own items there."""

from sqlalchemy import Column, Index, Integer, String, UniqueConstraint

from evosync.db.tables.accounts import HASH_LENGTH
from evosync.db.tables.metadata import flag, moment, outside_number, row_id, table, user_key
from evosync.db.types import BigId, FoldedName, Json, LongText, Money, Numbers, OutsideId, Texts

KEY_LENGTH = 512  # characters of an album's folded title; VK takes 128, folding may lengthen

vk_cached_albums = table(
    "vk_cached_albums",
    user_key(primary=True),
    outside_number("community_id", primary=True),
    outside_number("album_id", primary=True),
    Column("title", LongText, nullable=False),
    Column("name_folded", FoldedName, nullable=False),
    Column("item_count", Integer, nullable=False),
    flag("is_hidden"),
    Column("photo_id", BigId),
    Column("thumb_url", LongText),
    moment("updated_at", needed=True),
    Index(None, "user_id", "community_id", "name_folded"),
)

vk_cached_products = table(
    "vk_cached_products",
    user_key(primary=True),
    outside_number("community_id", primary=True),
    outside_number("item_id", primary=True),
    Column("title", LongText, nullable=False),
    Column("name_folded", FoldedName, nullable=False),
    Column("description", LongText, nullable=False),
    Column("price", Money),
    Column("availability", Integer, nullable=False),
    Column("sku", OutsideId),
    Column("stock", Integer),
    Column("category_id", BigId),
    Column("photo_ids", Numbers, nullable=False),
    Column("thumb_url", LongText),
    Column("album_ids", Numbers, nullable=False),
    moment("item_created_at"),
    Column("rejected", LongText),
    moment("updated_at", needed=True),
    Index(None, "user_id", "community_id", "name_folded"),
    Index(None, "user_id", "community_id", "sku"),
    Index(None, "user_id", "community_id", "price"),
)

product_links = table(
    "product_links",
    row_id(),
    user_key(),
    outside_number("community_id"),
    Column("product_id", OutsideId, nullable=False),
    outside_number("item_id"),
    Column("evotor_user_id", OutsideId),
    Column("store_ids", Texts, nullable=False),
    # The other ids of twins, which the link may move to.
    Column("member_ids", Texts),
    Column("state", String(16), nullable=False),
    Column("pending", String(16)),
    moment("pending_at"),
    moment("missing_since_at"),  # first absent from a whole reading
    Column("wish", String(16)),  # a person's yes that is not carried out yet
    flag("text_is_theirs"),
    Column("written_title", LongText),
    Column("written_description", LongText),
    Column("written_price", Money),
    Column("written_stock", Integer),
    Column("written_category_id", BigId),
    Column("written_photo", String(HASH_LENGTH)),
    Column("written_sku", OutsideId),
    flag("written_is_hidden"),
    Column("repeats", Json, nullable=False),
    moment("written_at"),  # moderation's word is asked for 72 h after it
    moment("created_at", needed=True),
    moment("updated_at", needed=True),
    UniqueConstraint("user_id", "community_id", "product_id"),
    UniqueConstraint("community_id", "item_id"),
    Index(None, "user_id", "community_id", "state"),
    Index(None, "user_id", "community_id", "written_at"),
    Index(None, "user_id", "product_id"),
)

album_links = table(
    "album_links",
    row_id(),
    user_key(),
    outside_number("community_id"),
    Column("key", String(KEY_LENGTH), nullable=False),
    outside_number("album_id"),
    Column("title", LongText, nullable=False),
    flag("is_made"),
    flag("is_hidden"),
    Column("photo", String(HASH_LENGTH)),
    moment("created_at", needed=True),
    moment("updated_at", needed=True),
    UniqueConstraint("user_id", "community_id", "key"),
)

# Every product whose create was ever sent; a row is closed, and only the same
# product's next create takes its place, because an item whose sku is one of
# these product ids is ours for good.
intents = table(
    "intents",
    row_id(),
    user_key(),
    outside_number("community_id"),
    Column("product_id", OutsideId, nullable=False),
    Column("evotor_user_id", OutsideId),
    outside_number("run_id"),  # runs are trimmed, intents are not
    moment("sent_at", needed=True),
    Column("store_ids", Texts, nullable=False),
    Column("title", LongText, nullable=False),
    Column("price", Money, nullable=False),
    Column("state", String(16), nullable=False),
    Column("item_id", BigId),
    moment("doubted_at"),  # when its answer was given up
    moment("settled_at"),
    Index(None, "user_id", "community_id", "state"),
    Index(None, "user_id", "product_id"),
)

# VK's last no to one part of a product, with the values it said no to.
refusals = table(
    "refusals",
    user_key(primary=True),
    outside_number("community_id", primary=True),
    Column("product_id", OutsideId, primary_key=True),
    Column("part", String(16), primary_key=True),
    Column("fingerprint", String(HASH_LENGTH), nullable=False),
    Column("code", Integer, nullable=False),
    Column("message", LongText, nullable=False),
    Column("tries", Integer, nullable=False, default=1),
    moment("refused_at", needed=True),
    Index(None, "user_id", "community_id", "refused_at"),
)

# A method that VK wants left alone for a while.
parked = table(
    "parked",
    user_key(primary=True),
    Column("service", String(16), primary_key=True),
    Column("method", String(64), primary_key=True),
    Column("code", Integer, nullable=False),
    Column("wait_s", Integer, nullable=False),
    moment("parked_at", needed=True),
    moment("until_at", needed=True),
    Index(None, "until_at"),
)

# VK's photo id of a picture; `product_id` is "" for one that items share. A
# shared row that was refused means that the community takes no shared photos.
photos = table(
    "photos",
    user_key(primary=True),
    outside_number("community_id", primary=True),
    Column("sha256", String(HASH_LENGTH), primary_key=True),
    Column("product_id", OutsideId, primary_key=True),
    Column("photo_id", BigId),
    moment("uploaded_at"),
    moment("refused_at"),
)

adoption_decisions = table(
    "adoption_decisions",
    user_key(primary=True),
    outside_number("community_id", primary=True),
    Column("product_id", OutsideId, primary_key=True),
    Column("item_id", BigId),
    Column("answer", String(16), nullable=False),
    moment("decided_at", needed=True),
)
