"""Problems: an index that lists one reason by name and counts its products without their rows."""

from alembic import op

from evosync.db.ddl import create_index

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NEW, OLD = "ix_problems_user_id_code_name_folded_product_id", "ix_problems_user_id_code"


def upgrade() -> None:
    create_index(NEW, "problems", ["user_id", "code", "name_folded", "product_id"])
    op.drop_index(op.f(OLD), "problems", if_exists=True)


def downgrade() -> None:
    create_index(OLD, "problems", ["user_id", "code"])
    op.drop_index(op.f(NEW), "problems", if_exists=True)
