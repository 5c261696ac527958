"""Small documents beside their records.

They are compressed already, so PostgreSQL does not try it again.

Revision ID: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give renders a place for their document."""
    op.add_column("renders", sa.Column("document_content", sa.LargeBinary, nullable=True))
    op.execute("ALTER TABLE renders ALTER COLUMN document_content SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Drop it, with the documents in it."""
    op.drop_column("renders", "document_content")
