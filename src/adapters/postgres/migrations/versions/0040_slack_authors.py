"""Who may add and publish templates in a Slack workspace without administering it; the list goes with the installation.

Revision ID: 0040
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "slack_authors",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("place", CODE, nullable=False),
        sa.Column("user_id", CODE, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "place", "user_id", name="pk_slack_authors"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "place"],
            ["slack_installations.workspace_id", "slack_installations.place"],
            name="fk_slack_authors_slack_installations",
            ondelete="CASCADE",
        ),
    )
    protect("slack_authors")


def downgrade() -> None:
    """Drop it."""
    op.drop_table("slack_authors")
