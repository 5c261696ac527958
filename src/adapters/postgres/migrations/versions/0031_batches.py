"""Batches, their rows, and which rows are in the hands of a job.

Revision ID: 0031
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")
TABLES = ("batches", "batch_items", "batch_chunks")


def upgrade() -> None:
    """Create the tables, and announce the end of a batch where that of a render is announced."""
    op.create_table(
        "batches",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("template_id", CODE, nullable=False),
        sa.Column("template_slug", CODE, nullable=False),
        sa.Column("template_version", sa.Integer, nullable=False),
        sa.Column("output", CODE, nullable=False),
        sa.Column("locale", CODE, nullable=False),
        sa.Column("timezone", CODE, nullable=False),
        sa.Column("now", TIME, nullable=False),
        sa.Column("missing", CODE, nullable=False),
        sa.Column("file_name", sa.Text, nullable=True),
        sa.Column("on_error", CODE, nullable=False),
        sa.Column("read", sa.JSON, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("succeeded", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("failure_code", CODE, nullable=True),
        sa.Column("failure_message", sa.Text, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("erased_at", TIME, nullable=True),
        sa.Column("next_number", sa.Integer, nullable=False),
        sa.Column("counting_since", TIME, nullable=True),
        sa.Column("counted_before", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_batches"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_batches_workspaces", ondelete="CASCADE"),
    )
    op.create_index("ix_batches_workspace_id_status_id", "batches", ["workspace_id", "status", "id"])
    op.create_index(
        "ix_batches_workspace_id_expires_at",
        "batches",
        ["workspace_id", "expires_at"],
        postgresql_where=sa.text("erased_at IS NULL"),
    )
    op.create_table(
        "batch_items",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("batch_id", CODE, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=True),
        sa.Column("data", sa.LargeBinary, nullable=True),
        sa.Column("data_sha256", CODE, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("render_id", CODE, nullable=True),
        sa.Column("failure_code", CODE, nullable=True),
        sa.Column("failure_message", sa.Text, nullable=True),
        sa.Column("diagnostics", sa.JSON, nullable=True),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "batch_id", "number", name="pk_batch_items"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "batch_id"],
            ["batches.workspace_id", "batches.id"],
            name="fk_batch_items_batches",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_batch_items_failed",
        "batch_items",
        ["workspace_id", "batch_id", "number"],
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.create_table(
        "batch_chunks",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("batch_id", CODE, nullable=False),
        sa.Column("job_id", sa.BigInteger, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "batch_id", "job_id", name="pk_batch_chunks"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "batch_id"],
            ["batches.workspace_id", "batches.id"],
            name="fk_batch_chunks_batches",
            ondelete="CASCADE",
        ),
    )
    for table in TABLES:
        protect(table)
    op.execute("""
        CREATE TRIGGER announce AFTER UPDATE ON batches FOR EACH ROW
        WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL)
        EXECUTE FUNCTION docgen_announce_render()
    """)


def downgrade() -> None:
    """Drop the tables with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)
