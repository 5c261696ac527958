"""What housekeeping looks for: the workspaces, for who works on the queue, and renders whose time is over.

Revision ID: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INDEX = "ix_renders_workspace_id_expires_at"


def upgrade() -> None:
    """Create the policy and the index."""
    op.execute("CREATE POLICY queue ON workspaces FOR SELECT USING (current_setting('docgen.jobs', true) = 'on')")
    not_erased = sa.text("erased_at IS NULL")
    op.create_index(INDEX, "renders", ["workspace_id", "expires_at"], postgresql_where=not_erased)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(INDEX, "renders")
    op.execute("DROP POLICY queue ON workspaces")
