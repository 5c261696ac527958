"""What authors say about the data of a version, beside its schema.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("template_versions", sa.Column("refinements", sa.JSON, nullable=True))


def downgrade() -> None:
    """Drop the column with what was said."""
    op.drop_column("template_versions", "refinements")
