"""Deliveries say that they are being sent, so that an attempt whose worker died is known.

Revision ID: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLE = "webhook_deliveries"


def upgrade() -> None:
    """Add the columns."""
    op.add_column(TABLE, sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(TABLE, sa.Column("interruptions", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column(TABLE, "interruptions")
    op.drop_column(TABLE, "started_at")
