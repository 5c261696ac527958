"""Workspaces, templates with their versions, and renders; the workspace `default`.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DEFAULT_WORKSPACE_ID = "wsp_01900000000070008000000000000000"

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Create the tables."""
    workspaces = op.create_table(
        "workspaces",
        sa.Column("id", CODE, nullable=False),
        sa.Column("slug", CODE, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
        sa.UniqueConstraint("slug", name="uq_workspaces_slug"),
    )
    op.execute(
        sa.insert(workspaces).values(
            id=DEFAULT_WORKSPACE_ID, slug="default", name="Default", created_at=sa.func.current_timestamp()
        )
    )
    _create_templates()
    _create_renders()


def _create_templates() -> None:
    op.create_table(
        "templates",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("slug", CODE, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("format", CODE, nullable=False),
        sa.Column("locale", CODE, nullable=True),
        sa.Column("status", CODE, nullable=False),
        sa.Column("published_version", sa.Integer, nullable=True),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_templates"),
        sa.UniqueConstraint("workspace_id", "slug", name="uq_templates_workspace_id_slug"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_templates_workspaces", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "template_versions",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("template_id", CODE, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("diagnostics", sa.JSON, nullable=False),
        sa.Column("placeholders", sa.JSON, nullable=False),
        sa.Column("schema", sa.JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "template_id", "number", name="pk_template_versions"),
        sa.UniqueConstraint(
            "workspace_id", "template_id", "sha256", name="uq_template_versions_workspace_id_template_id_sha256"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "template_id"],
            ["templates.workspace_id", "templates.id"],
            name="fk_template_versions_templates",
            ondelete="CASCADE",
        ),
    )


def _create_renders() -> None:
    op.create_table(
        "renders",
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
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("data_sha256", CODE, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("diagnostics", sa.JSON, nullable=False),
        sa.Column("document_file_name", sa.Text, nullable=True),
        sa.Column("document_output", CODE, nullable=True),
        sa.Column("document_size", sa.BigInteger, nullable=True),
        sa.Column("document_sha256", CODE, nullable=True),
        sa.Column("failure_code", CODE, nullable=True),
        sa.Column("failure_message", sa.Text, nullable=True),
        sa.Column("queued_ms", sa.Float, nullable=True),
        sa.Column("render_ms", sa.Float, nullable=True),
        sa.Column("store_ms", sa.Float, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_renders"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_renders_workspaces", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "template_id"],
            ["templates.workspace_id", "templates.id"],
            name="fk_renders_templates",
        ),
    )
    op.create_index("ix_renders_workspace_id_template_id_id", "renders", ["workspace_id", "template_id", "id"])
    op.create_index("ix_renders_workspace_id_status_id", "renders", ["workspace_id", "status", "id"])
    op.create_index("ix_renders_workspace_id_created_at", "renders", ["workspace_id", "created_at"])


def downgrade() -> None:
    """Drop the tables with everything in them."""
    for table in ("renders", "template_versions", "templates", "workspaces"):
        op.drop_table(table)
