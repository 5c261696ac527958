"""Keys of requests that are carried out once, with the answers that they had.

Revision ID: 0020
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "idempotency_keys",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("fingerprint", CODE, nullable=False),
        sa.Column("token", CODE, nullable=False),
        sa.Column("leased_until", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("headers", sa.JSON, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.Column("render_id", CODE, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_idempotency_keys"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_idempotency_keys_workspaces", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_idempotency_keys_workspace_id_expires_at", "idempotency_keys", ["workspace_id", "expires_at"])
    protect("idempotency_keys")


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.drop_table("idempotency_keys")
