"""Row-level security, for migrations that make a table of a workspace.

Two policies a table: `workspace` shows the rows of the workspace that the transaction has named, `maintenance` lets the
owner's role see all of them where it asks for that in so many words. `FORCE` makes both hold for the owner as well.
"""

from typing import Final

from alembic import op

from adapters.postgres.scope import IN_MAINTENANCE

IN_WORKSPACE: Final = "{column} = current_setting('docgen.workspace_id', true)"


def protect(table: str, column: str = "workspace_id") -> None:
    """Let a table be seen by workspace; `column` holds the workspace's identifier."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON {table} USING ({IN_WORKSPACE.format(column=column)})")
    op.execute(f"CREATE POLICY maintenance ON {table} TO CURRENT_USER USING ({IN_MAINTENANCE})")


def expose(table: str) -> None:
    """Undo `protect`."""
    op.execute(f"DROP POLICY workspace ON {table}")
    op.execute(f"DROP POLICY maintenance ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
