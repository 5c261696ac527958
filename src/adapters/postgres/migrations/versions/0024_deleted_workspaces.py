"""Workspaces that were deleted: which there were, when they went, and who deleted them.

Revision ID: 0024
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "deleted_workspaces",
        sa.Column("id", CODE, nullable=False),
        sa.Column("slug", CODE, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=False),
        sa.Column("deleted_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deleted_workspaces"),
    )
    protect("deleted_workspaces", column="id")


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.drop_table("deleted_workspaces")
