"""What workspaces choose for themselves; announced like changes of templates, since renders remember both.

Revision ID: 0027
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "workspace_settings",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("locale", CODE, nullable=True),
        sa.Column("timezone", CODE, nullable=True),
        sa.Column("retention_days", sa.Integer, nullable=True),
        sa.Column("template_bytes", sa.BigInteger, nullable=True),
        sa.Column("data_bytes", sa.BigInteger, nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_workspace_settings"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_workspace_settings_workspaces", ondelete="CASCADE"
        ),
    )
    protect("workspace_settings")
    op.execute("""
        CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON workspace_settings
        FOR EACH ROW EXECUTE FUNCTION docgen_announce_template()
    """)


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.drop_table("workspace_settings")
