"""Audit events: who did what, on what, from where.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")

# A UUIDv7 (RFC 9562, section 5.7): the milliseconds, and the random digits and the variant of a UUIDv4.
NEW_ID = """
    CREATE FUNCTION docgen_new_id(prefix text) RETURNS text LANGUAGE sql VOLATILE AS $$
        SELECT prefix || '_' || lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
            || '7' || substr(random.digits, 14)
        FROM (SELECT replace(gen_random_uuid()::text, '-', '') AS digits) AS random
    $$
    """


def upgrade() -> None:
    """Create the table, and what makes its identifiers."""
    op.create_table(
        "audit_events",
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("action", CODE, nullable=False),
        sa.Column("object_kind", CODE, nullable=False),
        sa.Column("object_id", CODE, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=True),
        sa.Column("address", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_audit_events"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_audit_events_workspaces", ondelete="CASCADE"
        ),
    )
    protect("audit_events")
    op.execute(NEW_ID)


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.execute("DROP FUNCTION docgen_new_id")
    op.drop_table("audit_events")
