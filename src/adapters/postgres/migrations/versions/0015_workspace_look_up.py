"""A workspace is found by its slug alone, for the tokens that name it so.

Revision ID: 0015
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As `find_api_key` does (0011): the setting is there before the policy looks at it.
FIND_WORKSPACE = """
    CREATE FUNCTION find_workspace(wanted text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM set_config('docgen.workspace_slug', wanted, true);
        RETURN (SELECT w.id FROM workspaces AS w WHERE w.slug = wanted);
    END
    $$
    """


def upgrade() -> None:
    """Make the policy and the function."""
    op.execute(
        "CREATE POLICY slug_look_up ON workspaces FOR SELECT "
        "USING (slug = current_setting('docgen.workspace_slug', true))"
    )
    op.execute(FIND_WORKSPACE)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION find_workspace")
    op.execute("DROP POLICY slug_look_up ON workspaces")
