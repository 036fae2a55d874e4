"""Runs and what each of them changed, the problems that stand, and who may run."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String

from evosync.db.tables.accounts import HASH_LENGTH
from evosync.db.tables.metadata import flag, moment, row_id, table, user_key
from evosync.db.types import BigId, FoldedName, Json, LongText, OutsideId

runs = table(
    "runs",
    row_id(),
    user_key(),
    Column("kind", String(16), nullable=False),
    Column("trigger", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("worker", String(HASH_LENGTH)),
    Column("community_id", BigId),
    Column("evotor_user_id", OutsideId),
    Column("asked_by", BigId),
    Column("preview_id", BigId),  # apply only what that preview showed
    Column("counts", Json, nullable=False),
    Column("digest", String(HASH_LENGTH)),
    Column("held", Json),
    Column("live_items", Integer),  # ours, visible, stock not 0, when it ended
    # How far it has come: the stage, and how many changes it is to send.
    Column("stage", String(16)),
    Column("planned", Integer),
    Column("effort", Json),  # requests to both services, calls, seconds
    Column("problem_counts", Json),  # code → how many
    Column("error_code", String(32)),
    Column("error_text", LongText),
    Column("error_link", LongText),  # where a person mends it, as VK gave it
    flag("is_empty"),
    # How many runs with nothing to tell this row stands for.
    Column("repeats", Integer, nullable=False, default=1),
    moment("first_started_at"),
    moment("queued_at", needed=True),
    moment("started_at"),
    moment("finished_at"),
    moment("cancel_asked_at"),
    Index(None, "user_id", "queued_at"),
    Index(None, "user_id", "kind", "queued_at"),
    Index(None, "status", "queued_at"),
    Index(None, "finished_at"),
)

run_changes = table(
    "run_changes",
    row_id(),
    Column("run_id", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    user_key(),
    Column("kind", String(32), nullable=False),
    Column("product_id", OutsideId),
    Column("item_id", BigId),
    Column("name", LongText, nullable=False),
    Column("name_folded", FoldedName, nullable=False),
    Column("changes", Json, nullable=False),  # field → [old, new]
    Column("outcome", String(16), nullable=False),
    # Of a preview: all that the change would do; a run by that preview does just that.
    Column("prints", Json),
    Column("code", String(32)),
    Column("message", LongText),
    moment("created_at", needed=True),
    Index(None, "run_id", "outcome"),
    Index(None, "run_id", "kind"),
    Index(None, "user_id", "product_id"),
)

# Why a product is not published or not as asked, as the last run saw it.
problems = table(
    "problems",
    user_key(primary=True),
    Column("store_id", OutsideId, primary_key=True),
    Column("product_id", OutsideId, primary_key=True),
    Column("code", String(32), primary_key=True),
    Column("name", LongText, nullable=False),
    Column("name_folded", FoldedName, nullable=False),
    Column("detail", Json, nullable=False),
    moment("first_seen_at", needed=True),
    moment("updated_at", needed=True),
    # Lists by reason, and how many products wait, are read from it alone.
    Index(None, "user_id", "code", "name_folded", "product_id"),
    Index(None, "user_id", "name_folded"),
)

leases = table(
    "leases",
    Column("name", String(190), primary_key=True),
    Column("token", String(HASH_LENGTH), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", String(128), nullable=False),
    moment("taken_at", needed=True),
    moment("expires_at", needed=True),  # by the database's clock
)
