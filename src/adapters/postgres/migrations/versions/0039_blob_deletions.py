"""Blobs whose deletion from a bucket may be under way: who stores one waits until that is over.

Such a note outlives the session that has the lock of the blob. Like the queue's, these rows belong to no workspace, and
are seen by who has said so. The functions are volatile: each reads what was committed when it is called, which is after
the lock was taken in the same statement.

Revision ID: 0039
"""

from alembic import op

from adapters.postgres.scope import IN_MAINTENANCE

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE TABLE jobs.blob_deletions (lock bigint PRIMARY KEY, doubtful_until timestamptz NOT NULL)",
    "ALTER TABLE jobs.blob_deletions ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE jobs.blob_deletions FORCE ROW LEVEL SECURITY",
    "CREATE POLICY queue ON jobs.blob_deletions USING (current_setting('docgen.jobs', true) = 'on')",
    f"CREATE POLICY maintenance ON jobs.blob_deletions TO CURRENT_USER USING ({IN_MAINTENANCE})",
    """
    CREATE FUNCTION jobs.begin_blob_deletion(of_lock bigint, seconds float8) RETURNS boolean VOLATILE AS $$
    BEGIN
        DELETE FROM jobs.blob_deletions WHERE doubtful_until < clock_timestamp() AND lock <> of_lock;
        INSERT INTO jobs.blob_deletions AS known (lock, doubtful_until)
            VALUES (of_lock, clock_timestamp() + make_interval(secs => seconds))
            ON CONFLICT (lock) DO UPDATE
                SET doubtful_until = greatest(known.doubtful_until, excluded.doubtful_until);
        RETURN true;
    END
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE FUNCTION jobs.end_blob_deletion(of_lock bigint) RETURNS boolean VOLATILE AS $$
    BEGIN
        DELETE FROM jobs.blob_deletions WHERE lock = of_lock;
        RETURN true;
    END
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE FUNCTION jobs.is_blob_deleted_perhaps(of_lock bigint) RETURNS boolean VOLATILE AS $$
    BEGIN
        RETURN EXISTS (
            SELECT FROM jobs.blob_deletions WHERE lock = of_lock AND doubtful_until >= clock_timestamp()
        );
    END
    $$ LANGUAGE plpgsql
    """,
)


def upgrade() -> None:
    """Create the table and its functions."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for function in ("begin_blob_deletion", "end_blob_deletion", "is_blob_deleted_perhaps"):
        op.execute(f"DROP FUNCTION jobs.{function}")
    op.execute("DROP TABLE jobs.blob_deletions")
