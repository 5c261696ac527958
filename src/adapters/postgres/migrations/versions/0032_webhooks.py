"""Webhooks: endpoints with their sealed secrets, and what was delivered to them.

Endpoints are announced like changes of templates, since renders remember both.

Revision ID: 0032
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "webhooks",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("events", sa.ARRAY(sa.Text), nullable=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("previous_secret", sa.LargeBinary, nullable=True),
        sa.Column("previous_secret_expires_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("disabled_reason", sa.Text, nullable=True),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_webhooks"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_webhooks_workspaces", ondelete="CASCADE"),
    )
    protect("webhooks")
    op.execute("""
        CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON webhooks
        FOR EACH ROW EXECUTE FUNCTION docgen_announce_template()
    """)
    op.create_table(
        "webhook_deliveries",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("webhook_id", CODE, nullable=False),
        sa.Column("event_id", CODE, nullable=False),
        sa.Column("event", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("attempts", sa.JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "webhook_id"],
            ["webhooks.workspace_id", "webhooks.id"],
            name="fk_webhook_deliveries_webhooks",
            ondelete="CASCADE",
        ),
    )
    for columns in (["webhook_id", "id"], ["subject"], ["finished_at"]):
        name = "_".join(["ix_webhook_deliveries_workspace_id", *columns])
        op.create_index(name, "webhook_deliveries", ["workspace_id", *columns])
    protect("webhook_deliveries")


def downgrade() -> None:
    """Drop both with everything in them."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
