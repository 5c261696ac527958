"""Buckets of tokens, one for each caller.

Revision ID: 0023
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

CODE = sa.Text(collation="C")

# As `find_api_key` does (0011): the setting is there before the policies look at it. A bucket of `burst` tokens that is
# full again in s seconds holds burst - s * per_second of them now. Time is read when the row is locked.
TAKE_TOKENS = """
    CREATE FUNCTION take_tokens(
        of_workspace text, of_caller text, wanted integer, per_second double precision, burst integer,
        OUT granted integer, OUT available double precision
    )
    LANGUAGE plpgsql AS $$
    DECLARE
        full_again timestamptz;
        moment timestamptz;
    BEGIN
        PERFORM set_config('docgen.workspace_id', of_workspace, true);
        INSERT INTO rate_buckets AS b (workspace_id, caller, full_at)
        VALUES (of_workspace, of_caller, clock_timestamp())
        ON CONFLICT (workspace_id, caller) DO UPDATE SET full_at = b.full_at
        RETURNING b.full_at INTO full_again;
        moment := clock_timestamp();
        full_again := greatest(full_again, moment);
        available := burst - per_second * extract(epoch FROM full_again - moment);
        granted := greatest(0, least(wanted, floor(available)));
        IF granted > 0 THEN
            available := available - granted;
            UPDATE rate_buckets AS b SET full_at = full_again + make_interval(secs => granted / per_second)
            WHERE b.workspace_id = of_workspace AND b.caller = of_caller;
        END IF;
    END
    $$
    """


def upgrade() -> None:
    """Create the table, and what takes tokens."""
    op.create_table(
        "rate_buckets",
        # No foreign key: callers that nobody knows belong to no workspace.
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("caller", CODE, nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "caller", name="pk_rate_buckets"),
        prefixes=["UNLOGGED"],
    )
    protect("rate_buckets")
    op.execute(TAKE_TOKENS)


def downgrade() -> None:
    """Drop both."""
    op.execute("DROP FUNCTION take_tokens")
    op.drop_table("rate_buckets")
