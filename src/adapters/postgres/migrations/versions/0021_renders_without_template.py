"""Renders of files that are no templates of the workspace.

Revision ID: 0021
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = ("template_id", "template_slug", "template_version")


def upgrade() -> None:
    """Let renders name no template."""
    for column in COLUMNS:
        op.alter_column("renders", column, nullable=True)


def downgrade() -> None:
    """Lose the renders that name none."""
    # Row-level security shows a migration nothing else.
    op.execute("SET LOCAL docgen.maintenance = 'on'")
    op.execute("DELETE FROM renders WHERE template_id IS NULL")
    for column in COLUMNS:
        op.alter_column("renders", column, nullable=False)
