"""Announce changes of templates and their versions, so that what processes remember of them is forgotten.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("templates", "template_versions")


def upgrade() -> None:
    """Create the triggers."""
    op.execute("""
        CREATE FUNCTION docgen_announce_template() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('docgen_templates', COALESCE(NEW.workspace_id, OLD.workspace_id));
            RETURN NULL;
        END $$
    """)
    for table in _TABLES:
        op.execute(f"""
            CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION docgen_announce_template()
        """)


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.execute(f"DROP TRIGGER announce ON {table}")
    op.execute("DROP FUNCTION docgen_announce_template()")
