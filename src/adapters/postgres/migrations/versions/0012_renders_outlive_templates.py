"""Renders stay where their template is erased; documents can be found by their bytes.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the foreign key, and add the index."""
    op.drop_constraint("fk_renders_templates", "renders", type_="foreignkey")
    op.create_index("ix_renders_document_sha256", "renders", ["document_sha256"], postgresql_using="hash")


def downgrade() -> None:
    """Bring the foreign key back, and lose the renders whose template is gone."""
    op.drop_index("ix_renders_document_sha256", "renders")
    # Row-level security shows a migration nothing else.
    op.execute("SET LOCAL docgen.maintenance = 'on'")
    op.execute("""
        DELETE FROM renders WHERE NOT EXISTS (
            SELECT FROM templates
            WHERE templates.workspace_id = renders.workspace_id AND templates.id = renders.template_id
        )
    """)
    op.create_foreign_key(
        "fk_renders_templates", "renders", "templates", ["workspace_id", "template_id"], ["workspace_id", "id"]
    )
