"""Renders that wait in the queue, and the announcement of their end.

Revision ID: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a render in the queue is known by, and the trigger that those hear of who wait for its end."""
    op.add_column("renders", sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("renders", sa.Column("job_id", sa.BigInteger, nullable=True))
    op.add_column("renders", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.execute("""
        CREATE FUNCTION docgen_announce_render() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('docgen_renders', NEW.id);
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER announce AFTER UPDATE ON renders FOR EACH ROW
        WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL)
        EXECUTE FUNCTION docgen_announce_render()
    """)


def downgrade() -> None:
    """Drop all of it."""
    op.execute("DROP TRIGGER announce ON renders")
    op.execute("DROP FUNCTION docgen_announce_render()")
    for column in ("queued_at", "job_id", "attempts"):
        op.drop_column("renders", column)
