"""Renders whose data and document are erased; the answers that were kept of them are found by their identifier.

Revision ID: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INDEX = "ix_idempotency_keys_workspace_id_render_id"


def upgrade() -> None:
    """Let renders be without data."""
    op.alter_column("renders", "data", nullable=True)
    op.add_column("renders", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(INDEX, "idempotency_keys", ["workspace_id", "render_id"])


def downgrade() -> None:
    """Lose the renders that are erased."""
    op.drop_index(INDEX, "idempotency_keys")
    # Row-level security shows a migration nothing else.
    op.execute("SET LOCAL docgen.maintenance = 'on'")
    op.execute("DELETE FROM renders WHERE erased_at IS NOT NULL OR data IS NULL")
    op.drop_column("renders", "erased_at")
    op.alter_column("renders", "data", nullable=False)
