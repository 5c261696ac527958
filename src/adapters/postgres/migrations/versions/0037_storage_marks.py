"""The mark of the storage that belongs to the database.

Revision ID: 0037
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "storage_marks",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("mark", CODE, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_storage_marks"),
    )
    protect("storage_marks")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("storage_marks")
