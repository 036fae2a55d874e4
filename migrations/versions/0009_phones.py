"""Phones: a link to a new password goes to a confirmed one, so it is looked for by index."""

import sqlalchemy as sa
from alembic import op

from evosync.db.ddl import create_index

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEX = "ix_users_phone"


def upgrade() -> None:
    if INDEX not in _indexes():
        create_index(INDEX, "users", ["phone"])


def downgrade() -> None:
    if INDEX in _indexes():
        op.drop_index(INDEX, "users")


def _indexes() -> set[str | None]:
    return {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("users")}
