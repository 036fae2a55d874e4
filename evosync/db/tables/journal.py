"""What happened: requests and answers, notices, acts of people, alerts; and small facts of ours."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint

from evosync.db.tables.accounts import EMAIL_LENGTH
from evosync.db.tables.metadata import moment, row_id, table, user_key
from evosync.db.types import BigId, Json, LongText, OutsideId

api_logs = table(
    "api_logs",
    row_id(),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE")),
    Column("run_id", BigId),
    Column("service", String(16), nullable=False),
    Column("method", String(128), nullable=False),
    Column("url", LongText, nullable=False),
    Column("status", Integer),  # NULL: no answer came
    Column("outcome", String(8), nullable=False, server_default="ok"),
    Column("error_code", String(32)),
    Column("detail", String(255)),  # what it carried, or why no answer came
    Column("duration_ms", Integer),
    Column("request_body", LongText),  # masked, as the next one
    Column("response_body", LongText),
    moment("at", needed=True),
    Index(None, "at"),
    Index(None, "user_id", "at"),
    Index(None, "service", "at"),
    Index(None, "method", "at"),
    Index(None, "status", "at"),
    Index(None, "run_id", "at"),
    Index(None, "outcome", "at"),
)

webhook_events = table(
    "webhook_events",
    row_id(),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE")),
    Column("kind", String(32), nullable=False),
    Column("evotor_user_id", OutsideId),
    Column("body", Json, nullable=False),  # masked, without passwords
    Column("sealed", LongText),  # the token it brought
    Column("state", String(16), nullable=False),
    Column("error", LongText),
    Column("tries", Integer, nullable=False, default=0),
    moment("received_at", needed=True),
    moment("handled_at"),
    Index(None, "evotor_user_id", "kind"),
    Index(None, "state", "received_at"),
    Index(None, "user_id"),
    Index(None, "received_at"),
)

settings_kv = table(
    "settings_kv",
    Column("name", String(190), primary_key=True),
    Column("value", Json),
    moment("updated_at", needed=True),
)

# The log of acts outlives both who acted and whom it was done to.
audit_log = table(
    "audit_log",
    row_id(),
    Column("actor_id", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("actor", String(EMAIL_LENGTH), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject_id", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("subject", String(EMAIL_LENGTH), nullable=False),
    Column("detail", Json, nullable=False),
    Column("address", String(64)),
    moment("at", needed=True),
    Index(None, "at"),
    Index(None, "actor_id", "at"),
    Index(None, "subject_id", "at"),
    Index(None, "action", "at"),
)

alerts_sent = table(
    "alerts_sent",
    row_id(),
    user_key(),
    Column("kind", String(32), nullable=False),
    Column("subject", String(190), nullable=False),
    Column("detail", Json),  # what its letter says
    Column("state", String(16), nullable=False, server_default="closed"),
    moment("sent_at", needed=True),  # when it broke
    moment("recovered_at"),
    UniqueConstraint("user_id", "kind", "subject"),
    Index(None, "state"),
)
