"""People and what they may do: users, roles, permissions, browser sessions."""

from sqlalchemy import Column, ForeignKey, Index, String

from evosync.db.tables.metadata import flag, moment, row_id, table, user_key
from evosync.db.types import BigId, FoldedName, Json, LongText, OutsideId

EMAIL_LENGTH = 254  # characters; RFC 5321 through the erratum 1690 of RFC 3696
HASH_LENGTH = 64  # SHA-256 in hex

users = table(
    "users",
    row_id(),
    # An account that a webhook made may have no usable e-mail yet. The folded
    # form is what is unique: databases fold letters each in its own way.
    Column("email", String(EMAIL_LENGTH)),
    Column("email_folded", FoldedName, unique=True),
    Column("new_email", String(EMAIL_LENGTH)),  # waits for its confirmation
    Column("name", String(255), nullable=False, default=""),
    Column("name_folded", FoldedName, nullable=False, default=""),
    Column("phone", String(32)),
    Column("phone_code", LongText),  # sealed
    moment("phone_code_sent_at"),
    moment("phone_confirmed_at"),
    Column("password_hash", String(255)),
    Column("status", String(16), nullable=False),
    Column("time_zone", String(64), nullable=False, default="Europe/Moscow"),
    Column("theme", String(16), nullable=False, default="auto"),
    Column("evotor_user_id", OutsideId, unique=True),
    moment("email_confirmed_at"),
    moment("invited_at"),
    moment("password_changed_at"),
    moment("last_login_at"),
    moment("created_at", needed=True),
    moment("updated_at", needed=True),
    Index(None, "status"),
    Index(None, "name_folded"),
    Index(None, "phone"),
    Index(None, "created_at"),
)

roles = table("roles", row_id(), Column("name", String(32), nullable=False, unique=True))

permissions = table(
    "permissions", row_id(), Column("name", String(64), nullable=False, unique=True)
)

role_permissions = table(
    "role_permissions",
    Column("role_id", BigId, ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "permission_id", BigId, ForeignKey("permissions.id", ondelete="CASCADE"), primary_key=True
    ),
    Index(None, "permission_id"),
)

user_roles = table(
    "user_roles",
    user_key(primary=True),
    Column("role_id", BigId, ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "role_id"),
)

sessions = table(
    "sessions",
    # The cookie's value is not kept, only its hash.
    Column("id_hash", String(HASH_LENGTH), primary_key=True),
    user_key(),
    Column("data", Json),
    Column("address", String(64)),
    Column("user_agent", String(255)),
    flag("is_remembered"),
    moment("created_at", needed=True),
    moment("last_seen_at", needed=True),
    moment("expires_at", needed=True),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)
