"""Who asked for a render.

Revision ID: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of renders that are there nobody knows."""
    op.add_column("renders", sa.Column("created_by", sa.Text, nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("renders", "created_by")
