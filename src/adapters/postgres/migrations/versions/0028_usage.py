"""What usage is counted from: the index by time has the columns that are counted.

Revision ID: 0028
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NAME = "ix_renders_workspace_id_created_at"


def upgrade() -> None:
    """Make the index anew."""
    op.drop_index(NAME, "renders")
    op.create_index(
        NAME, "renders", ["workspace_id", "created_at"], postgresql_include=["template_id", "status", "document_size"]
    )


def downgrade() -> None:
    """Make it without them."""
    op.drop_index(NAME, "renders")
    op.create_index(NAME, "renders", ["workspace_id", "created_at"])
