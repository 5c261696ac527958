"""Renders name webhooks that are told of their end.

Revision ID: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; most renders name none."""
    op.add_column("renders", sa.Column("deliver_to", sa.ARRAY(sa.Text), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("renders", "deliver_to")
