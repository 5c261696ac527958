"""Usage of the days that are over, added up once.

A day is added up by whoever reads usage (`adapters/postgres/usage.py`), not by who renders. What changes a day
afterwards (a failed render that is tried again, a record that comes late) takes its sums and those of later days back,
and they are added up anew. Who changes and who adds up keep out of each other's way by an advisory lock.

Revision ID: 0035
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

CODE = sa.Text(collation="C")
COUNTS = ("renders", "succeeded", "failed", "document_bytes")
# The lock of a transaction, so that what it has changed is seen when others have it. The second statement sees what was
# committed while the first one waited.
TAKE_BACK = """
    CREATE FUNCTION docgen_take_usage_back() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed date := (NEW.created_at AT TIME ZONE 'UTC')::date;
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('docgen.usage ' || NEW.workspace_id, 0));
        UPDATE usage_summed SET until = changed WHERE workspace_id = NEW.workspace_id AND until > changed;
        DELETE FROM usage_totals WHERE workspace_id = NEW.workspace_id AND day >= changed;
        RETURN NULL;
    END $$
    """
# A day is not added up before it has been over for fifteen minutes.
LATE = "(NEW.created_at AT TIME ZONE 'UTC')::date < ((now() - interval '10 minutes') AT TIME ZONE 'UTC')::date"
CHANGED = """
    OLD.status NOT IN ('queued', 'rendering')
    AND (NEW.status <> OLD.status OR NEW.document_size IS DISTINCT FROM OLD.document_size)
    """


def upgrade() -> None:
    """Create the sums, and what takes them back."""
    op.create_table(
        "usage_totals",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("template_id", CODE, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("workspace_id", "day", "template_id", name="pk_usage_totals"),
        _of_workspace("usage_totals"),
    )
    op.create_table(
        "usage_summed",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_usage_summed"),
        _of_workspace("usage_summed"),
    )
    protect("usage_totals")
    protect("usage_summed")
    op.execute(TAKE_BACK)
    take_back = "FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION docgen_take_usage_back()"
    op.execute("CREATE TRIGGER late AFTER INSERT ON renders " + take_back.format(when=LATE))
    op.execute("CREATE TRIGGER changed_late AFTER UPDATE ON renders " + take_back.format(when=CHANGED))


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_workspaces"
    return sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Drop all of it."""
    op.execute("DROP TRIGGER late ON renders")
    op.execute("DROP TRIGGER changed_late ON renders")
    op.execute("DROP FUNCTION docgen_take_usage_back()")
    op.drop_table("usage_totals")
    op.drop_table("usage_summed")
