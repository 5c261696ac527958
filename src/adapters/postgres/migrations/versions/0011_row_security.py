"""Row-level security: a transaction sees the workspace that it has named, and a key only by the hash that it has named.

Revision ID: 0011
"""

from alembic import op

from adapters.postgres.migrations.row_security import expose, protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("templates", "template_versions", "renders", "assets", "api_keys")

# Each statement of a function is planned and run for itself: the settings are there before the policies look at them.
FIND_API_KEY = """
    CREATE FUNCTION find_api_key(wanted text)
    RETURNS TABLE (
        workspace_id text, id text, name text, hint text, sha256 text, scopes text[], created_at timestamptz,
        created_by text, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz, workspace text
    )
    LANGUAGE plpgsql AS $$
    DECLARE
        found api_keys%ROWTYPE;
    BEGIN
        PERFORM set_config('docgen.api_key_sha256', wanted, true);
        SELECT * INTO found FROM api_keys AS k WHERE k.sha256 = wanted;
        IF found.id IS NULL THEN
            RETURN;
        END IF;
        PERFORM set_config('docgen.workspace_id', found.workspace_id, true);
        RETURN QUERY SELECT
            found.workspace_id, found.id, found.name, found.hint, found.sha256, found.scopes, found.created_at,
            found.created_by, found.expires_at, found.last_used_at, found.revoked_at,
            (SELECT w.slug FROM workspaces AS w WHERE w.id = found.workspace_id);
    END
    $$
    """


def upgrade() -> None:
    """Protect every table, and make the ways to find out who asks."""
    for table in TABLES:
        protect(table)
    protect("workspaces", column="id")
    op.execute(
        "CREATE POLICY key_look_up ON api_keys FOR SELECT "
        "USING (sha256 = current_setting('docgen.api_key_sha256', true))"
    )
    op.execute(FIND_API_KEY)


def downgrade() -> None:
    """Show everything to everybody again."""
    op.execute("DROP FUNCTION find_api_key")
    op.execute("DROP POLICY key_look_up ON api_keys")
    for table in (*TABLES, "workspaces"):
        expose(table)
