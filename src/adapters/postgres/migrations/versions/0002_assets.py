"""Assets: images and Word pieces by name; their contents lie in the document storage.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "assets",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("media_type", CODE, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "name", name="pk_assets"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_assets_workspaces", ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.drop_table("assets")
